//! `rollback`: plan, change, verify, and the way back.

use std::sync::Arc;

use toban::app::verb::{Outcome, Proposal};
use toban::app::verbs::rollback::{Rollback, Target, component_of, recheck};
use toban::base::Clock;
use toban::domain::failure::{Failure, Why};
use toban::domain::health::{Check, Verdict};
use toban::domain::message::Place;
use toban::domain::person::{Door, Risk};
use toban::domain::plan::{Draft, Plan, moved};
use toban::domain::release::Serving;
use toban::domain::words::Lang;
use toban::ports::{Capabilities, Health, Kind};

use super::fakes::*;
use crate::rig::transcript::{preview, transcript};

struct Scene {
    rollback: Rollback,
    fleet: Arc<Fleet>,
    screen: Screen,
    estate: Arc<toban::app::estate::Estate>,
}

fn scene(serving: Serving, way: Way, looks: impl IntoIterator<Item = Vec<Check>>) -> Scene {
    let fleet = Fleet::new(serving, way);
    let health: Arc<dyn Health> = Looks::in_turn(looks);
    let estate = estate(vec![service("api", &["web", "db"])], {
        let fleet = fleet.clone();
        move |_, part| match part {
            "web" => Capabilities {
                health: vec![health.clone()],
                releases: Some(fleet.clone()),
                ..Capabilities::default()
            },
            _ => Capabilities::default(),
        }
    });
    // A thousand times as fast, so that a minute of looking takes no time.
    let rollback = Rollback::new(estate.clone(), Clock::running(10_000), Arc::new(Past(vec![])));
    Scene { rollback, fleet, screen: Screen::default(), estate }
}

fn good() -> Vec<Check> {
    vec![check("http", Verdict::Healthy, "HTTP 200")]
}

fn ill() -> Vec<Check> {
    vec![check("http", Verdict::Unhealthy, "HTTP 503")]
}

impl Scene {
    async fn propose(&self, typed: &str) -> Result<Proposal, Failure> {
        self.rollback.plan(&id("api"), None, Target::from(typed), NOW).await
    }

    async fn draft(&self, typed: &str) -> Draft {
        match self.propose(typed).await.unwrap() {
            Proposal::Plan(draft) => *draft,
            Proposal::Answer(report) => panic!("{}", transcript(&report, Lang::En)),
        }
    }

    async fn answer(&self, typed: &str) -> String {
        match self.propose(typed).await.unwrap() {
            Proposal::Plan(draft) => panic!("{draft:?}"),
            Proposal::Answer(report) => transcript(&report, Lang::En),
        }
    }

    async fn refusal(&self, typed: &str) -> String {
        told(&self.propose(typed).await.unwrap_err())
    }

    async fn run(&self, draft: Draft) -> Result<Outcome, Failure> {
        let plan = Plan {
            id: "P-1".into(),
            command: "rollback api previous".into(),
            verb: "rollback".into(),
            risk: Risk::Change,
            service: id("api"),
            asked_by: "sato".into(),
            place: Place { door: Door::Console, channel: "ops".into(), thread: None },
            post: "post-1".into(),
            draft,
            expires: NOW,
        };
        assert_eq!(component_of(&plan), Some(part("web")));
        self.rollback.go(&plan, &self.screen).await
    }
}

fn told(failure: &Failure) -> String {
    transcript(&failure.report(), Lang::En).replace(failure.reference.as_str(), "E-…")
}

/// The report without how long it took, which no test can know.
fn outcome(outcome: &Outcome, lang: Lang) -> String {
    let text = transcript(&outcome.report, lang);
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.starts_with("Took:") && !line.starts_with("所要時間:")).collect();
    format!("{}\nundo: {:?}", lines.join("\n"), outcome.undo)
}

