-- What a VPC's owner has decided beforehand about requests for it: rules in order, of which the first that fits decides.
-- It stands with the VPC because every create of a peering reads the VPC, and would otherwise read one row more.
alter table vpc add column acceptance text not null default '[]' check (json_valid(acceptance));
