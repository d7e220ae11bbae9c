# アラートの受信: サイレンスと、/status に出る送信元の状態。

command-section-silences = サイレンス
command-silence = 一定時間、アラートで呼び出さないようにします。アラートは保存され、終了時に発生中のものは新規として扱います。
command-silence-service = sagebase のアラートで 2 時間呼び出さない
command-silence-window = メンテナンス時間帯。critical は通常どおり呼び出す
command-silence-label = 全サービスの特定のアラートのみ
command-silences = 現在および予定のサイレンスを一覧表示します。
command-silences-all = すべてのサイレンス
command-unsilence = サイレンスを今すぐ終了します。
command-unsilence-one = このサイレンスを終了する

param-environment = この環境のアラートのみ
param-reason = 理由（引用符で囲む）
param-label = アラートのラベル。値の末尾に * を使えます
param-broad = 半数を超えるサービスが対象になる場合に必要
param-silence = サイレンスの ID

silence-kept = サイレンスを設定しました: { $what }
silence-everything = すべて
silence-field-id = ID
silence-field-what = 対象
silence-field-reason = 理由
silence-field-owner = 設定者
silence-field-from = 開始
silence-field-until = 終了
silence-what-fires-already = すでに発生中のアラートは対象外です。該当インシデントで ack または snooze してください。これから発生するものは保存され、終了時に発生中であれば新規として扱います。
silence-button-end = 今すぐ終了
silence-button-end-one = { $id } を終了
silence-button-longer = 1 時間延長
silence-ending = { $owner }: { $what } のサイレンスは { $until } に終了します
silence-ending-then = 理由: { $reason }。終了時に発生中のアラートは新規として扱います。
silence-over = { $what } のサイレンスが終了しました。{ $count ->
    [0] 発生中のアラートはありません
   *[other] 発生中のアラート { $count } 件を新規として扱います
}
silence-ended = { $what } のサイレンスを終了しました。発生中のアラートは新規として扱います。
silence-unknown = 有効なサイレンス { $id } はありません。
silence-no-reason = 理由を引用符で囲んで指定してください: silence sagebase 2h "DB 更新"
silence-is-over = 終了時刻が開始時刻または現在より前です。
silence-too-long = サイレンスは最長 7 日です。
silence-too-broad = { $all } サービス中 { $services } サービスのアラートが対象になります。意図どおりであれば broad を付けてください。
silence-how-long = 期間を指定してください: 2h または 22:00..23:30
silence-whole-service = サイレンスはサービス単位です。コンポーネントを外すか、ラベルで絞り込んでください: alertname=DiskFull
silence-not-kept = サイレンスを保存できませんでした。通知は止まっていません。
silences-unread = サイレンスを読み書きできませんでした。
silences-none = 有効なサイレンスはありません。
silences-headline = サイレンス { $count } 件

status-sources = 問題のあるアラート送信元
status-source = { $source }: 解釈できないリクエスト { $malformed } 件、一部不正 { $faulty } 件、拒否 { $refused } 件。直近は { $ago }: { $why }
