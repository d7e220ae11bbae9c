### 各コマンドの文言: health、status、logs、releases、rollback、runbook、失敗の理由。

## 共通

verb-list = { $head }、{ $tail }
verb-span-ms = { $n } ms
verb-span-s = { $n }秒
verb-span-m = { $n }分
verb-span-h = { $n }時間
verb-span-d = { $n }日
verb-span-two = { $one }{ $two }
verb-ago = { $span }前
verb-kind-of-part = { $kind }（{ $part }）
verb-backend-cloud-run = Cloud Run
verb-backend-cloud-sql = Cloud SQL
verb-backend-secret-manager = Secret Manager
verb-backend-cloud-build = Cloud Build
verb-backend-bucket = オブジェクトストレージ
verb-backend-compose = Docker Compose
verb-backend-github-actions = GitHub Actions
verb-backend-prometheus = Prometheus
verb-backend-loki = Loki
verb-backend-jaeger = Jaeger
verb-backend-systemd = systemd
verb-backend-postgres = PostgreSQL
verb-backend-redis = Redis
verb-backend-package = パッケージレジストリ
verb-backend-http = HTTP
verb-can-logs = ログ
verb-can-releases = リリース
verb-no-target = どのサービスですか？
verb-no-service = サービス { $service } はありません。
verb-services = 次から選んでください: { $names }
verb-no-component = { $service } にコンポーネント { $component } はありません。
verb-components = 次のコンポーネントから選んでください: { $names }
verb-cannot = { $place } には Toban から参照できる{ $what }がありません。
verb-not-connected = 当面は各システムの管理画面などで確認してください。Toban に未接続: { $parts }
verb-able = { $names } を指定してください。
verb-others = { $place } の結果です。ほかに { $names } も対象にできます。
verb-which = { $service } のどのコンポーネントですか？
verb-changes-nothing = このコマンドは参照のみで、実行する変更はありません。

## 失敗

failure-why = 理由: { $why }
failure-hint = 対処: { $hint }
failure-reference = 参照番号 { $reference }
failure-hint-denied = このバックエンドに対する Toban の認証情報と権限を確認してください。
failure-hint-place = 設定の `place`（プロジェクト、リージョン、名前）を確認してください。
failure-hint-wait = バックエンドのクォータを使い切っています。1分ほど待ってください。
failure-hint-again = もう一度実行してください。別の操作と重なったか、その間に状態が変わりました。
failure-hint-later = 少し待って再実行してください。続く場合はバックエンドの稼働状況を確認してください。
failure-hint-invalid = 指定した内容と、設定ファイルのコンポーネントの `place` を確認してください。
failure-hint-garbled = プロキシやログイン画面など、別のものが応答している可能性があります。ネットワークと接続先を確認してください。
failure-hint-failed = 再実行の前に、バックエンド側のログで原因を確認してください。
why-invalid = 指定された内容では実行できません
why-not-found = 対象が見つかりません
why-denied = Toban のアカウントに権限がありません
why-conflict = 別の操作が進行中か、その間に状態が変わりました
why-quota = クォータを使い切っています
why-unavailable = 接続できないか、エラーが返りました
why-timeout = 時間内に応答がありませんでした
why-garbled = 応答を解釈できません
why-not-connected = バックエンドが未接続です
why-unknown = 結果が不明です
why-internal = Toban の内部エラーです

## health

health-verdict-healthy = ✅ 正常
health-verdict-not-connected = ➖ 未接続
health-verdict-degraded = ⚠️ 要注意
health-verdict-unknown = ❔ 不明
health-verdict-unhealthy = ❌ 異常
health-headline-healthy = { $place } は正常です{ $missing ->
    [0] {""}
   *[other] （未接続 { $missing } 件）
}
health-headline-not-connected = { $place } は未接続です
health-headline-degraded = { $place } は稼働していますが、{ $parts } に注意が必要です{ $missing ->
    [0] {""}
   *[other] （未接続 { $missing } 件）
}
health-headline-unknown = { $place }: { $parts } の状態を確認できません{ $missing ->
    [0] {""}
   *[other] （未接続 { $missing } 件）
}
health-headline-unhealthy = { $place } に異常があります: { $parts }{ $missing ->
    [0] {""}
   *[other] （未接続 { $missing } 件）
}
health-head-part = コンポーネント
health-head-state = 状態
health-head-seen = 確認結果
health-head-latency = 応答時間
health-seen = { $check }: { $seen }
health-line = { $verdict } – { $seen }
health-line-well = { $verdict }（{ $count } 項目）
health-not-connected = { $kind } のバックエンドは未接続です
health-no-answer = { $limit }以内に応答がありません
health-missing = 未接続: { $parts }
health-button-again = 再確認
health-button-logs = 直近1時間のエラー
health-button-releases = リリース一覧
health-button-rollback = ロールバック…

## status

