### What the verbs say: health, status, logs, releases, rollback, runbook, and why something failed.

## Shared

verb-list = { $head }, { $tail }
verb-span-ms = { $n } ms
verb-span-s = { $n }s
verb-span-m = { $n }m
verb-span-h = { $n }h
verb-span-d = { $n }d
verb-span-two = { $one } { $two }
verb-ago = { $span } ago
verb-kind-of-part = { $kind } ({ $part })
verb-backend-cloud-run = Cloud Run
verb-backend-cloud-sql = Cloud SQL
verb-backend-secret-manager = Secret Manager
verb-backend-cloud-build = Cloud Build
verb-backend-bucket = object storage
verb-backend-compose = Docker Compose
verb-backend-github-actions = GitHub Actions
verb-backend-prometheus = Prometheus
verb-backend-loki = Loki
verb-backend-jaeger = Jaeger
verb-backend-systemd = systemd
verb-backend-postgres = PostgreSQL
verb-backend-redis = Redis
verb-backend-package = package registry
verb-backend-http = HTTP
verb-can-logs = logs
verb-can-releases = releases
verb-no-target = Which service?
verb-no-service = There is no service { $service }.
verb-services = Choose one of { $names }.
verb-no-component = { $service } has no component { $component }.
verb-components = Choose one of its components: { $names }.
verb-cannot = { $place } has no { $what } that Toban can reach.
verb-not-connected = Use its own tools for now. Not connected to Toban yet: { $parts }
verb-able = Ask { $names }, which has them.
verb-others = This is { $place }. Other components have the same: { $names }.
verb-which = Which component of { $service }?
verb-changes-nothing = This command only looks; there is nothing to run.

## Failures

failure-why = Why: { $why }.
failure-hint = Try this: { $hint }
failure-reference = Reference { $reference }
failure-hint-denied = Check the credentials and rights of Toban's account for this backend.
failure-hint-place = Check the component's `place` in the config: project, region and name.
failure-hint-wait = Wait a minute; the backend's quota for Toban's project is used up.
failure-hint-again = Ask again: another operation was in the way, or things changed meanwhile.
failure-hint-later = Try again in a moment; if it stays, look at the backend's own status page.
failure-hint-invalid = Check what was asked for, and the component's `place` in the config.
failure-hint-garbled = Something else answered in the backend's place: a proxy, or a page to log in? Check the network and the endpoint.
failure-hint-failed = Look into the backend's own log for the reason before you try again.
why-invalid = it cannot be done as asked
why-not-found = it does not exist there
why-denied = Toban's account is not allowed to
why-conflict = another operation is going on, or something changed meanwhile
why-quota = a quota is used up
why-unavailable = it could not be reached, or it answered with an error
why-timeout = it took too long
why-garbled = the answer makes no sense
why-not-connected = no backend is connected
why-unknown = the result is not known
why-internal = a fault of Toban's own

## health

health-verdict-healthy = ✅ healthy
health-verdict-not-connected = ➖ not connected
health-verdict-degraded = ⚠️ degraded
health-verdict-unknown = ❔ unknown
health-verdict-unhealthy = ❌ unhealthy
health-headline-healthy = { $place } is healthy{ $missing ->
    [0] {""}
    [one] {" "}(1 component is not connected yet)
   *[other] {" "}({ $missing } components are not connected yet)
}
health-headline-not-connected = { $place } is not connected yet
health-headline-degraded = { $place } works, but look at { $parts }{ $missing ->
    [0] {""}
    [one] {" "}(1 component is not connected yet)
   *[other] {" "}({ $missing } components are not connected yet)
}
health-headline-unknown = { $place }: the state of { $parts } could not be seen{ $missing ->
    [0] {""}
    [one] {" "}(1 component is not connected yet)
   *[other] {" "}({ $missing } components are not connected yet)
}
health-headline-unhealthy = { $place } is unhealthy: { $parts }{ $missing ->
    [0] {""}
    [one] {" "}(1 component is not connected yet)
   *[other] {" "}({ $missing } components are not connected yet)
}
health-head-part = Component
health-head-state = State
health-head-seen = Seen
health-head-latency = Latency
health-seen = { $check }: { $seen }
health-line = { $verdict } – { $seen }
health-line-well = { $verdict } ({ $count ->
    [one] 1 check
   *[other] { $count } checks
})
health-not-connected = no { $kind } backend is connected
health-no-answer = no answer within { $limit }
health-missing = Not connected yet: { $parts }
health-button-again = Check again
health-button-logs = Errors, last hour
health-button-releases = Releases
health-button-rollback = Roll back…

