# Said by the Slack door itself.
slack-left-out = { $count ->
    [one] … one more line is not shown: it does not fit into a Slack message.
   *[other] … { $count } more lines are not shown: they do not fit into a Slack message.
}
slack-shortcut-runbook = Find in the runbook
slack-shortcut-runbook-description = Looks for the known error in this message
slack-shortcut-incident = Open an incident
slack-shortcut-incident-description = Makes an incident of this message and pages who is on call
