import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { type AddressRange, free, includes, lowestFree, parseAddress, take } from '../../rules/address.ts'
import type { PortId, ProjectId, SubnetId, VpcId } from '../../rules/ids.ts'
import type { AddressPair, FixedIp, Port, PortStatus } from '../../rules/port.ts'
import type { DhcpOption } from '../../rules/subnet.ts'
import type { PortReads, PortWrites } from '../ports.ts'
import type { Generations } from './generations.ts'
import { limitTo } from './planning.ts'

/** A list that is absent filters nothing; it is passed as JSON, so that one statement serves any length. */
const FILTERS = `
  and (:ids is null or id in (select value from json_each(:ids)))
  and (:name is null or name = :name)
  and (:adminStateUp is null or admin_state_up = :adminStateUp)
  and (:mac is null or mac_address = :mac)
  and (:deviceId is null or device_id = :deviceId)
  and (:deviceOwner is null or device_owner = :deviceOwner)
  and (:status is null or status = :status)
  and (:groups is null or exists (
    select 1 from json_each(security_groups) where value in (select value from json_each(:groups))))
  and (:addresses is null or id in (
    select port_id from address where address in (select value from json_each(:addresses))))
  and (:subnets is null or exists (
    select 1 from json_each(fixed_ips) where value ->> 'subnetId' in (select value from json_each(:subnets))))`

export function portReads(db: DatabaseSync): PortReads {
  const byId = db.prepare('select * from port where id = ?')
  const byMac = db.prepare('select 1 from port where mac_address = ?')
  const inSubnet = db.prepare(`select * from port where subnet_id = ? order by id ${limitTo('1')}`)
  const attached = db.prepare(`
    select id from port where device_owner = 'causeway:netns' and profile ->> 'netns' = ?
      and coalesce(profile ->> 'device', 'eth0') = ? and profile ->> 'inode' is ? ${limitTo('1')}`)
  const onHost = db.prepare(`
    select p.* from subnet s cross join port p
    where s.vpc_id = ? and p.subnet_id = s.id and p.device_owner = 'causeway:netns'`)
  const holder = db.prepare('select port_id from address where subnet_id = ? and address = ?')
  const runBefore = runReader(db)
  const page = (scope: string, order: string) =>
    db.prepare(`select * from port where ${scope} ${FILTERS} and id ${order} ${limitTo(':limit')}`)
  const [ofProject, ofSubnet] = ['project_id = :project', 'subnet_id = :network and project_id = :project'].map(
    (scope) => ({ forwards: page(scope, '> :edge order by id'), backwards: page(scope, '< :edge order by id desc') }),
  ) as [Pages, Pages]
  return {
    port(id) {
      const row = byId.get(id)
      return row && toPort(row)
    },
    ports(query) {
      const { forwards, backwards } = query.networkId === undefined ? ofProject : ofSubnet
      const parameters = {
        project: query.projectId,
        ...(query.networkId !== undefined && { network: query.networkId }),
        ...{ ids: json(query.ids), name: query.name ?? null, mac: query.macAddress ?? null },
        adminStateUp: query.adminStateUp === undefined ? null : Number(query.adminStateUp),
        ...{ deviceId: query.deviceId ?? null, deviceOwner: query.deviceOwner ?? null, status: query.status ?? null },
        ...{ groups: json(query.securityGroups), addresses: json(query.ipAddresses) },
        ...{ subnets: json(query.fixedSubnetIds), limit: query.limit },
      }
      const rows =
        query.before === undefined
          ? forwards.all({ ...parameters, edge: query.after ?? '' })
          : backwards.all({ ...parameters, edge: query.before }).reverse()
      return rows.map(toPort)
    },
    anyPortIn(id) {
      const row = inSubnet.get(id)
      return row && toPort(row)
    },
    portAttachedAt: ({ netns, device, inode }) => attached.get(netns, device, inode ?? null)?.id as PortId | undefined,
    portsOnHost: (id) => onHost.all(id).map(toPort),
    isMacTaken: (macAddress) => byMac.get(macAddress) !== undefined,
    holderOf: (id, ipAddress) => holder.get(id, ipAddress)?.port_id as PortId | undefined,
    lowestFreeAddress: (id, from) => lowestFree(from, runBefore(id, from)),
  }
}

type Pages = Readonly<Record<'forwards' | 'backwards', ReturnType<DatabaseSync['prepare']>>>

