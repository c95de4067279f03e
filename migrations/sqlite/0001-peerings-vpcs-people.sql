-- Times are milliseconds since the epoch, UTC. Ids are text as the wire spells them: UUIDs with hyphens for peerings
-- and VPCs (version 7: they ascend by age, so inserts append), 32 hex digits for projects, domains and users.

create table setting (
  name text primary key,
  value text not null
) strict, without rowid;

create table domain (
  id text primary key,
  name text not null unique
) strict, without rowid;

create table project (
  id text primary key,
  domain_id text not null references domain (id),
  name text not null,
  description text not null,
  unique (domain_id, name)
) strict, without rowid;

create table user (
  id text primary key,
  domain_id text not null references domain (id),
  name text not null,
  password_hash text not null,
  admin integer not null check (admin in (0, 1)),
  enabled integer not null check (enabled in (0, 1)),
  -- Tokens issued before this instant are refused: the password has been changed since.
  tokens_since integer not null,
  unique (domain_id, name)
) strict, without rowid;

create table access_key (
  access text primary key,
  secret text not null,
  user_id text not null references user (id),
  description text not null,
  created_at integer not null
) strict, without rowid;
create index access_key_of_user on access_key (user_id);

-- Tokens carry their own facts and are signed; only those taken back before their time need a row, until then.
create table revoked_token (
  id text primary key,
  expires_at integer not null
) strict, without rowid;

create table vpc (
  id text primary key,
  project_id text not null references project (id),
  name text not null,
  description text not null,
  cidr text not null,
  extend_cidrs text not null check (json_valid(extend_cidrs)),
  enterprise_project_id text not null,
  tags text not null check (json_valid(tags)),
  created_at integer not null,
  updated_at integer not null
) strict, without rowid;
create index vpc_of_project on vpc (project_id, id);
create unique index vpc_name on vpc (project_id, name) where name <> '';

-- VPCs are not referenced: a tombstone outlives both of its VPCs.
create table peering (
  id text primary key,
  name text not null,
  description text not null,
  status text not null check (status in ('PENDING_ACCEPTANCE', 'REJECTED', 'EXPIRED', 'DELETED', 'ACTIVE')),
  request_vpc_id text not null,
  request_project_id text not null,
  accept_vpc_id text not null,
  accept_project_id text not null,
  created_at integer not null,
  updated_at integer not null,
  check (request_vpc_id <> accept_vpc_id),
  check (status <> 'PENDING_ACCEPTANCE' or request_project_id <> accept_project_id)
) strict, without rowid;

-- P1: at most one live peering per pair, whichever of the two asked.
create unique index peering_live_pair
  on peering (min(request_vpc_id, accept_vpc_id), max(request_vpc_id, accept_vpc_id))
  where status in ('PENDING_ACCEPTANCE', 'ACTIVE');
create index peering_of_request_vpc on peering (request_vpc_id, id) where status <> 'DELETED';
create index peering_of_accept_vpc on peering (accept_vpc_id, id) where status <> 'DELETED';
-- An admin's lists, and the sweep: ids ascend by age, so the oldest requests come first.
create index peering_by_status on peering (status, id);
-- The sweep of tombstones; updated_at of a DELETED one is the instant of its deletion.
create index peering_tombstone on peering (updated_at) where status = 'DELETED';

-- Who takes part in which peering, so that a page of a list costs the page and not the table. `deleted` stands in the
-- key because tombstones must cost a list of the living nothing; status and name are covered, because lists filter by
-- them.
create table peering_member (
  project_id text not null,
  deleted integer not null check (deleted in (0, 1)),
  peering_id text not null,
  status text not null,
  name text not null,
  primary key (project_id, deleted, peering_id)
) strict, without rowid;
create index peering_member_by_status on peering_member (project_id, status, peering_id);
create index peering_member_by_name on peering_member (project_id, deleted, name, peering_id);

-- Every change of a peering's status, in the transaction that made it.
create table event (
  seq integer primary key,
  at integer not null,
  peering_id text not null,
  verb text not null,
  from_status text,
  to_status text not null,
  user_id text,
  project_id text,
  request_id text
) strict;

-- P4: what is used of each quota, kept in the transaction that changes it; a recount always equals it.
create table quota_used (
  project_id text not null,
  resource text not null,
  used integer not null check (used >= 0),
  primary key (project_id, resource)
) strict, without rowid;

-- A limit that an admin has set for a project; where there is none the default holds. -1: unlimited.
create table quota_limit (
  project_id text not null references project (id),
  resource text not null,
  quota integer not null check (quota >= -1),
  primary key (project_id, resource)
) strict, without rowid;
