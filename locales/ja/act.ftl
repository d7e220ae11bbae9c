# エスカレーションが自動で行うこと。

act-terms = エスカレーションポリシー「{ $policy }」による自動実行です（{ $incident }）。設定に書かれたコマンドのため、承認は不要です。
act-not-its-own = このインシデントが開始したコマンドではないため、実行しません。
act-never-begun = 「{ $command }」の開始前に Toban が停止しました。何も変更していません。再実行はしません。
act-ended-untold = 結果は監査ログを参照
act-barred-idle = ここではコマンドを実行できない
act-barred-danger = 危険なコマンドは自動実行しない
act-barred-change = { $name } が変更を実行中: { $command }（{ $plan }）
act-barred-plan = { $name } の計画が承認待ち: { $command }（{ $plan }）
act-barred-often = 6時間以内の自動実行が { $times } 回に達した
act-barred-store = 進行中の変更を確認できない
act-left-never = 開始前に Toban が停止した
act-why-left = 自動復旧は行われませんでした。
act-why-proposed = 「{ $command }」で復旧する可能性があります。スレッドのボタンから実行できます。
act-proposal = 「{ $command }」で復旧する可能性があります。
act-proposal-to = { $name } さん: 「{ $command }」で復旧する可能性があります。
act-proposal-how = ボタンを押した人の権限で計画を作成します。承認するまで何も変更しません。
act-next-settle = 正常な状態が続き、アラートがなければ { $at } に解決
