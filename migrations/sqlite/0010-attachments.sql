-- Which port is which interface of a workload on this host. No unique index: an admin may write the same place into two
-- bindings by the port API; the call that attaches looks here first and refuses the second.
create index port_attached on port (profile ->> 'netns', coalesce(profile ->> 'device', 'eth0'))
  where device_owner = 'causeway:netns';
