//! `logs … follow`: edited in place, ends by itself, by hand, or with the stream.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use toban::app::verbs::logs::Logs;
use toban::base::Clock;
use toban::domain::log::{LogLine, LogWish, Severity};
use toban::domain::report::Report;
use toban::domain::words::Lang;
use toban::ports::{BackendError, Capabilities, Kind};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::fakes::*;
use crate::rig::transcript::transcript;

type Batch = Result<Vec<LogLine>, BackendError>;

struct Scene {
    clock: Clock,
    screen: Arc<Screen>,
    lines: mpsc::Sender<Batch>,
    end: tokio::task::JoinHandle<Report>,
}

fn follow(span: Option<Duration>) -> Scene {
    let (lines, stream) = mpsc::channel(8);
    let log =
        Arc::new(Log { stream: Mutex::new(Some(ReceiverStream::new(stream).boxed())), ..Log::default() });
    let mut api = service("api", &["web"]);
    api.runbook = runbook();
    let estate =
        estate(vec![api], move |_, _| Capabilities { logs: Some(log.clone()), ..Capabilities::default() });
    let (clock, screen) = (Clock::manual(NOW), Arc::new(Screen::default()));
    let end = tokio::spawn({
        let (clock, screen) = (clock.clone(), screen.clone());
        async move {
            Logs::new(estate, clock)
                .follow(&id("api"), None, &LogWish::default(), span, &*screen)
                .await
                .unwrap()
        }
    });
    Scene { clock, screen, lines, end }
}

impl Scene {
    async fn shown(&self, times: usize) {
        while self.screen.shown.lock().unwrap().len() < times {
            tokio::task::yield_now().await;
        }
    }
    fn last(&self) -> String {
        transcript(self.screen.shown.lock().unwrap().last().unwrap(), Lang::En)
    }
}

#[tokio::test]
async fn bl_06_sb_07_lines_appear_as_they_are_written_and_it_ends_by_itself() {
    let scene = follow(None);
    scene.shown(1).await;
    insta::assert_snapshot!(scene.last(), @r#"
    [busy] Following api.web until 2026-01-15 12:05:00 JST: nothing yet

    (Stop) → stop W-1
    "#);
    scene.lines.send(Ok(vec![line(0, Severity::Info, "request 1 done")])).await.unwrap();
    scene
        .lines
        .send(Ok(vec![line(0, Severity::Error, "Unauthorized"), line(0, Severity::Info, "request 2 done")]))
        .await
        .unwrap();
    // What comes within two seconds waits for the next edit.
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    assert_eq!(scene.screen.shown.lock().unwrap().len(), 1);
    scene.clock.advance(Duration::from_secs(2));
    scene.shown(2).await;
    insta::assert_snapshot!(scene.last(), @r#"
    [busy] Following api.web until 2026-01-15 12:05:00 JST: 1 error, 2 info
      12:00:00 Error Unauthorized
      12:00:00 Info ×2 request 2 done

    (Stop) → stop W-1
    "#);
    scene.clock.advance(Duration::from_secs(298));
    let report = scene.end.await.unwrap();
    insta::assert_snapshot!(transcript(&report, Lang::En), @r#"
    [plain] Followed api.web for 5m: 1 error, 2 info
    • Known error (×1): Unauthorized – cause: JWT/HMAC認証失敗 – remedy: トークン有効期限、署名形式確認
      12:00:00 Error Unauthorized
      12:00:00 Info ×2 request 2 done

    (Runbook: 401) → runbook api 401
    (Follow on) → logs api.web follow 5m
    "#);
    insta::assert_snapshot!(transcript(&report, Lang::Ja), @r#"
    [plain] api.web を5分追跡しました: エラー 1 件、情報 2 件
    • 既知のエラー（1 件）: Unauthorized – 原因: JWT/HMAC認証失敗 – 対処: トークン有効期限、署名形式確認
      12:00:00 Error Unauthorized
      12:00:00 Info ×2 request 2 done

    (手順書: 401) → runbook api 401
    (続けて追跡) → logs api.web follow 5m
    "#);
}

#[tokio::test]
async fn somebody_can_stop_it() {
    let scene = follow(Some(Duration::from_hours(9)));
    scene.shown(1).await;
    scene.screen.stop.notify_one();
    let report = scene.end.await.unwrap();
    insta::assert_snapshot!(transcript(&report, Lang::En), @r#"
    [plain] Followed api.web for 1s: nothing yet
    Stopped by hand.
    It is followed for at most 30m at a time.

    (Follow on) → logs api.web follow 5m
    "#);
}

#[tokio::test]
async fn a_stream_that_breaks_says_so_with_what_it_had() {
    let scene = follow(None);
    scene.lines.send(Ok(vec![line(0, Severity::Warning, "slow")])).await.unwrap();
    scene.lines.send(Err(BackendError::new("logging.tail", Kind::Unavailable, "reset"))).await.unwrap();
    let report = scene.end.await.unwrap();
    let text = transcript(&report, Lang::En);
    let (text, _) = text.split_once("_Reference").unwrap();
    insta::assert_snapshot!(text, @r#"
    [warn] Followed api.web for 1s: 1 warning
    The stream of api.web broke off; this is what had come until then.
    Why: it could not be reached, or it answered with an error.
      12:00:00 Warning slow

    (Follow on) → logs api.web follow 5m
    "#);
}
