//! Light, dark, wide and narrow: nothing sticks out. The pictures are kept among the build's temporary files.

use super::{be, open, say};

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_fits_a_phone_and_a_desk_by_day_and_by_night() {
    let (demo, browser) = open(1).await;
    for command in [
        "/health api-key-server",
        "/logs api-key-server errors 1h",
        "/rollback api-key-server previous",
        "/status",
        "/whoami",
        "/releases api-key-server",
        "/logs bluelamp requests 1h",
    ] {
        say(&browser, command).await;
    }
    for (person, lang) in [("morgan", "en"), ("sato", "ja")] {
        be(&browser, person).await;
        for (name, width, phone) in [("desk", 1360, false), ("phone", 390, true)] {
            for scheme in ["light", "dark"] {
                browser.scheme(scheme).await;
                browser.size(width, 900, phone).await;
                browser.until(&format!("innerWidth === {width}")).await;
                assert_eq!(browser.js("document.documentElement.scrollWidth").await, width);
                let wide = browser
                    .js("[...document.querySelectorAll('#feed .card')].filter((card) => card.scrollWidth > card.clientWidth).length")
                    .await;
                assert_eq!(wide, 0, "{lang} {name} {scheme}");
                browser.picture(&format!("demo-{lang}-{name}-{scheme}")).await;
            }
        }
    }
    demo.stop().await;
}
