-- One set for SQLite and PostgreSQL: ids are text, times are milliseconds since 1970 in UTC, flags are 0 or 1,
-- structured values are JSON as text. Forward only: what has been released is never edited, a new file is added.

-- A process that owns rows while it is alive. What a dead one owned is anybody's.
create table replica (
    id          text   not null primary key,
    role        text   not null,             -- serve, run
    alive_until bigint not null
);

-- The last batch that each writer of a replica committed: tells a commit whose answer was lost from one that failed.
create table writer (
    id      text   not null primary key,
    replica text   not null,
    batch   bigint not null
);

-- Deliveries from the platforms. The first copy wins.
create table inbox (
    id       text   not null primary key,
    owner    text   not null,
    received bigint not null,
    attempts bigint not null,
    done     bigint not null,
    ticket   bigint not null,                -- of the write that came last; tells who was first
    body     text   not null                 -- emptied when it is done
);
create index inbox_by_state on inbox (done, received);

-- Messages of ours. `version` is what shall stand there, `delivered` what does.
create table post (
    id           text   not null primary key,
    door         text   not null,
    channel      text   not null,
    thread_known text,
    thread_under text,
    topic        text,
    content      text   not null,
    version      bigint not null,
    delivered    bigint not null,
    remote       text,
    attempts     bigint not null,
    due          bigint not null,
    uncertain    bigint not null,
    failed       text,
    owner        text   not null,
    claimed      bigint not null,            -- 1: its owner is delivering it now
    ticket       bigint not null,            -- as in inbox
    created      bigint not null
);
create index post_waiting on post (due) where version > delivered and failed is null;
create index post_by_door on post (door, created);
create index post_by_remote on post (remote) where thread_known is null and thread_under is null;
create index post_by_thread on post (thread_known) where thread_known is not null;
create index post_by_root on post (thread_under) where thread_under is not null;

-- Changes that were planned.
create table plan (
    id       text   not null primary key,
    service  text   not null,
    state    text   not null,                -- proposed, running, done, failed, cancelled, unknown
    detail   text   not null,                -- the state in full
    content  text   not null,
    begun_by text,
    begun    bigint
);
create unique index plan_one_running on plan (service) where state = 'running';
create index plan_by_service on plan (service, begun);
create index plan_by_message on plan (begun_by) where begun_by is not null;

-- Whole answers, for "more" and "as file".
create table result (
    id      text   not null primary key,
    content text   not null,
    made    bigint not null,
    expires bigint not null
);
create index result_by_expiry on result (expires);

-- Who holds what there is only one of. The token grows with every holder, so a late one is told.
create table lease (
    name    text   not null primary key,
    holder  text   not null,                 -- empty: nobody
    token   bigint not null,
    expires bigint not null
);

-- Work for later.
create table wake (
    id      text   not null primary key,
    kind    text   not null,
    payload text   not null,
    due     bigint not null,
    owner   text   not null,                 -- empty: nobody has taken it
    done    bigint not null
);
create index wake_by_state on wake (done, due);

-- The chain of what was done. Each seal covers the one before it; the head tells where the chain must end.
create table audit (
    seq     bigint not null primary key,
    seal    text   not null,
    content text   not null
);
create table audit_head (
    id      bigint not null primary key,
    seq     bigint not null,
    seal    text   not null,
    entries bigint not null
);
insert into audit_head (id, seq, seal, entries)
values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0);
