# 応答・計画・ページ送り
stranger = あなたが誰か分からないため、何も実行できません。
stranger-hint = 設定の管理者に、あなたの [[person]] に { $key } = "{ $user }" を追加するよう依頼してください。
refused = ここでは { $service } に対して「{ $verb }」を実行する権限がありません。
refused-no-service = ここで「{ $verb }」を実行する権限がありません。
refused-elsewhere = 別のチャンネルでは実行できます。
refused-nobody = この操作を許可されたロールはありません。
refused-holders = 実行できる人: { $names }
store-failed = Toban 自身のデータベースが応答しなかったため、何も実行していません。
try-again = 少し待ってから再実行してください。
verb-missing = このコマンドに割り当てられた「{ $verb }」は、Toban にはない機能です。
panicked = 処理中に Toban の内部でエラーが発生しました。
begun-too-often = この処理は { $times } 回開始されましたが完了しなかったため、中止しました。
terminal-gone = 実行元の端末が終了したため、このコマンドは実行しません。
command-timed-out = { $limit } を超えたため中止しました。何も変更していません。
change-timed-out = 変更が { $limit } を超えました。実行されたかどうかは不明です。
root-line = { $name } さんが /{ $command } を実行しました
button-releases = リリース一覧
button-health = ヘルスチェック

page-more = 続きを表示
page-file = ファイルで取得
page-file-as-text = { $name } をファイルとして投稿できなかったため、本文で送ります
page-none = これ以上はありません。
page-as-of = { $number } ページ目（{ $at } 時点）
result-gone = この結果はもう保存されていません。コマンドを再実行してください。
filter-kept = { $of } 行中 { $kept } 行（{ $at } 時点）
stop-done = 停止します。
stop-nothing = すでに終了しています。

plan-confirm = 実行する
plan-cancel = 取り消す
plan-undo = 元に戻す
plan-again = 計画し直す
plan-terms = 計画 { $plan } ・まだ何も変更していません・有効期限 { $until }
plan-confirmed-by = { $name } さんが承認しました。
plan-cancelled-by = { $name } さんが取り消しました。何も変更していません。
plan-cancelled = 計画 { $plan } を取り消しました。何も変更していません。
plan-void = 無効: 計画の作成後にサービスが変わりました。何も実行していません。
plan-unknown = 計画 { $plan } は見つかりません。古いメッセージのボタンかもしれません。
plan-expired = この計画は { $at } に期限切れになりました。何も変更していません。
plan-second-person = この計画には別の人の承認が必要です。依頼した本人は承認できません。
plan-busy = { $service } では別の変更が進行中です: { $plan }（{ $name } さん、{ $since } から）。何も変更していません。
plan-moved = 計画の作成後にサービスが変わったため、実行しませんでした。
plan-moved-item = { $name }: { $was } → { $is }
plan-meaningless = 計画のコマンドが意味を持たなくなったため、実行しませんでした。
plan-still-proposed = この計画はまだ承認待ちです。
plan-running = この計画は { $name } さんが承認済みで、実行中です。
plan-done = この計画は { $name } さんが承認し、実行済みです。
plan-failed = この計画は { $name } さんが承認しましたが、実行に失敗しました。
plan-was-cancelled = この計画は { $name } さんが取り消しました。何も変更していません。
plan-ended-unknown = この計画は { $name } さんが承認しましたが、結果は不明です。
plan-interrupted = 「{ $command }」の実行中に Toban が停止しました。結果は不明で、再実行はしません。
plan-interrupted-hint = 次の操作の前に、{ $service } の現在の状態を確認してください。
undo-nothing = 計画 { $plan } には元に戻す操作がありません。
undo-expired = 「元に戻す」の期限は { $at } まででした。戻す計画を改めて作成できます。

# ヘルプ
help-headline = ここで使えるコマンド
help-line = `{ $usage }` – { $summary }
help-more = `help コマンド名` で例を表示します。スレッドでは `@toban …`、DM ではスラッシュなしで入力してください。
help-aliases = 別名: { $names }
help-parameter = 引数
help-meaning = 意味
help-examples = 例
help-not-yours = あなたのロールでは、ここで実行できません。
whoami-headline = { $name } さん
whoami-id = ID
whoami-roles = ロール
whoami-known-as = アカウント
whoami-zone = タイムゾーン
whoami-service = サービス
whoami-read = 参照
whoami-change = 変更
whoami-danger = 危険な操作

# デモ
demo-try-health = 全コンポーネントを同時に確認し、問題箇所を表示
demo-try-logs = 繰り返し行をまとめ、秘密情報を伏せ、既知のエラーを解説
demo-try-rollback = 変更前後の確認 → 承認 → 進捗 → 判定 → 元に戻す

manifest-about = 当番ボット: ヘルスチェック、ログ、ロールバック、インシデント対応をチャットから