status-none = ここで参照できるサービスはありません。
status-headline-well = 全 { $count } サービスとも問題ありません
status-headline-trouble = { $count } サービス中 { $trouble } 件の確認が必要です
status-head-service = サービス
status-head-state = 状態
status-head-trouble = 確認対象
status-head-latency = 最大応答時間
status-head-environment = 環境
status-missing = 未接続 { $count } 件
status-environment = 環境: { $environment }
status-button-health = { $service } の詳細

## logs

logs-severity-default = 未指定
logs-severity-debug = デバッグ
logs-severity-info = 情報
logs-severity-notice = 通知
logs-severity-warning = 警告
logs-severity-error = エラー
logs-severity-critical = 重大
logs-count-default = 重要度なし { $n } 件
logs-count-debug = デバッグ { $n } 件
logs-count-info = 情報 { $n } 件
logs-count-notice = 通知 { $n } 件
logs-count-warning = 警告 { $n } 件
logs-count-error = エラー { $n } 件
logs-count-critical = 重大 { $n } 件
logs-count-none = まだ出力なし
logs-headline = { $place }: { $when }に{ $counts }
logs-headline-newest = { $place }: { $when }の最新 { $shown } 行に{ $counts }
logs-when-span = 直近{ $span }
logs-when-range = { $since } から { $until } まで
logs-empty = { $place }: { $when }に該当するログはありません
logs-looked = 検索条件: { $parts }
logs-looked-at-least = 重要度「{ $severity }」以上
logs-looked-exactly = 重要度「{ $severity }」のみ
logs-looked-text = 文字列「{ $text }」
logs-looked-pattern = パターン { $pattern }
logs-looked-requests = リクエストログのみ
logs-longer = もっと前に出力された可能性があります。期間を広げて確認してください。
logs-source = { $kind } · { $place }
logs-failed = { $place } のログを取得できませんでした。
logs-more = 最新の { $shown } 行です。それより前にも該当する行があります。件数（最大 { $most }）、重要度、期間で絞り込めます。
logs-capped = 一度に取得できるのは { $most } 行までです。
logs-known = 既知のエラー（{ $count } 件）: { $symptom } – 原因: { $cause } – 対処: { $remedy }
logs-button-known = 手順書: { $words }
logs-button-longer = 直近 { $span }
logs-button-follow = 追跡する
logs-button-follow-again = 続けて追跡
logs-button-stop = 停止
logs-head-count = 件数
logs-head-first = 最初
logs-head-last = 最後
logs-head-severity = 重要度
logs-head-text = 内容
logs-head-time = 時刻
logs-head-method = メソッド
logs-head-path = パス
logs-head-status = ステータス
logs-head-latency = 応答時間
logs-following = { $place } を { $until } まで追跡中: { $counts }
logs-followed = { $place } を{ $span }追跡しました: { $counts }
logs-follow-failed = { $place } のログを追跡できません。
logs-follow-broke = { $place } のストリームが途切れました。それまでに届いた内容です。
logs-follow-stopped = 手動で停止しました。
logs-follow-closed = バックエンドがストリームを終了しました。
logs-follow-longest = 一度に追跡できるのは{ $span }までです。

## releases

releases-headline = { $place }: { $revision } がトラフィックの { $traffic } % を処理中
releases-headline-none = { $place }: トラフィックを受けているリビジョンはありません
releases-failed = { $place } のリビジョンを取得できませんでした。
releases-head-revision = リビジョン
releases-head-traffic = トラフィック
releases-head-state = 状態
releases-head-age = 作成
releases-head-image = イメージ
releases-is-previous = { $revision }（previous）
releases-ready = 準備完了
releases-not-ready = 起動に失敗
releases-not-ready-why = 起動に失敗: { $why }
releases-ready-unknown = 準備中
releases-rule = `previous` は { $revision } です（稼働中のものより前に作成された、最新の準備完了リビジョン）。{ $skipped }
releases-rule-none = `previous` に該当するリビジョンがありません。{ $skipped }
releases-rule-split = トラフィックが分割されているため、`previous` は自動では決まりません。
releases-rule-silent = トラフィックを受けているリビジョンがないため、`previous` はありません。
releases-skipped-none = {""}
releases-skipped = 除外: { $parts }。
releases-skipped-never-ready = { $revision }（起動に失敗）
releases-skipped-rolled-back = { $revision }（過去 { $days } 日以内にロールバック済み）
releases-follows = トラフィックは最新の準備完了リビジョン（LATEST）に追従します。
releases-pinned = トラフィックは固定されています。LATEST に戻すまで、新しいデプロイにトラフィックは流れません。
releases-cut = リビジョンは { $count } 件あります。新しい順に 100 件を表示しています。
releases-button-previous = previous へロールバック…
releases-button-latest = LATEST に戻す…

## rollback

