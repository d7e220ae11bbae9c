//! api-key-server: a proxy that keeps the keys; well, and with a revision whose key is refused upstream.

use super::{DEBUG, DEFAULT, ERROR, INFO, Line, Story, WARNING, hit, json, text};

/// A lone definition keeps the ordinary lines of both states the same.
const DONE: Line = json(
    30,
    INFO,
    "chat completed",
    &[("product", "{product}"), ("model", "{model}"), ("latency_ms", "{ms}"), ("tokens", "{id}")],
);
const UVICORN: Line = text(8, DEFAULT, "INFO:     Application startup complete.");
const AUTH: Line = text(12, INFO, "JWT検証に成功しました product={product} kid={hex}");
const LIMIT: Line =
    json(3, ERROR, "Rate limit exceeded", &[("status", "429"), ("product", "{product}"), ("ip", "{ip}")]);
const DENIED: Line = json(
    3,
    ERROR,
    "Unauthorized",
    &[("status", "401"), ("reason", "token expired"), ("authorization", "Bearer {jwt}")],
);

const AGENTS: &[&str] =
    &["bluelamp-cli/1.0.0 python-httpx/0.27.2", "openai-python/1.58.1", "sagebase-summary/2026.1"];

pub(super) static STORY: Story = Story {
    lines: &[
        DONE,
        AUTH,
        UVICORN,
        text(10, DEBUG, "secret cache hit: openai-api-keys (age {n}s)"),
        text(4, WARNING, "上流APIの応答が遅延しています model={model} {slow}ms"),
        json(
            2,
            WARNING,
            "Model not supported",
            &[("status", "400"), ("model", "gpt-3.5-turbo"), ("product", "{product}")],
        ),
        LIMIT,
        DENIED,
        json(1, ERROR, "Product not found", &[("status", "404"), ("product", "product-test")]),
        json(1, ERROR, "Streaming not supported", &[("status", "400"), ("product", "{product}")]),
    ],
    hits: &[
        hit(60, "POST", "/v1/chat/{product}", 200, 6_000),
        hit(14, "GET", "/health", 200, 20),
        hit(4, "POST", "/v1/chat/{product}", 401, 12),
        hit(3, "POST", "/v1/chat/{product}", 429, 8),
        hit(1, "POST", "/v1/chat/product-test", 404, 10),
    ],
    agents: AGENTS,
};

pub(super) static AILING: Story = Story {
    lines: &[
        DONE,
        AUTH,
        UVICORN,
        LIMIT,
        DENIED,
        json(
            40,
            ERROR,
            "Upstream service error",
            &[
                ("status", "502"),
                ("product", "{product}"),
                ("model", "{model}"),
                ("upstream", "openai"),
                ("request_id", "{hex}"),
            ],
        ),
        text(16, ERROR, "上流APIエラー: 401 Incorrect API key provided: {sk}"),
        text(
            6,
            ERROR,
            "Failed to load secrets from Secret Manager: openai-api-keys/versions/8: value is not valid JSON",
        ),
        text(
            6,
            ERROR,
            "Traceback (most recent call last):\n  File \"/app/app/routers/chat.py\", line 127, in chat\n    answer = await upstream.complete(product, body)\n  File \"/app/app/upstream.py\", line 63, in complete\n    raise UpstreamError(502, response.text)\napp.upstream.UpstreamError: 502 Upstream service error",
        ),
        text(5, WARNING, "再試行は無効です (API_KEY_SERVER_RETRY_UPSTREAM=false)"),
    ],
    hits: &[
        hit(12, "POST", "/v1/chat/{product}", 200, 6_000),
        hit(70, "POST", "/v1/chat/{product}", 502, 900),
        hit(14, "GET", "/health", 502, 40),
        hit(3, "POST", "/v1/chat/{product}", 401, 12),
    ],
    agents: AGENTS,
};
