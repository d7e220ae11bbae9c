//! bluelamp: the portal that the command-line tool logs in to.

use super::{DEBUG, DEFAULT, ERROR, INFO, Story, WARNING, hit, json, text};

pub(super) static STORY: Story = Story {
    lines: &[
        text(16, INFO, "CLI認証に成功しました user={user} cli=1.0.0 python={python}"),
        text(14, INFO, "[portal] prompt template fetched: orchestrator ({ms}ms)"),
        json(12, INFO, "token issued", &[("module", "auth"), ("user", "{user}"), ("ttl", "86400")]),
        text(6, DEFAULT, "Server listening on port 5000"),
        text(6, DEBUG, "mongoose: users.findOne({ cliToken: '{hex}' }) {ms}ms"),
        json(
            5,
            WARNING,
            "CLIトークンの有効期限が近づいています",
            &[("module", "auth"), ("user", "{user}"), ("days_left", "{n}")],
        ),
        text(4, WARNING, "slow query: usagelogs.aggregate took {slow}ms"),
        text(2, WARNING, "retrying {mongo}"),
        text(4, ERROR, "認証エラー: JsonWebTokenError: invalid signature (Authorization: Bearer {jwt})"),
        text(4, ERROR, "MongoServerSelectionError: connection timed out after 30000 ms"),
        json(
            3,
            ERROR,
            "CLI認証が失敗しました",
            &[("module", "auth"), ("user", "{user}"), ("reason", "TokenExpiredError: jwt expired")],
        ),
        text(
            2,
            ERROR,
            "TypeError: Cannot read properties of undefined (reading 'role')\n    at requireRole (/app/dist/middleware/auth.js:41:27)\n    at Layer.handle [as handle_request] (/app/node_modules/express/lib/router/layer.js:95:5)\n    at next (/app/node_modules/express/lib/router/route.js:149:13)",
        ),
        text(1, ERROR, "CORS: origin http://{ip}:3000 is not allowed"),
        text(1, WARNING, "S3 export uses a legacy key {aws}"),
    ],
    hits: &[
        hit(40, "POST", "/api/cli/verify", 200, 180),
        hit(20, "GET", "/api/prompts", 200, 240),
        hit(20, "POST", "/api/usage", 201, 120),
        hit(12, "GET", "/health", 200, 15),
        hit(6, "POST", "/api/cli/login", 401, 90),
        hit(3, "GET", "/api/prompts/{hex}", 404, 30),
        hit(2, "POST", "/api/cli/verify", 500, 30_000),
        hit(1, "GET", "/api/users", 429, 5),
    ],
    agents: &["bluelamp-cli/1.0.0 python-httpx/0.27.2", "axios/1.7.9", "curl/8.5.0"],
};
