# Alerts that come in: silences, and what /status says of sources.

command-section-silences = Silences
command-silence = Keeps alerts from paging for a while. They are stored, and taken in as new if they still fire at the end.
command-silence-service = nothing of sagebase pages for two hours
command-silence-window = a maintenance window; critical alerts page all the same
command-silence-label = one kind of alert, of every service
command-silences = Lists what is silenced now or will be.
command-silences-all = every silence
command-unsilence = Ends a silence now.
command-unsilence-one = end this one

param-environment = only alerts of this environment
param-reason = why, in quotes
param-label = a label of the alert; a value may end in *
param-broad = needed where it would hold more than half of the services
param-silence = the id of a silence

silence-kept = Silenced: { $what }
silence-everything = everything
silence-field-id = Id
silence-field-what = What
silence-field-reason = Reason
silence-field-owner = Owner
silence-field-from = From
silence-field-until = Until
silence-what-fires-already = What fires already stays with its incident: acknowledge or snooze that. What begins to fire is kept, and taken in as new if it still fires at the end.
silence-button-end = End it now
silence-button-end-one = End { $id }
silence-button-longer = One hour more
silence-ending = { $owner }: the silence of { $what } ends at { $until }
silence-ending-then = Reason: { $reason }. What it holds and still fires then is taken in as new.
silence-over = The silence of { $what } is over; { $count ->
    [0] nothing that it held still fires
    [one] one alert that it held still fires and is taken in as new
   *[other] { $count } alerts that it held still fire and are taken in as new
}
silence-ended = Ended: the silence of { $what }. What still fires is taken in as new.
silence-unknown = There is no silence { $id } that lasts.
silence-no-reason = A silence needs a reason, in quotes: silence sagebase 2h "database upgrade".
silence-is-over = That silence would be over before it begins.
silence-too-long = A silence lasts 7 days at most.
silence-too-broad = That would hold alerts of { $services } of { $all } services. If you mean it, add the word broad.
silence-how-long = Say how long: 2h, or 22:00..23:30.
silence-whole-service = A silence holds a whole service. Name it without the component, or narrow it by a label: alertname=DiskFull.
silence-not-kept = The silence could not be stored: nothing is silenced.
silences-unread = The silences could not be read or changed.
silences-none = Nothing is silenced.
silences-headline = { $count ->
    [one] One silence
   *[other] { $count } silences
}

status-sources = Sources of alerts with trouble
status-source = { $source }: { $malformed } requests not understood, { $faulty } parts of others, { $refused } refused; last { $ago }: { $why }
