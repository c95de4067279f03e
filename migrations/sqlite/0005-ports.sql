-- Ports, the places in subnets that workloads are attached to.
create table port (
  key integer primary key,
  id text not null unique,
  project_id text not null references project (id),
  subnet_id text not null references subnet (id),
  name text not null,
  admin_state_up integer not null check (admin_state_up in (0, 1)),
  mac_address text not null unique,
  fixed_ips text not null check (json_valid(fixed_ips)),
  device_id text not null,
  device_owner text not null,
  host_id text not null,
  profile text not null check (json_valid(profile)),
  status text not null check (status in ('ACTIVE', 'BUILD', 'DOWN')),
  security_groups text not null check (json_valid(security_groups)),
  allowed_address_pairs text not null check (json_valid(allowed_address_pairs)),
  extra_dhcp_opts text not null check (json_valid(extra_dhcp_opts))
) strict;

create index port_of_project on port (project_id, id);
create index port_of_subnet on port (subnet_id, id);

-- Who has which address, IPv4 and IPv6, each in its one spelling: the key is what keeps two ports from having one.
create table address (
  subnet_id text not null references subnet (id),
  address text not null,
  port_id text not null references port (id),
  primary key (subnet_id, address)
) strict, without rowid;
-- Ports are listed by address.
create index address_by_text on address (address, port_id);

-- The same addresses as runs of neighbours, so that the lowest free one is found by one look into an index: without
-- them a nearly full /16 would be read from its beginning at each create. Addresses are numbers in 32 hex digits, IPv4
-- mapped into IPv6, so that they sort as they count. No run touches another.
create table address_run (
  subnet_id text not null references subnet (id),
  first text not null check (length(first) = 32),
  last text not null check (length(last) = 32),
  primary key (subnet_id, first),
  check (first <= last)
) strict, without rowid;
