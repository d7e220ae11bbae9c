# What ladders do by themselves.

act-terms = Run by the ladder “{ $policy }” in { $incident }: the config names this command, and that is its yes.
act-not-its-own = This is not the command that the incident has begun: it is not run.
act-never-begun = Toban stopped before “{ $command }” began. Nothing was changed, and it is not run any more.
act-ended-untold = how it ended stands in the audit
act-barred-idle = commands are not run here
act-barred-danger = a dangerous command is never run without people
act-barred-change = { $name } is changing the service: { $command } ({ $plan })
act-barred-plan = a plan of { $name } waits for a yes: { $command } ({ $plan })
act-barred-often = the service was changed { $times } times by itself within 6 hours
act-barred-store = it cannot be read what else changes the service
act-left-never = Toban stopped before it began
act-why-left = No automatic recovery was made.
act-why-proposed = “{ $command }” may help. Its button is in the thread.
act-proposal = “{ $command }” may help.
act-proposal-to = { $name }: “{ $command }” may help.
act-proposal-how = The button plans it for whoever presses it. Nothing changes before that is confirmed.
act-next-settle = over at { $at }, if the service stays well and no alert fires
