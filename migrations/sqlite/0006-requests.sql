-- What a request with an Idempotency-Key has done, written in the transaction that did it (P10), so that its repeat is
-- answered and not done. Neither the key nor the request is kept: a hash of each suffices to know them again.
create table kept_answer (
  id text primary key,
  fingerprint text not null,
  -- The operation's result, from which the answer is spelled again; null where it has none.
  result text check (result is null or json_valid(result)),
  at integer not null
) strict, without rowid;
-- The sweep.
create index kept_answer_by_age on kept_answer (at);

-- Which sides hold a peering against deletion. A table of its own: few peerings are protected, and only a delete and
-- our own view ask. A tombstone may have rows still; they go with it.
create table peering_protection (
  peering_id text not null references peering (id) on delete cascade,
  side text not null check (side in ('requester', 'accepter')),
  primary key (peering_id, side)
) strict, without rowid;