## status

status-none = There is no service that you may see here.
status-headline-well = { $count ->
    [one] The one service is well
   *[other] All { $count } services are well
}
status-headline-trouble = { $trouble } of { $count } services { $trouble ->
    [one] needs
   *[other] need
} a look
status-head-service = Service
status-head-state = State
status-head-trouble = Look at
status-head-latency = Slowest
status-head-environment = Environment
status-missing = { $count } not connected yet
status-environment = Environment: { $environment }
status-button-health = Health of { $service }

## logs

logs-severity-default = default
logs-severity-debug = debug
logs-severity-info = info
logs-severity-notice = notice
logs-severity-warning = warning
logs-severity-error = error
logs-severity-critical = critical
logs-count-default = { $n } without severity
logs-count-debug = { $n } debug
logs-count-info = { $n } info
logs-count-notice = { $n } { $n ->
    [one] notice
   *[other] notices
}
logs-count-warning = { $n } { $n ->
    [one] warning
   *[other] warnings
}
logs-count-error = { $n } { $n ->
    [one] error
   *[other] errors
}
logs-count-critical = { $n } critical
logs-count-none = nothing yet
logs-headline = { $place }: { $counts } { $when }
logs-headline-newest = { $place }: { $counts } among the newest { $shown } lines { $when }
logs-when-span = in the last { $span }
logs-when-range = from { $since } to { $until }
logs-empty = { $place } wrote nothing of the kind { $when }
logs-looked = Looked for: { $parts }.
logs-looked-at-least = { $severity } or worse
logs-looked-exactly = { $severity } only
logs-looked-text = the text “{ $text }”
logs-looked-pattern = the pattern { $pattern }
logs-looked-requests = requests
logs-longer = Perhaps it was earlier: a longer span may show it.
logs-source = { $kind } · { $place }
logs-failed = The log of { $place } could not be read.
logs-more = These are the newest { $shown } lines; there are more. A number (at most { $most }), a severity or a shorter span shows others.
logs-capped = At most { $most } lines are read at once.
logs-known = Known error (×{ $count }): { $symptom } – cause: { $cause } – remedy: { $remedy }
logs-button-known = Runbook: { $words }
logs-button-longer = Last { $span }
logs-button-follow = Follow
logs-button-follow-again = Follow on
logs-button-stop = Stop
logs-head-count = Count
logs-head-first = First
logs-head-last = Last
logs-head-severity = Severity
logs-head-text = Text
logs-head-time = Time
logs-head-method = Method
logs-head-path = Path
logs-head-status = Status
logs-head-latency = Latency
logs-following = Following { $place } until { $until }: { $counts }
logs-followed = Followed { $place } for { $span }: { $counts }
logs-follow-failed = The log of { $place } cannot be followed.
logs-follow-broke = The stream of { $place } broke off; this is what had come until then.
logs-follow-stopped = Stopped by hand.
logs-follow-closed = The backend ended the stream.
logs-follow-longest = It is followed for at most { $span } at a time.

## releases

releases-headline = { $place }: { $revision } serves { $traffic } % of the traffic
releases-headline-none = { $place }: no revision gets traffic
releases-failed = The revisions of { $place } could not be read.
releases-head-revision = Revision
releases-head-traffic = Traffic
releases-head-state = State
releases-head-age = Age
releases-head-image = Image
releases-is-previous = { $revision } (previous)
releases-ready = ready
releases-not-ready = never became ready
releases-not-ready-why = never became ready: { $why }
releases-ready-unknown = not ready yet
releases-rule = `previous` is { $revision }: the newest ready revision from before the one that serves.{ $skipped }
releases-rule-none = There is no `previous`: no older revision is fit to serve.{ $skipped }
releases-rule-split = Traffic is split, so `previous` has to be chosen by hand.
releases-rule-silent = Nothing gets traffic, so there is no `previous`.
releases-skipped-none = {""}
releases-skipped = {" "}Passed over: { $parts }.
releases-skipped-never-ready = { $revision } (never ready)
releases-skipped-rolled-back = { $revision } (rolled back from in the last { $days } days)
releases-follows = Traffic follows the newest ready revision (LATEST).
releases-pinned = Traffic is pinned: new deployments get none until it is set to LATEST again.
releases-cut = There are { $count } revisions; the newest 100 are listed.
releases-button-previous = Roll back to previous…
releases-button-latest = Follow LATEST again…

## rollback

