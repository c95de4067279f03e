-- The history that both sides may read: each event has its place in the chain of its peering, and a hash over itself and
-- the event before it. Hashes are not SQL's to make: those of older events stand empty here, and the program fills them
-- in, in this same transaction. Events name both projects, because a tombstone is forgotten and its history is not.
create table event_in_chain (
  seq integer primary key,
  at integer not null,
  peering_id text not null,
  place integer not null check (place >= 1),
  -- Null: the peering was forgotten before events named them.
  requester_project_id text,
  accepter_project_id text,
  verb text not null,
  from_status text,
  to_status text not null,
  why text not null,
  user_id text,
  project_id text,
  request_id text,
  hash blob not null check (length(hash) = 32),
  peering blob as (unhex(peering_id, '-')) virtual,
  requester blob as (unhex(requester_project_id)) virtual,
  accepter blob as (unhex(accepter_project_id)) virtual
) strict;
insert into event_in_chain
  (seq, at, peering_id, place, requester_project_id, accepter_project_id, verb, from_status, to_status, why, user_id,
   project_id, request_id, hash)
  select e.seq, e.at, e.peering_id, row_number() over (partition by e.peering_id order by e.seq),
    p.request_project_id, p.accept_project_id, e.verb, e.from_status, e.to_status,
    case e.verb when 'expire' then 'time' else 'request' end, e.user_id, e.project_id, e.request_id, zeroblob(32)
  from event e left join peering p on p.id = e.peering_id order by e.seq;
drop table event;
alter table event_in_chain rename to event;

-- Ids of peerings ascend, so a new peering's first event goes to the end of this index too.
create unique index event_chain on event (peering, place);
-- What a project may be told of; a row id, which is the seq, stands in every index anyway.
create index event_of_requester on event (requester);
create index event_of_accepter on event (accepter) where accepter_project_id <> requester_project_id;
