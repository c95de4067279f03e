-- Routes that the service keeps for a side of a peering, beside those that somebody made.
alter table route add column automatic integer not null default 0 check (automatic in (0, 1));

-- Which sides ask for them. `vpc_id` is the side's own VPC, `peer_vpc_id` the one that its routes lead to; `is_active`
-- follows the peering's status. All three stand here, so that a change of a VPC finds by one look that nobody has
-- automatic routes there, however many peerings there are, and requests of strangers among them. Rows go with the
-- tombstone.
create table automatic_side (
  peering_id text not null references peering (id) on delete cascade,
  side text not null check (side in ('requester', 'accepter')),
  vpc_id text not null,
  peer_vpc_id text not null,
  is_active integer not null check (is_active in (0, 1)),
  primary key (peering_id, side)
) strict, without rowid;
create index automatic_of_vpc on automatic_side (vpc_id, peering_id, peer_vpc_id) where is_active = 1;
create index automatic_to_vpc on automatic_side (peer_vpc_id, vpc_id) where is_active = 1;
