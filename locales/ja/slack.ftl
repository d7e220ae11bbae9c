# Slack の窓口そのものが話す言葉。
slack-left-out = … Slack のメッセージに収まらないため、残り { $count } 行は省略しました。
slack-shortcut-runbook = 手順書で調べる
slack-shortcut-runbook-description = このメッセージに含まれる既知のエラーを手順書から探します
slack-shortcut-incident = インシデントを起票
slack-shortcut-incident-description = このメッセージからインシデントを起票し、当番を呼び出します