rollback-plan = Send all traffic of { $place } to { $revision }
rollback-plan-latest = Let { $place } follow the newest revision again (now { $revision })
rollback-plan-damaged = The stored plan cannot be read.
rollback-unread = The revisions of { $place } could not be read; nothing was changed.
rollback-field-from = From
rollback-field-to = To
rollback-field-traffic-before = Traffic now
rollback-field-traffic-after = Traffic then
rollback-field-traffic-now = Traffic
rollback-field-variables = Variables
rollback-field-health = Health now
rollback-field-took = Took
rollback-revision = { $revision } · { $image } · { $age } ({ $created })
rollback-share = { $revision } { $share }
rollback-share-latest = { $revision } { $share } (LATEST)
rollback-no-traffic = no revision gets traffic
rollback-variables-alike = no difference
rollback-variables-added = added: { $names }
rollback-variables-removed = removed: { $names }
rollback-variables-changed = changed: { $names }
rollback-rule-named = Chosen by name.
rollback-rule-latest = LATEST is the newest ready revision, now and after every deployment.
rollback-will-pin = ⚠️ From then on new deployments get no traffic until it is set to LATEST again: `{ $command }`.
rollback-will-follow = From then on every new deployment gets the traffic as soon as it is ready.
rollback-which = Which revision shall { $place } go back to?
rollback-button-previous = Previous: { $revision }
rollback-split = Traffic of { $place } is split: which revision shall get all of it?
rollback-no-previous = { $place } has no previous revision to go back to.
rollback-several = { $count } revisions begin with { $typed }: which one?
rollback-unknown = { $place } has no revision { $typed }
rollback-nearest = Did you mean { $revision }?
rollback-more = And { $count } more: `{ $command }` lists all.
rollback-already = { $place } already serves { $revision }
rollback-follows-already = { $place } already follows LATEST ({ $revision })
rollback-not-ready = { $revision } cannot serve: { $state }
rollback-ready-one = Choose one that is ready; the newest is { $revision }.
rollback-nothing-ready = { $place } has no revision that is ready.
rollback-routing = Sending the traffic of { $place } to { $revision } …
rollback-verifying = Traffic is moved. Looking at the health of { $place }: { $failing ->
    [0] good, { $good } of { $of }
    [one] 1 check fails
   *[other] { $failing } checks fail
} …
rollback-done = { $place } now serves { $revision }: { $verdict }
rollback-done-latest = { $place } follows LATEST again ({ $revision }): { $verdict }
rollback-verdict-better = health is better
rollback-verdict-worse = health is worse
rollback-verdict-unchanged-well = health is good, as before
rollback-verdict-unchanged-ill = health is as bad as before
rollback-verdict-unseen = nothing looks at its health
rollback-failing = Failing checks:
rollback-failing-check = { $verdict } { $check }: { $seen }
rollback-early = This verdict is early: Toban looks again in 5 minutes.
rollback-pinned = Traffic is pinned: new deployments get none until `{ $command }`.
rollback-answer-lost = The backend's answer was lost, but a second look shows that the change was made.
rollback-not-as-planned = ⚠️ The traffic is not as planned: somebody else may have changed it at the same time.
rollback-split-before = several revisions (split)
rollback-no-undo = Traffic was split before; no single command restores that.
rollback-half = { $place } was not moved to { $revision } as planned, and traffic is not as before either. It is now: { $traffic }.
rollback-pending = The answer was lost. So far { $place } is as before ({ $traffic }); the change to { $revision } may still come through.
rollback-unchanged = { $place } was not moved to { $revision }. Traffic is as before: { $traffic }.
rollback-not-known = It is not known whether { $place } was moved to { $revision }: neither the change nor a second look was answered.
rollback-refused = { $place } was not moved to { $revision }.
rollback-look = Look before you try again: `{ $command }`.
rollback-recheck = { $place }, 5 minutes after the change: { $verdict }
rollback-recheck-gone = { $place } is not in the config any more; its health was not looked at again.

## runbook

runbook-empty = { $service } has no runbook.
runbook-all = Runbook of { $service }: { $count } { $count ->
    [one] entry
   *[other] entries
}
runbook-nothing = Nothing in the runbook of { $service } fits “{ $words }”. This is what it has:
runbook-found = Runbook of { $service }: { $count ->
    [one] 1 entry fits
   *[other] { $count } entries fit
}
runbook-status = HTTP status
runbook-cause = Cause
runbook-remedy = Remedy
runbook-head-symptom = Symptom
runbook-head-status = Status
runbook-head-cause = Cause
runbook-head-id = Entry
