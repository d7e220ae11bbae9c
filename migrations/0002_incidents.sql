-- Alerts, the incidents that they make, and the pages that these send.

-- What sources say. `version` grows with every change, `attached` is the version that its incident knows of.
create table alert (
    id       text   not null primary key,    -- source and dedup key
    source   text   not null,
    service  text   not null,
    grouping text   not null,                -- alerts of one service and grouping share an incident
    severity text   not null,
    firing   bigint not null,
    content  text   not null,                -- the signal, as JSON
    count    bigint not null,                -- how often it was told
    first    bigint not null,
    seen     bigint not null,                -- when it was told last
    version  bigint not null,
    attached bigint not null,
    silence  text,                           -- what keeps it from paging
    incident text,
    owner    text   not null,
    print    bigint not null,                -- a digest of what matters in the content: another one is a change
    started  bigint not null,                -- since when it fires, or fired last
    stale    bigint,                         -- since when it is taken for stale
    ticket   bigint not null                 -- the statement that changed it last
);
create index alert_waiting on alert (seen) where version > attached;
create index alert_by_incident on alert (incident) where incident is not null;
create index alert_firing on alert (source, seen) where firing = 1 and stale is null;
create index alert_silenced on alert (silence) where silence is not null;
create index alert_over on alert (seen) where firing = 0;

-- What keeps alerts from paging for a while.
create table silence (
    id      text   not null primary key,     -- S-7K2M9QX4TB
    content text   not null,                 -- the silence, as JSON
    ends    bigint not null,
    warned  bigint not null,                 -- whether its owner was told that it is about to end
    done    bigint not null                  -- whether what it held was let go
);
create index silence_open on silence (ends) where done = 0;
create index silence_over on silence (ends) where done = 1;

-- Programs that have to report, each with the moment after which it is missed.
create table heartbeat (
    id     text   not null primary key,
    seen   bigint,
    due    bigint not null,
    missed bigint not null
);

-- What people work on.
create table incident (
    id       text   not null primary key,    -- INC-42
    number   bigint not null,
    service  text   not null,
    grouping text   not null,
    state    text   not null,                -- triggered, acknowledged, snoozed, resolved
    severity text   not null,
    content  text   not null,                -- the incident in full, with its policy
    version  bigint not null,
    due      bigint,                         -- when the earliest of its steps is due
    owner    text   not null,                -- who works on what is due
    opened   bigint not null,
    updated  bigint not null
);
create unique index incident_by_number on incident (number);
create unique index incident_one_open on incident (service, grouping) where state <> 'resolved';
create index incident_due on incident (due) where due is not null;
create index incident_by_state on incident (state, updated);
create index incident_open on incident (opened) where state <> 'resolved';
create index incident_sleeping on incident (id) where due is null and state <> 'resolved';
create index incident_by_service on incident (service, opened);
create index incident_over on incident (service, grouping, updated) where state = 'resolved';
-- What of an incident still fires and is not silenced: its end waits for that.
create index alert_of_incident on alert (incident) where incident is not null and firing = 1 and silence is null;

-- What happened in an incident, who did it and from where. Never edited.
create table timeline (
    id       text   not null primary key,    -- chosen by the writer, so that a second write changes nothing
    incident text   not null,
    seq      bigint not null,
    at       bigint not null,
    content  text   not null
);
create index timeline_by_incident on timeline (incident, seq);

-- Pages: one message to one person over one method each.
create table page (
    id       text   not null primary key,    -- chosen by the writer, so that a second write changes nothing
    round    text   not null,                -- the pages of one order to one person: the id without its last part
    incident text,
    person   text   not null,
    means    text   not null,
    content  text   not null,                -- what it says, as JSON
    state    text   not null,                -- waiting, sending, sent, failed, cancelled, unknown
    planned  bigint not null,                -- when it was to go out
    due      bigint not null,                -- when it goes out: sooner if another method fails, later for another try
    attempts bigint not null,
    began    bigint,                         -- when it was tried first
    again    bigint not null,                -- whether an earlier try may have arrived
    lapsed   bigint not null,                -- its person cannot be reached: 1 found out, 2 told to whoever asked for it
    token    bigint not null,                -- grows with every claim, so a late worker is told
    remote   text,                           -- the provider's id of it
    why      text,                           -- why it failed
    owner    text   not null,
    created  bigint not null,
    ended    bigint,
    answered bigint                          -- when it was answered first
);
create index page_due on page (means, due) where state = 'waiting';
create index page_sending on page (means, owner) where state = 'sending';
create index page_lapsed on page (created) where lapsed = 1;
create index page_by_round on page (round);
create index page_by_incident on page (incident) where incident is not null;
create index page_by_person on page (person, means, ended) where state = 'sent';
create index page_by_remote on page (remote) where remote is not null;
create index page_ended on page (ended) where ended is not null;

-- What a page is answered with: a secret, kept as its hash. A message that tells of several pages has one for all,
-- and every try has one of its own, since the try before may have arrived.
create table page_key (
    hash    text   not null,
    page    text   not null,
    created bigint not null,
    primary key (hash, page)
);
create index page_key_old on page_key (created);

create table counter (
    name  text   not null primary key,
    value bigint not null
);
insert into counter (name, value) values ('incident', 0);

-- Overrides of on-call schedules that people wrote. Never removed: they say who was on call when.
create table override_shift (
    id        text   not null primary key,   -- chosen by the writer, so that a second write changes nothing
    schedule  text   not null,
    person    text   not null,
    instead   text,                          -- whom it replaces; everybody, if null
    begins    bigint not null,
    ends      bigint not null,
    author    text   not null,
    reason    text,
    written   bigint not null,
    cancelled bigint,
    undone_by text
);
create index override_by_end on override_shift (ends) where cancelled is null;

-- Shifts that somebody offers to exchange.
create table swap_offer (
    id      text   not null primary key,
    content text   not null,                 -- the offer, as JSON
    state   text   not null,                 -- open, accepted, declined
    decided bigint,
    written bigint not null
);

-- Who was told last that they are on call.
create table handed (
    schedule text   not null primary key,
    people   text   not null,                -- as JSON
    version  bigint not null,                -- grows with every hand-off
    at       bigint not null
);

-- What watch rules remember from one look to the next.
create table watch_state (
    id      text   not null primary key,     -- the rule
    content text   not null,                 -- where it stands, and what was told of it, as JSON
    updated bigint not null
);

-- Until when a plan can be said yes to: what waits for that keeps ladders from changing the service by themselves.
alter table plan add column expires bigint not null default 0;
create index plan_open on plan (service, expires) where state = 'proposed';