rollback-plan = { $place } の全トラフィックを { $revision } に切り替えます
rollback-plan-latest = { $place } を再び LATEST に追従させます（現在は { $revision }）
rollback-plan-damaged = 保存された計画を読み込めません。
rollback-unread = { $place } のリビジョンを取得できませんでした。何も変更していません。
rollback-field-from = 変更前
rollback-field-to = 変更後
rollback-field-traffic-before = 現在のトラフィック
rollback-field-traffic-after = 変更後のトラフィック
rollback-field-traffic-now = トラフィック
rollback-field-variables = 環境変数
rollback-field-health = 現在の状態
rollback-field-took = 所要時間
rollback-revision = { $revision } · { $image } · { $age }（{ $created }）
rollback-share = { $revision } { $share }
rollback-share-latest = { $revision } { $share }（LATEST）
rollback-no-traffic = トラフィックを受けているリビジョンはありません
rollback-variables-alike = 差分なし
rollback-variables-added = 追加: { $names }
rollback-variables-removed = 削除: { $names }
rollback-variables-changed = 変更: { $names }
rollback-rule-named = リビジョン名で指定されました。
rollback-rule-latest = LATEST は常に最新の準備完了リビジョンを指します（今後のデプロイも含む）。
rollback-will-pin = ⚠️ 切り替え後は、LATEST に戻すまで新しいデプロイにトラフィックが流れません: `{ $command }`
rollback-will-follow = 切り替え後は、新しいデプロイが準備でき次第トラフィックが流れます。
rollback-which = { $place } をどのリビジョンに戻しますか？
rollback-button-previous = previous: { $revision }
rollback-split = { $place } のトラフィックは分割されています。どのリビジョンに集約しますか？
rollback-no-previous = { $place } には戻せるリビジョンがありません。
rollback-several = { $typed } に該当するリビジョンが { $count } 件あります。どれですか？
rollback-unknown = { $place } にリビジョン { $typed } はありません
rollback-nearest = もしかして: { $revision }
rollback-more = ほか { $count } 件: `{ $command }` で一覧を表示します。
rollback-already = { $place } はすでに { $revision } で稼働しています
rollback-follows-already = { $place } はすでに LATEST（{ $revision }）に追従しています
rollback-not-ready = { $revision } には切り替えられません: { $state }
rollback-ready-one = 準備完了のリビジョンを選んでください。最新は { $revision } です。
rollback-nothing-ready = { $place } に準備完了のリビジョンがありません。
rollback-routing = { $place } のトラフィックを { $revision } に切り替えています…
rollback-verifying = 切り替え済み。{ $place } の状態を確認中: { $failing ->
    [0] 正常 { $good }/{ $of }
   *[other] 異常 { $failing } 件
}…
rollback-done = { $place } を { $revision } に切り替えました: { $verdict }
rollback-done-latest = { $place } を再び LATEST（{ $revision }）に追従させました: { $verdict }
rollback-verdict-better = 状態は改善
rollback-verdict-worse = 状態は悪化
rollback-verdict-unchanged-well = 引き続き正常
rollback-verdict-unchanged-ill = 異常は変わらず
rollback-verdict-unseen = 状態を確認する手段なし
rollback-failing = 失敗している確認項目:
rollback-failing-check = { $verdict } { $check }: { $seen }
rollback-early = これは速報です。5分後にもう一度確認します。
rollback-pinned = トラフィックは固定されています。`{ $command }` を実行するまで、新しいデプロイには流れません。
rollback-answer-lost = 応答は失われましたが、再確認の結果、変更は反映されています。
rollback-not-as-planned = ⚠️ トラフィックが計画と異なります。同時に別の変更があった可能性があります。
rollback-split-before = 複数のリビジョン（分割）
rollback-no-undo = 変更前はトラフィックが分割されていたため、1つのコマンドでは元に戻せません。
rollback-half = { $place } は計画どおり { $revision } に切り替わらず、変更前の状態とも異なります。現在: { $traffic }
rollback-pending = 応答が失われました。現時点で { $place } は変更前のまま（{ $traffic }）ですが、{ $revision } への切り替えが後から反映される可能性があります。
rollback-unchanged = { $place } は { $revision } に切り替わりませんでした。トラフィックは変更前のままです: { $traffic }
rollback-not-known = { $place } が { $revision } に切り替わったかどうか不明です。変更にも再確認にも応答がありませんでした。
rollback-refused = { $place } は { $revision } に切り替わりませんでした。
rollback-look = 再実行の前に状態を確認してください: `{ $command }`
rollback-recheck = { $place }、変更から5分後: { $verdict }
rollback-recheck-gone = { $place } は設定から削除されたため、再確認できませんでした。

## runbook

runbook-empty = { $service } の手順書はありません。
runbook-all = { $service } の手順書: { $count } 件
runbook-nothing = { $service } の手順書に「{ $words }」に該当する項目はありません。登録されている項目:
runbook-found = { $service } の手順書: { $count } 件該当
runbook-status = HTTP ステータス
runbook-cause = 原因
runbook-remedy = 対処
runbook-head-symptom = 症状
runbook-head-status = ステータス
runbook-head-cause = 原因
runbook-head-id = 項目
