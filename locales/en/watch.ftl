### Metrics, watch rules and restarts.

## metrics

metrics-headline-well = { $place }: every metric keeps to its threshold ({ $span })
metrics-headline-trouble = { $place }: look at { $names } ({ $span })
metrics-headline-unknown = { $place }: some metrics could not be seen ({ $span })
metrics-headline-not-connected = { $place }: nothing that measures it is connected yet
metrics-head-metric = Metric
metrics-head-now = Now
metrics-head-worst = Worst
metrics-head-threshold = Threshold
metrics-head-state = State
metrics-head-action = If it is broken
metrics-standing-free = ➖
metrics-standing-not-connected = ➖ not connected
metrics-standing-well = ✅ well
metrics-standing-clearing = ⏳ recovering
metrics-standing-unknown = ❔ no data
metrics-standing-pending = ⏳ just broken
metrics-standing-warning = ⚠️ broken
metrics-standing-critical = ❌ broken
metrics-state-since = { $state }, since { $since }
metrics-action = { $say }: { $remedy }
metrics-unread = The metrics of { $place } could not all be read: { $why }. Reference { $reference }
metrics-failed = The metrics of { $place } could not be read.
metrics-missing = Not connected yet: { $names }
metrics-none = Nothing that measures { $place } is connected.
metrics-no-such = { $place } has no metric like “{ $name }”.
metrics-there-are = There are: { $names }
metrics-button-day = Last 24 hours
metrics-button-health = Health

## restart

verb-can-restart = restart
restart-unread = The revisions of { $place } could not be read; nothing was changed.
restart-nothing-serves = Nothing of { $place } serves, so there is nothing to restart.
restart-split = The traffic of { $place } is split between several revisions, so it cannot be told which one to restart.
restart-split-hint = Send all traffic to one of them first: `{ $command }`
restart-plan = Restart { $place } ({ $revision })
restart-field-serves = Serves now
restart-how = A new revision is made from the one that serves, with nothing changed but a time stamp. The old one serves until the new one is ready.
restart-latest-differs = ⚠️ What was deployed last is not what serves: { $latest } ({ $image }). What is restarted is { $revision }; the newer deployment stays out.
restart-traffic-follows = Traffic follows new deployments, before and after.
restart-traffic-pinned = Traffic is pinned, so it is moved to the new revision and pinned there.
restart-plan-damaged = This plan cannot be read any more.
restart-making = Restarting { $place } …
restart-done = { $place } was restarted: { $verdict }
restart-never-ready = { $place } was not restarted: the new revision did not become ready. { $revision } goes on serving.
restart-refused-as-before = { $place } was not restarted. { $revision } goes on serving.
restart-refused = { $place } was not restarted as planned, and { $revision } does not have all of the traffic now.
restart-pending = The answer was lost. So far { $revision } serves as before; the restart of { $place } may still come through.
restart-not-known = It is not known whether { $place } was restarted.

## Watch rules

watch-detail = { $metric } is { $value } (threshold { $threshold })
watch-no-data = No data: { $metric }
watch-no-data-detail = Nothing was measured for 10 minutes, so the rule “{ $rule }” cannot be judged.
watch-cannot-see = Toban cannot see
watch-cannot-see-detail = The probes of more than half of the services and the control probe fail together: the fault is probably with Toban or its network. Until it sees again no rule of a service is judged.
