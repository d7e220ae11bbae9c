//! The pictures of the README, taken of a real session. They are written into the folder that `TOBAN_PICTURES`
//! names, else among the build's temporary files. To renew them:
//!
//! ```console
//! $ TOBAN_PICTURES=docs cargo test --test it readme
//! $ for picture in docs/console*.png; do convert $picture -quality 95 PNG8:$picture; done
//! ```

use std::path::PathBuf;

use serde_json::json;

use super::{click, open, say, settled};

const WIDTH: u32 = 1440;
const HEIGHT: u32 = 1400;

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_shows_a_real_session() {
    let folder = std::env::var_os("TOBAN_PICTURES")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let (demo, browser) = open(4).await;
    let metrics = json!({ "width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 2, "mobile": false });
    browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    say(&browser, "/health api-key-server").await;
    say(&browser, "/logs api-key-server errors 1h").await;
    say(&browser, "/rollback api-key-server previous").await;
    click(&browser, "Confirm").await;
    browser.see("button[data-command^=undo]").await;
    settled(&browser).await;
    // The roll-back in its thread, beside what led to it.
    browser.js("[...document.querySelectorAll('.block .open')].at(-1).click()").await;
    browser.see("#thread button[data-command^=undo]").await;
    browser.js("document.activeElement.blur()").await;
    browser.js("document.querySelector('.block').scrollIntoView()").await;
    for (scheme, name) in [("light", "console"), ("dark", "console-dark")] {
        browser.scheme(scheme).await;
        let taken = browser.picture(&format!("readme-{scheme}")).await;
        std::fs::copy(&taken, folder.join(format!("{name}.png"))).unwrap();
    }
    demo.stop().await;
}
