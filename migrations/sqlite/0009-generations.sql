-- How often what a VPC's network ought to be has changed, so that it can be told whether the network has seen it. A
-- table of its own, because the row of a VPC is large and read often. It has a row for each VPC, and no other. What moves
-- it is the store's code and no trigger: a later migration that makes a table anew would lose its triggers unseen.
create table network (
  vpc_id text primary key,
  generation integer not null check (generation >= 1)
) strict, without rowid;
insert into network (vpc_id, generation) select id, 1 from vpc;

-- Ports with a workload on this host; of most ports the network of this host knows nothing.
create index port_on_host on port (subnet_id, id) where device_owner = 'causeway:netns';
