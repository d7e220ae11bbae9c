### メトリクス、監視ルール、再起動。

## metrics

metrics-headline-well = { $place }: すべてのメトリクスが閾値内です（{ $span }）
metrics-headline-trouble = { $place }: { $names } を確認してください（{ $span }）
metrics-headline-unknown = { $place }: 取得できないメトリクスがあります（{ $span }）
metrics-headline-not-connected = { $place }: メトリクスの取得元がまだ接続されていません
metrics-head-metric = メトリクス
metrics-head-now = 現在
metrics-head-worst = 最悪値
metrics-head-threshold = 閾値
metrics-head-state = 状態
metrics-head-action = 超過時の対応
metrics-standing-free = ➖
metrics-standing-not-connected = ➖ 未接続
metrics-standing-well = ✅ 正常
metrics-standing-clearing = ⏳ 回復中
metrics-standing-unknown = ❔ データなし
metrics-standing-pending = ⏳ 超過直後
metrics-standing-warning = ⚠️ 超過
metrics-standing-critical = ❌ 超過
metrics-state-since = { $state }（{ $since }から）
metrics-action = { $say }: { $remedy }
metrics-unread = { $place } のメトリクスを一部取得できませんでした: { $why }。参照番号 { $reference }
metrics-failed = { $place } のメトリクスを取得できませんでした。
metrics-missing = 未接続: { $names }
metrics-none = { $place } のメトリクスの取得元が接続されていません。
metrics-no-such = { $place } に「{ $name }」を含むメトリクスはありません。
metrics-there-are = 取得できるもの: { $names }
metrics-button-day = 過去24時間
metrics-button-health = ヘルス

## restart

verb-can-restart = 再起動
restart-unread = { $place } のリビジョンを取得できませんでした。何も変更していません。
restart-nothing-serves = { $place } にはトラフィックを受けているリビジョンがないため、再起動できません。
restart-split = { $place } のトラフィックは複数のリビジョンに分かれているため、どれを再起動するか決められません。
restart-split-hint = 先に1つのリビジョンへ集めてください: `{ $command }`
restart-plan = { $place } を再起動（{ $revision }）
restart-field-serves = 稼働中
restart-how = 稼働中のリビジョンから、タイムスタンプ以外は同じ内容の新しいリビジョンを作ります。準備ができるまで古いほうが応答を続けます。
restart-latest-differs = ⚠️ 最後にデプロイされた { $latest }（{ $image }）は稼働していません。再起動するのは { $revision } で、新しいデプロイは反映されません。
restart-traffic-follows = トラフィックは前後とも LATEST に追従します。
restart-traffic-pinned = トラフィックは固定されているため、新しいリビジョンへ移して固定します。
restart-plan-damaged = この計画は読み取れなくなりました。
restart-making = { $place } を再起動しています…
restart-done = { $place } を再起動しました: { $verdict }
restart-never-ready = { $place } は再起動されませんでした。新しいリビジョンが準備完了になりません。{ $revision } が応答を続けます。
restart-refused-as-before = { $place } は再起動されませんでした。{ $revision } が応答を続けます。
restart-refused = { $place } は計画どおりに再起動されず、{ $revision } もすべてのトラフィックを受けていません。
restart-pending = 応答を受け取れませんでした。いまのところ { $revision } が応答していますが、{ $place } の再起動がこれから反映される可能性があります。
restart-not-known = { $place } が再起動されたかどうか分かりません。

## 監視ルール

watch-detail = { $metric } は { $value } です（閾値 { $threshold }）
watch-no-data = データなし: { $metric }
watch-no-data-detail = 10分間データがないため、ルール「{ $rule }」を判定できません。
watch-cannot-see = Toban から何も見えません
watch-cannot-see-detail = 半数を超えるサービスのプローブと対照プローブが同時に失敗しています。Toban 自身またはそのネットワークの障害と思われます。回復するまでサービスのルールは判定しません。
