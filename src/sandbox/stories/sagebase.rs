//! sagebase: minutes of councils, read by an AI and shown with Streamlit.

use super::{CRITICAL, DEBUG, DEFAULT, ERROR, INFO, Story, WARNING, hit, json, text};

pub(super) static STORY: Story = Story {
    lines: &[
        text(20, INFO, "議事録の取り込みを開始しました: {city} {pdf}"),
        text(18, INFO, "議事録の処理が完了しました: {city} ({n}件の発言, {ms}ms)"),
        text(10, INFO, "ユーザー {user} がログインしました (session={hex})"),
        json(
            16,
            INFO,
            "speaker matching finished",
            &[("council", "{city}"), ("matched", "{n}"), ("logger", "sagebase.matching")],
        ),
        json(
            8,
            DEBUG,
            "SELECT speakers.id, speakers.name FROM speakers WHERE speakers.id = {id}",
            &[("logger", "sqlalchemy.engine"), ("duration_ms", "{ms}")],
        ),
        text(6, DEBUG, "cache hit: politician:{id}"),
        text(6, DEFAULT, "  You can now view your Streamlit app in your browser."),
        text(5, WARNING, "Gemini APIの応答が遅延しています: {slow}ms (model=gemini-2.0-flash)"),
        json(
            4,
            WARNING,
            "connection pool is {n}0% used",
            &[("logger", "sqlalchemy.pool"), ("pool_size", "20")],
        ),
        text(2, WARNING, "DB接続を再試行します: {pg}"),
        text(2, INFO, "バックアップユーザーを確認しました パスワード={password}"),
        text(3, ERROR, "議事録の保存に失敗しました: {pdf}: could not connect to server: Connection refused"),
        json(
            2,
            ERROR,
            "High memory usage: instance is at {n} requests",
            &[("logger", "sagebase.health"), ("code", "MEMORY_PRESSURE")],
        ),
        text(
            2,
            ERROR,
            "Traceback (most recent call last):\n  File \"/app/src/sagebase/minutes.py\", line 214, in extract\n    speeches = client.generate(prompt, timeout=30)\n  File \"/app/src/sagebase/llm.py\", line 88, in generate\n    raise UpstreamTimeout(model)\nsagebase.llm.UpstreamTimeout: gemini-2.0-flash did not answer within 30 s",
        ),
        text(
            1,
            CRITICAL,
            "Memory limit of 2048 MiB exceeded with 2071 MiB used. Consider increasing the memory limit.",
        ),
    ],
    hits: &[
        hit(40, "GET", "/", 200, 900),
        hit(30, "GET", "/_stcore/health", 200, 12),
        hit(16, "GET", "/_stcore/stream", 101, 60),
        hit(14, "GET", "/static/js/main.{hex}.js", 200, 40),
        hit(12, "POST", "/_stcore/upload_file/{hex}", 204, 2_400),
        hit(8, "GET", "/health", 200, 20),
        hit(3, "GET", "/meetings/{id}", 404, 30),
        hit(2, "GET", "/minutes/{id}", 500, 30_000),
    ],
    agents: &[
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
        "GoogleStackdriverMonitoring-UptimeChecks(https://cloud.google.com/monitoring)",
    ],
};