export function portWrites(db: DatabaseSync, generations: Generations): PortWrites {
  const insert = db.prepare(`
    insert into port
      (id, project_id, subnet_id, name, admin_state_up, mac_address, fixed_ips, device_id, device_owner, host_id,
       profile, status, security_groups, allowed_address_pairs, extra_dhcp_opts)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const update = db.prepare(`
    update port set name = ?, admin_state_up = ?, device_id = ?, device_owner = ?, host_id = ?, profile = ?,
      status = ?, security_groups = ?, allowed_address_pairs = ?, extra_dhcp_opts = ? where id = ?`)
  const remove = db.prepare('delete from port where id = ?')
  const vpcOf = db.prepare('select vpc_id from subnet where id = ?')
  const same = db.prepare(`
    select 1 from port where id = ? and admin_state_up = ? and device_owner = ? and profile = ?
      and allowed_address_pairs = ?`)
  const addresses = addressWrites(db)
  const moveVpcOf = ({ networkId }: Port): void => {
    const subnet = vpcOf.get(networkId)
    if (subnet !== undefined) generations.move(subnet.vpc_id as VpcId)
  }
  return {
    insertPort(port) {
      insert.run(
        ...[port.id, port.projectId, port.networkId, port.name, Number(port.adminStateUp), port.macAddress],
        ...[JSON.stringify(port.fixedIps), port.deviceId, port.deviceOwner, port.binding.hostId],
        ...[JSON.stringify(port.binding.profile), port.status, JSON.stringify(port.securityGroups)],
        ...[JSON.stringify(port.allowedAddressPairs), JSON.stringify(port.extraDhcpOpts)],
      )
      for (const { ipAddress } of port.fixedIps) addresses.take(port, ipAddress)
      moveVpcOf(port)
    },
    updatePort(port) {
      const [profile, pairs] = [JSON.stringify(port.binding.profile), JSON.stringify(port.allowedAddressPairs)]
      const known = same.get(port.id, Number(port.adminStateUp), port.deviceOwner, profile, pairs)
      if (known === undefined) moveVpcOf(port)
      update.run(
        ...[port.name, Number(port.adminStateUp), port.deviceId, port.deviceOwner, port.binding.hostId],
        ...[profile, port.status, JSON.stringify(port.securityGroups), pairs],
        ...[JSON.stringify(port.extraDhcpOpts), port.id],
      )
    },
    deletePort(port) {
      for (const { ipAddress } of port.fixedIps) addresses.free(port, ipAddress)
      remove.run(port.id)
      moveVpcOf(port)
    },
  }
}

/** An address and the runs change together. */
function addressWrites(db: DatabaseSync) {
  const insert = db.prepare('insert into address (subnet_id, address, port_id) values (?, ?, ?)')
  const remove = db.prepare('delete from address where subnet_id = ? and address = ?')
  const insertRun = db.prepare('insert into address_run (subnet_id, first, last) values (?, ?, ?)')
  const removeRun = db.prepare('delete from address_run where subnet_id = ? and first = ?')
  const runBefore = runReader(db)
  const change = (id: SubnetId, { gone, made }: ReturnType<typeof take>): void => {
    for (const { first } of gone) removeRun.run(id, hex(first))
    for (const { first, last } of made) insertRun.run(id, hex(first), hex(last))
  }
  return {
    take({ id, networkId }: Port, text: string): void {
      insert.run(networkId, text, id)
      const address = stored(text)
      const [before, after] = [runBefore(networkId, address), runBefore(networkId, address + 1n)]
      const touching = before?.last === address - 1n ? before : undefined
      change(networkId, take(address, touching, after?.first === address + 1n ? after : undefined))
    },
    free({ networkId }: Port, text: string): void {
      remove.run(networkId, text)
      const address = stored(text)
      const run = runBefore(networkId, address)
      if (run === undefined || !includes(run, address)) throw new Error(`${text} is in no run of ${networkId}`)
      change(networkId, free(address, run))
    },
  }
}

/** The last run of a subnet that begins at or before an address. */
function runReader(db: DatabaseSync): (id: SubnetId, address: bigint) => AddressRange | undefined {
  const before = db.prepare(`
    select first, last from address_run where subnet_id = ? and first <= ? order by first desc ${limitTo('1')}`)
  return (id, address) => {
    const row = before.get(id, hex(address))
    return row && { first: BigInt(`0x${row.first}`), last: BigInt(`0x${row.last}`) }
  }
}

function hex(address: bigint): string {
  return address.toString(16).padStart(32, '0')
}

function stored(text: string): bigint {
  const address = parseAddress(text)
  if (address === undefined) throw new Error(`${text} is stored and no address`)
  return address
}

function toPort(row: Record<string, SQLOutputValue>): Port {
  return {
    id: row.id as PortId,
    projectId: row.project_id as ProjectId,
    networkId: row.subnet_id as SubnetId,
    name: row.name as string,
    adminStateUp: row.admin_state_up === 1,
    macAddress: row.mac_address as string,
    fixedIps: JSON.parse(row.fixed_ips as string) as FixedIp[],
    deviceId: row.device_id as string,
    deviceOwner: row.device_owner as string,
    binding: {
      hostId: row.host_id as string,
      profile: JSON.parse(row.profile as string) as Record<string, unknown>,
    },
    status: row.status as PortStatus,
    securityGroups: JSON.parse(row.security_groups as string) as string[],
    allowedAddressPairs: JSON.parse(row.allowed_address_pairs as string) as AddressPair[],
    extraDhcpOpts: JSON.parse(row.extra_dhcp_opts as string) as DhcpOption[],
  }
}

function json(values: readonly string[] | undefined): string | null {
  return values === undefined ? null : JSON.stringify(values)
}
