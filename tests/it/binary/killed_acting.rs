//! `kill -9` while a ladder's command runs: nobody knows how it ended, so that is what the thread says, it is not run
//! again, and the ladder goes on at once.

use serde_json::json;
use toban::base::Clock;
use toban::sandbox::{Fault, Kind, System};

use super::on_both;
use super::site::{Serving, Site};

const PORTAL: &str = "/services/bluelamp";
const BLUE: &str = "C0BLUE";

async fn portal_fails(site: &Site, toban: &Serving) {
    site.sandbox.world().fault(Fault::new(System::Bluelamp, Kind::Unavailable));
    let body = json!({
        "version": "4", "groupKey": "{}:{}", "truncatedAlerts": 0, "status": "firing", "receiver": "toban",
        "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://am",
        "alerts": [{
            "status": "firing", "fingerprint": "portal", "generatorURL": "",
            "labels": { "alertname": "PortalDown", "service": "bluelamp", "severity": "critical" },
            "annotations": { "summary": "Portal API応答なし" },
            "startsAt": Clock::system().now().to_string(), "endsAt": "0001-01-01T00:00:00Z",
        }],
    });
    let hook = format!("{}/hooks/alertmanager/prometheus", toban.url);
    let client = reqwest::Client::builder().build().unwrap();
    let answer = client.post(hook).bearer_auth("the token").json(&body).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 202);
}

on_both! {
    async fn a_ladders_command_that_was_interrupted_is_not_run_again_and_people_are_told_at_once(site: &Site) {
        site.write("token", "the token");
        let token = site.config().join("token");
        site.write("zz-source.toml", &format!(
            "[[source]]\nid = \"prometheus\"\nkind = \"alertmanager\"\ntoken = \"file:{}\"\n\
             map = {{ service = \"labels.service\", severity = \"labels.severity\" }}\n",
            token.display(),
        ));
        let toban = site.serve().await;
        site.sandbox.world().fault(Fault::new(System::Run, Kind::Hang).on("PATCH"));
        portal_fails(site, &toban).await;
        site.requested("PATCH", PORTAL).await;
        toban.process.kill();
        site.sandbox.world().clear_faults();

        let toban = site.serve().await;
        // The developers, long before their own time.
        let page = site.sees("The automatic recovery did not help.").await;
        assert!(page.channel.starts_with("DU0"), "{page:?}");
        toban.process.stop().await;
        let thread = site.slack.transcript(BLUE);
        assert!(thread.contains("「restart bluelamp.portal」の実行中に Toban が停止しました"), "{thread}");
        assert!(thread.contains("実行失敗: restart bluelamp.portal"), "{thread}");
        assert_eq!(site.requests("PATCH", PORTAL), 1);

        let audit = site.audit().await;
        let by_bot: Vec<String> = audit
            .iter()
            .map(|row| &row["entry"])
            .filter(|entry| entry["who"] == "toban")
            .map(|entry| format!("{} {}", entry["event"].as_str().unwrap(), entry["outcome"].as_str().unwrap()))
            .collect();
        let [begun, ended] = &by_bot[..] else { panic!("{by_bot:#?}") };
        assert_eq!(begun, "begun begun");
        assert!(ended.starts_with("ended unknown: E-"), "{ended}");
        let verified = site.run(&["audit", "verify"]).await;
        assert_eq!(verified.code, 0, "{verified:?}");
    }
}
