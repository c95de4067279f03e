-- What lies inside a VPC. A VPC has one default route table from its first instant, and may have others; a subnet
-- belongs to one of them. Local routes are not stored: they are those of the subnets.
create table route_table (
  key integer primary key,
  id text not null unique,
  vpc_id text not null references vpc (id),
  project_id text not null references project (id),
  name text not null,
  description text not null,
  is_default integer not null check (is_default in (0, 1)),
  created_at integer not null,
  updated_at integer not null
) strict;
create index route_table_of_project on route_table (project_id, id);
create index route_table_of_vpc on route_table (vpc_id, id);
create unique index route_table_default on route_table (vpc_id) where is_default = 1;

create table subnet (
  key integer primary key,
  id text not null unique,
  -- The clouds give a subnet one id for each address family beside its own.
  neutron_subnet_id text not null,
  neutron_subnet_id_v6 text not null,
  vpc_id text not null references vpc (id),
  project_id text not null references project (id),
  route_table_id text not null references route_table (id),
  name text not null,
  description text not null,
  cidr text not null,
  gateway_ip text not null,
  -- Both null: the subnet has no IPv6.
  cidr_v6 text,
  gateway_ip_v6 text,
  dhcp_enable integer not null check (dhcp_enable in (0, 1)),
  dns_list text not null check (json_valid(dns_list)),
  availability_zone text not null,
  extra_dhcp_opts text not null check (json_valid(extra_dhcp_opts)),
  tags text not null check (json_valid(tags)),
  created_at integer not null,
  updated_at integer not null,
  check ((cidr_v6 is null) = (gateway_ip_v6 is null))
) strict;
create index subnet_of_project on subnet (project_id, id);
create index subnet_of_vpc on subnet (vpc_id, id);
create index subnet_of_table on subnet (route_table_id, id);

-- A route that somebody made. `nexthop` is a peering's id; it is not referenced, for tombstones go in their own time,
-- and a peering takes its routes along when it is deleted. `is_default`: it stands in the default table, whose routes
-- the v2.0 API lists; carried here, so that such a list costs its page.
create table route (
  key integer primary key,
  id text not null unique,
  table_id text not null references route_table (id),
  vpc_id text not null references vpc (id),
  project_id text not null references project (id),
  is_default integer not null check (is_default in (0, 1)),
  type text not null,
  destination text not null,
  nexthop text not null,
  description text not null,
  created_at integer not null,
  updated_at integer not null,
  unique (table_id, destination)
) strict;
-- In the order in which they were made, which is the order of the row keys.
create index route_of_table on route (table_id);
create index route_of_project on route (project_id, id) where is_default = 1;
create index route_of_vpc on route (vpc_id, id);
create index route_via on route (nexthop, id);

-- The VPCs of an older version get their default table: the VPC's own id with another end, named as a new one would be.
insert into route_table (id, vpc_id, project_id, name, description, is_default, created_at, updated_at)
  select substr(id, 1, 24) || lower(hex(randomblob(6))), id, project_id,
    substr('rtb-' || case name when '' then id else name end, 1, 64), '', 1, created_at, created_at
  from vpc order by id;
