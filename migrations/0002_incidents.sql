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
    owner    text   not null
);
create index alert_waiting on alert (seen) where version > attached;
create index alert_by_incident on alert (incident) where incident is not null;
create index alert_firing on alert (seen) where firing = 1;

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
create index incident_by_service on incident (service, opened);

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
create index page_by_person on page (person, means, ended);
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