#[tokio::test]
async fn ak_17_sb_17_the_plan_shows_everything_that_a_yes_needs() {
    let draft = scene(world(), Way::Works, [ill()]).draft("previous").await;
    insta::assert_snapshot!(preview(&draft.headline, &draft.preview, Lang::En), @r#"
    [plain] Send all traffic of api.web to api-00042-abc
    From: api-00044-abc · api:v1.44 · 2h ago (2026-01-15 10:00:00 JST)
    To: api-00042-abc · api:v1.42 · 2d 2h ago (2026-01-13 10:00:00 JST)
    Traffic now: api-00044-abc 100 %
    Traffic then: api-00042-abc 100 %
    Variables: added: OLD, removed: NEW
    Health now: ❌ unhealthy – http: HTTP 503
    `previous` is api-00042-abc: the newest ready revision from before the one that serves. Passed over: api-00043-abc (never ready).
    ⚠️ From then on new deployments get no traffic until it is set to LATEST again: `rollback api.web latest`.
    "#);
    insta::assert_snapshot!(preview(&draft.headline, &draft.preview, Lang::Ja), @r#"
    [plain] api.web の全トラフィックを api-00042-abc に切り替えます
    変更前: api-00044-abc · api:v1.44 · 2時間前（2026-01-15 10:00:00 JST）
    変更後: api-00042-abc · api:v1.42 · 2日2時間前（2026-01-13 10:00:00 JST）
    現在のトラフィック: api-00044-abc 100 %
    変更後のトラフィック: api-00042-abc 100 %
    環境変数: 追加: OLD、削除: NEW
    現在の状態: ❌ 異常 – http: HTTP 503
    `previous` は api-00042-abc です（稼働中のものより前に作成された、最新の準備完了リビジョン）。除外: api-00043-abc（起動に失敗）。
    ⚠️ 切り替え後は、LATEST に戻すまで新しいデプロイにトラフィックが流れません: `rollback api.web latest`
    "#);
    insta::assert_debug_snapshot!(draft.basis, @r#"
    {
        "follows latest": "yes",
        "newest revision": "api-00044-abc",
        "target": "api-00042-abc",
        "target ready": "yes",
        "traffic": "api-00044-abc 100 %",
        "version": "etag-7",
    }
    "#);
}

#[tokio::test]
async fn a_deployment_in_between_shows_in_what_the_plan_rests_on() {
    let scene = scene(world(), Way::Works, [good()]);
    let before = scene.draft("previous").await;
    {
        let mut serving = scene.fleet.serving.lock().unwrap();
        serving.revisions[0].traffic = 0;
        serving.revisions.insert(0, revision(45, 0, Some(true), 100));
        serving.version = "etag-8".into();
    }
    let after = scene.draft("api-00042-abc").await;
    let names: Vec<String> = moved(&before.basis, &after.basis).into_iter().map(|moved| moved.name).collect();
    assert_eq!(names, ["newest revision", "traffic", "version"]);
}

#[tokio::test]
async fn a_change_that_helps_is_better_and_can_be_undone() {
    let scene = scene(world(), Way::Works, [ill(), ill(), ill(), good()]);
    let done = scene.run(scene.draft("previous").await).await.unwrap();
    insta::assert_snapshot!(outcome(&done, Lang::En), @r#"
    [good] api.web now serves api-00042-abc: health is better
    From: api-00044-abc
    To: api-00042-abc
    Traffic: api-00042-abc 100 %
    This verdict is early: Toban looks again in 5 minutes.
    Traffic is pinned: new deployments get none until `rollback api.web latest`.

    (Errors, last hour) → logs api.web errors 1h
    (Check again) → health api.web
    undo: Some("rollback api.web latest")
    "#);
    insta::assert_snapshot!(outcome(&done, Lang::Ja), @r#"
    [good] api.web を api-00042-abc に切り替えました: 状態は改善
    変更前: api-00044-abc
    変更後: api-00042-abc
    トラフィック: api-00042-abc 100 %
    これは速報です。5分後にもう一度確認します。
    トラフィックは固定されています。`rollback api.web latest` を実行するまで、新しいデプロイには流れません。

    (直近1時間のエラー) → logs api.web errors 1h
    (再確認) → health api.web
    undo: Some("rollback api.web latest")
    "#);
    assert_eq!(done.recheck, Some(ill()));
    assert_eq!(
        *scene.fleet.routed.lock().unwrap(),
        [(Some("api-00042-abc".to_owned()), "etag-7".to_owned())]
    );
    assert!(scene.screen.said.lock().unwrap().len() >= 3);
}

#[tokio::test]
async fn a_change_that_harms_is_worse_with_the_failing_checks_and_is_not_undone_by_itself() {
    let scene = scene(world(), Way::Works, [good(), good(), ill()]);
    let done = scene.run(scene.draft("00041").await).await.unwrap();
    insta::assert_snapshot!(outcome(&done, Lang::En), @r#"
    [bad] api.web now serves api-00041-abc: health is worse
    From: api-00044-abc
    To: api-00041-abc
    Traffic: api-00041-abc 100 %
    Failing checks:
    • ❌ unhealthy http: HTTP 503
    This verdict is early: Toban looks again in 5 minutes.
    Traffic is pinned: new deployments get none until `rollback api.web latest`.

    (Errors, last hour) → logs api.web errors 1h
    (Check again) → health api.web
    undo: Some("rollback api.web latest")
    "#);
    assert_eq!(scene.fleet.routed.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn back_to_latest_undoes_by_name() {
    let mut serving = world();
    serving.follows_latest = false;
    serving.revisions[0].traffic = 0;
    serving.revisions[2].traffic = 100;
    let scene = scene(serving, Way::Works, [good()]);
    let draft = scene.draft("latest").await;
    insta::assert_snapshot!(preview(&draft.headline, &draft.preview, Lang::En), @r#"
    [plain] Let api.web follow the newest revision again (now api-00044-abc)
    From: api-00042-abc · api:v1.42 · 2d 2h ago (2026-01-13 10:00:00 JST)
    To: api-00044-abc · api:v1.44 · 2h ago (2026-01-15 10:00:00 JST)
    Traffic now: api-00042-abc 100 %
    Traffic then: api-00044-abc 100 % (LATEST)
    Variables: added: NEW, removed: OLD
    Health now: ✅ healthy (1 check)
    LATEST is the newest ready revision, now and after every deployment.
    From then on every new deployment gets the traffic as soon as it is ready.
    "#);
    let done = scene.run(draft).await.unwrap();
    assert_eq!(done.undo.as_deref(), Some("rollback api.web api-00042-abc"));
    assert_eq!(scene.fleet.routed.lock().unwrap()[0].0, None);
}

#[tokio::test]
async fn a_lost_answer_is_looked_after() {
    let scene = scene(world(), Way::LosesTheAnswer, [good()]);
    let done = scene.run(scene.draft("previous").await).await.unwrap();
    insta::assert_snapshot!(outcome(&done, Lang::En), @r#"
    [good] api.web now serves api-00042-abc: health is good, as before
    From: api-00044-abc
    To: api-00042-abc
    Traffic: api-00042-abc 100 %
    The backend's answer was lost, but a second look shows that the change was made.
    This verdict is early: Toban looks again in 5 minutes.
    Traffic is pinned: new deployments get none until `rollback api.web latest`.

    (Errors, last hour) → logs api.web errors 1h
    (Check again) → health api.web
    undo: Some("rollback api.web latest")
    "#);
}

#[tokio::test]
async fn failures_tell_what_is_so() {
    let mut said = Vec::new();
    for way in [
        Way::Fails(Kind::Conflict),
        Way::Fails(Kind::Failed),
        Way::Fails(Kind::Denied),
        Way::Fails(Kind::Unavailable),
        Way::GoesDark,
    ] {
        let scene = scene(world(), way, [good()]);
        let failure = scene.run(scene.draft("previous").await).await.unwrap_err();
        if way == Way::GoesDark {
            assert_eq!(failure.why, Why::Unknown);
        }
        said.push(told(&failure));
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    [bad] api.web was not moved to api-00042-abc. Traffic is as before: api-00044-abc 100 %.
    Why: another operation is going on, or something changed meanwhile.
    ```
    run.services.patch api: the operation's own words
    ```
    Try this: Ask again: another operation was in the way, or things changed meanwhile.
    _Reference E-…_

    [bad] api.web was not moved to api-00042-abc. Traffic is as before: api-00044-abc 100 %.
    Why: it could not be reached, or it answered with an error.
    ```
    run.services.patch api: the operation's own words
    ```
    Try this: Look into the backend's own log for the reason before you try again.
    _Reference E-…_

    [bad] api.web was not moved to api-00042-abc. Traffic is as before: api-00044-abc 100 %.
    Why: Toban's account is not allowed to.
    ```
    run.services.patch api: the operation's own words
    ```
    Try this: Check the credentials and rights of Toban's account for this backend.
    _Reference E-…_

    [bad] The answer was lost. So far api.web is as before (api-00044-abc 100 %); the change to api-00042-abc may still come through.
    Why: it could not be reached, or it answered with an error.
    ```
    run.services.patch api: the operation's own words
    ```
    Try this: Look before you try again: `releases api.web`.
    _Reference E-…_

    [bad] It is not known whether api.web was moved to api-00042-abc: neither the change nor a second look was answered.
    Why: the result is not known.
    ```
    run.services.patch api: the operation's own words
    ```
    Try this: Look before you try again: `releases api.web`.
    _Reference E-…_
    "#);
}

#[tokio::test]
async fn unclear_targets_are_asked_for() {
    let scene = scene(world(), Way::Works, [good()]);
    let mut said = Vec::new();
    for typed in ["", "0004", "api-00045-abc", "tomato", "44", "latest"] {
        said.push(format!("> rollback api {typed}\n{}", scene.answer(typed).await));
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    > rollback api 
    [plain] Which revision shall api.web go back to?
    `previous` is api-00042-abc: the newest ready revision from before the one that serves. Passed over: api-00043-abc (never ready).

    (!Previous: api-00042-abc) → rollback api.web previous
    (api-00041-abc) → rollback api.web api-00041-abc

    > rollback api 0004
    [plain] 4 revisions begin with 0004: which one?

    (api-00044-abc) → rollback api.web api-00044-abc
    (api-00043-abc) → rollback api.web api-00043-abc
    (api-00042-abc) → rollback api.web api-00042-abc
    (api-00041-abc) → rollback api.web api-00041-abc

    > rollback api api-00045-abc
    [bad] api.web has no revision api-00045-abc

    (api-00042-abc) → rollback api.web api-00042-abc
    (api-00041-abc) → rollback api.web api-00041-abc

    > rollback api tomato
    [bad] api.web has no revision tomato

    (api-00042-abc) → rollback api.web api-00042-abc
    (api-00041-abc) → rollback api.web api-00041-abc

    > rollback api 44
    [plain] api.web already serves api-00044-abc

    (Releases) → releases api.web

    > rollback api latest
    [plain] api.web already follows LATEST (api-00044-abc)
    "#);
    insta::assert_snapshot!(scene.refusal("43").await, @r#"
    [bad] api-00043-abc cannot serve: never became ready: container failed to start
    Why: it cannot be done as asked.
    Try this: Choose one that is ready; the newest is api-00044-abc.
    _Reference E-…_
    "#);
}

#[tokio::test]
async fn a_split_is_settled_by_a_person() {
    let mut serving = world();
    serving.revisions[0].traffic = 90;
    serving.revisions[2].traffic = 10;
    let scene = scene(serving, Way::Works, [good()]);
    insta::assert_snapshot!(scene.answer("previous").await, @r#"
    [plain] Traffic of api.web is split: which revision shall get all of it?
    • api-00044-abc 90 %
    • api-00042-abc 10 %

    (api-00044-abc) → rollback api.web api-00044-abc
    (api-00042-abc) → rollback api.web api-00042-abc
    "#);
    let done = scene.run(scene.draft("42").await).await.unwrap();
    assert_eq!(done.undo, None);
}

#[tokio::test]
async fn nothing_older_is_refused_with_the_rule() {
    let mut serving = world();
    serving.revisions.truncate(2);
    insta::assert_snapshot!(scene(serving, Way::Works, [good()]).refusal("previous").await, @r#"
    [bad] api.web has no previous revision to go back to.
    Why: it does not exist there.
    Try this: There is no `previous`: no older revision is fit to serve. Passed over: api-00043-abc (never ready).
    _Reference E-…_
    "#);
}

#[tokio::test]
async fn the_later_look_compares_with_before_the_change() {
    let scene = scene(world(), Way::Works, [good()]);
    let report = recheck(&scene.estate, &id("api"), &part("web"), &ill()).await;
    insta::assert_snapshot!(transcript(&report, Lang::En), @r#"
    [good] api.web, 5 minutes after the change: health is better

    (Errors, last hour) → logs api.web errors 1h
    (Releases) → releases api.web
    "#);
    let gone = recheck(&scene.estate, &id("api"), &part("cache"), &ill()).await;
    insta::assert_snapshot!(transcript(&gone, Lang::Ja), @r#"[warn] api.cache は設定から削除されたため、再確認できませんでした。"#);
}
