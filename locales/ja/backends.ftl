# バックエンドのアダプターが見たこと、伝えること。

backend-not-asked = 確認できませんでした: { $why }（{ $detail }）

backend-run-ready = 準備完了
backend-run-unsaid = Cloud Run が状態を返していません
backend-run-underway = 変更を適用中です
backend-run-underway-with = 変更を適用中です: { $detail }
backend-run-failed = { $condition } が失敗しました（理由の記載なし）
backend-run-deploying = { $created } をデプロイ中です
backend-run-never-ready = 最新リビジョン { $created } が起動しませんでした: { $detail }
backend-run-traffic-latest = { $shares }（LATEST に追従）
backend-run-traffic-pinned = { $shares }（固定中）

backend-http-status = 応答 { $status }（期待値 { $expected }）
backend-http-slow = 応答 { $status }、ただし { $slow } より遅い
backend-http-silent = { $limit } 以内に応答がありません
backend-http-unreachable = 接続できません: { $detail }
backend-http-broken = 応答が途中で切れました: { $detail }
backend-http-too-large = 応答が 1 MiB を超えています
backend-http-not-json = 応答が JSON ではありません
backend-http-member = { $member } が { $seen }（期待値 { $expected }）
backend-http-member-missing = { $member } がありません（期待値 { $expected }）
backend-http-no-token = 確認できませんでした: Google の ID トークンを取得できません（{ $detail }）
backend-http-no-url = このチェックの URL が正しくありません

backend-route-revision = すべてのトラフィックを { $revision } に切り替えています…
backend-route-latest = すべてのトラフィックを最新の準備完了リビジョンに切り替えています…
backend-route-progress = Cloud Run: { $detail }
backend-route-lost = 応答を受け取れませんでした。トラフィックの現状を Cloud Run に確認しています…
backend-restart-making = { $revision } と同じ内容の新しいリビジョンを作成しています…
backend-restart-lost = 応答を受け取れませんでした。新しいリビジョンの状態を Cloud Run に問い合わせています…

backend-hint-role = Toban のアカウントに、プロジェクトのロール { $role } を付与してください。
backend-hint-credentials = google.credentials を確認してください。アカウントまたはキーが受け付けられませんでした。
backend-hint-tail = 同時に追跡できるログはプロジェクトごとに 10 件です。どれかを終了するか、follow なしで読んでください。
backend-hint-narrow = 期間を短くするか、条件を絞ってください。
