# Answers of the desk, plans and pages.
stranger = I do not know you here, so I cannot do anything for you.
stranger-hint = Ask whoever keeps Toban's config to add { $key } = "{ $user }" to your [[person]].
refused = You may not run “{ $verb }” on { $service } here.
refused-no-service = You may not run “{ $verb }” here.
refused-elsewhere = You may in another channel.
refused-nobody = Nobody's role allows it.
refused-holders = Who may: { $names }.
store-failed = Toban's own store did not answer, so nothing was done.
try-again = Try again in a moment.
verb-missing = This command is bound to “{ $verb }”, which Toban cannot do.
panicked = Something broke inside Toban while it worked on this.
begun-too-often = Work on this was begun { $times } times and never ended, so it is given up.
terminal-gone = The terminal that asked for this is gone, so it is not done.
command-timed-out = This took longer than { $limit }, so it was ended. Nothing was changed.
change-timed-out = The change took longer than { $limit }; whether it was made is not known.
root-line = { $name } ran /{ $command }
button-releases = Releases
button-health = Health

page-more = More
page-file = As a file
page-file-as-text = { $name } could not be put here as a file
page-none = There is nothing after that.
page-as-of = Page { $number }, as of { $at }
result-gone = That answer is no longer kept. Run the command again.
filter-kept = { $kept } of { $of } lines kept, as of { $at }
stop-done = Stopping.
stop-nothing = That has ended already.

plan-confirm = Confirm
plan-cancel = Cancel
plan-undo = Undo
plan-again = Plan again
plan-terms = Plan { $plan } · nothing has changed yet · valid until { $until }
plan-confirmed-by = Confirmed by { $name }.
plan-cancelled-by = Withdrawn by { $name }; nothing was changed.
plan-cancelled = Plan { $plan } is withdrawn; nothing was changed.
plan-void = Void: the service changed after this plan was made. Nothing was done.
plan-unknown = I know no plan { $plan }. The button may be from an old message.
plan-expired = This plan expired at { $at }; nothing was changed.
plan-second-person = This plan needs the yes of a second person: you asked for it, somebody else confirms.
plan-busy = Another change of { $service } is under way: { $plan }, by { $name } since { $since }. Nothing was changed.
plan-moved = The service changed since this plan was made, so it is not carried out.
plan-moved-item = { $name }: was { $was }, is { $is }
plan-meaningless = The plan's command means nothing any more, so it is not carried out.
plan-still-proposed = This plan still waits for a yes.
plan-running = { $name } confirmed this plan already; it is being carried out.
plan-done = { $name } confirmed this plan already; it has been carried out.
plan-failed = { $name } confirmed this plan already; it was tried and failed.
plan-was-cancelled = This plan was withdrawn by { $name }; nothing was changed.
plan-ended-unknown = { $name } confirmed this plan; how it ended is not known.
plan-interrupted = Toban stopped while “{ $command }” ran: the result is unknown, and it is not run again.
plan-interrupted-hint = Look at what serves { $service } now before you do anything else.
undo-nothing = Plan { $plan } has nothing to undo.
undo-expired = Undo was offered until { $at }. You can still plan the way back.

# Help and whoami.
help-headline = What you can say here
help-line = `{ $usage }` – { $summary }
help-more = `help COMMAND` shows a command with examples. In threads and direct messages leave the slash out and say `@toban …`.
help-aliases = Also: { $names }
help-parameter = Parameter
help-meaning = Meaning
help-examples = Examples
help-not-yours = Your roles do not let you run this here.
whoami-headline = You are { $name }
whoami-id = Id
whoami-roles = Roles
whoami-known-as = Known as
whoami-zone = Time zone
whoami-service = Service
whoami-read = Look
whoami-change = Change
whoami-danger = Danger

# The demo.
demo-try-health = Every component looked at at once, and what is wrong
demo-try-logs = Repeated lines folded, secrets blacked out, known errors explained
demo-try-rollback = From → to, Confirm, progress, verdict, Undo

manifest-about = The one on duty: health, logs, roll-backs and incidents, from chat
