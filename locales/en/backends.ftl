# What the adapters of backends see and say.

backend-not-asked = could not be asked: { $why } ({ $detail })

backend-run-ready = yes
backend-run-unsaid = Cloud Run does not say whether it is ready
backend-run-underway = a change is under way
backend-run-underway-with = a change is under way: { $detail }
backend-run-failed = { $condition } failed, without a reason given
backend-run-deploying = { $created } is being deployed
backend-run-never-ready = the newest revision { $created } did not become ready: { $detail }
backend-run-traffic-latest = { $shares } (follows LATEST)
backend-run-traffic-pinned = { $shares } (pinned)

backend-http-status = answered { $status }, expected { $expected }
backend-http-slow = answered { $status }, but slower than { $slow }
backend-http-silent = no answer within { $limit }
backend-http-unreachable = no connection: { $detail }
backend-http-broken = no complete answer: { $detail }
backend-http-too-large = the answer is larger than 1 MiB
backend-http-not-json = the answer is not JSON
backend-http-member = { $member } is { $seen }, expected { $expected }
backend-http-member-missing = { $member } is missing, expected { $expected }
backend-http-no-token = could not be asked: no Google ID token ({ $detail })
backend-http-no-url = the URL of this check is not a URL

backend-route-revision = Moving all traffic to { $revision } …
backend-route-latest = Moving all traffic to the latest ready revision …
backend-route-progress = Cloud Run: { $detail }
backend-route-lost = The answer was lost; asking Cloud Run where the traffic goes …
backend-restart-making = Making a new revision like { $revision } …
backend-restart-lost = The answer was lost; asking Cloud Run what became of the new revision …

backend-hint-role = Give Toban's account the role { $role } on the project.
backend-hint-credentials = Check google.credentials: the account or its key was not accepted.
backend-hint-tail = Ten logs of a project can be followed at once: end one, or read without follow.
backend-hint-narrow = Ask for a shorter time or less of it.
