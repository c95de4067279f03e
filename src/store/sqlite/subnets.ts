import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { ProjectId, RouteTableId, SubnetId, VpcId } from '../../rules/ids.ts'
import type { DhcpOption, Subnet } from '../../rules/subnet.ts'
import type { Tag } from '../../rules/tag.ts'
import type { NetworkReads, NetworkWrites } from '../networks.ts'
import type { Generations } from './generations.ts'
import { limitTo } from './planning.ts'
import { quotaCounter } from './quotas.ts'

type SubnetReads = Pick<NetworkReads, 'subnet' | 'subnets' | 'subnetsOfVpc' | 'subnetsOfTable'>
type SubnetWrites = Pick<NetworkWrites, 'insertSubnet' | 'updateSubnet' | 'deleteSubnet'>

export function subnetReads(db: DatabaseSync): SubnetReads {
  const byId = db.prepare('select * from subnet where id = ?')
  const ofVpc = db.prepare('select * from subnet where vpc_id = ? order by id')
  const ofTable = db.prepare('select * from subnet where route_table_id = ? order by id')
  const page = (filter: string, order: string) =>
    db.prepare(`select * from subnet where ${filter} and id ${order} ${limitTo(':limit')}`)
  const [ofProject, inVpc] = ['project_id = :project', 'vpc_id = :vpc and project_id = :project'].map((filter) => ({
    forwards: page(filter, '> :edge order by id'),
    backwards: page(filter, '< :edge order by id desc'),
  })) as [Pages, Pages]
  return {
    subnet(id) {
      const row = byId.get(id)
      return row && toSubnet(row)
    },
    subnets({ projectId, vpcId, after, before, limit }) {
      const { forwards, backwards } = vpcId === undefined ? ofProject : inVpc
      const parameters = { project: projectId, ...(vpcId !== undefined && { vpc: vpcId }), limit }
      const rows =
        before === undefined
          ? forwards.all({ ...parameters, edge: after ?? '' })
          : backwards.all({ ...parameters, edge: before }).reverse()
      return rows.map(toSubnet)
    },
    subnetsOfVpc: (id) => ofVpc.all(id).map(toSubnet),
    subnetsOfTable: (id) => ofTable.all(id).map(toSubnet),
  }
}

type Pages = Readonly<Record<'forwards' | 'backwards', ReturnType<DatabaseSync['prepare']>>>

export function subnetWrites(db: DatabaseSync, generations: Generations): SubnetWrites {
  const insert = db.prepare(`
    insert into subnet
      (id, neutron_subnet_id, neutron_subnet_id_v6, vpc_id, project_id, route_table_id, name, description, cidr,
       gateway_ip, cidr_v6, gateway_ip_v6, dhcp_enable, dns_list, availability_zone, extra_dhcp_opts, tags, created_at,
       updated_at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const update = db.prepare(`
    update subnet set route_table_id = ?, name = ?, description = ?, cidr_v6 = ?, gateway_ip_v6 = ?, dhcp_enable = ?,
      dns_list = ?, extra_dhcp_opts = ?, tags = ?, updated_at = ? where id = ?`)
  const remove = db.prepare('delete from subnet where id = ?')
  const same = db.prepare(`
    select 1 from subnet where id = ? and route_table_id = ? and cidr_v6 is ? and gateway_ip_v6 is ?`)
  const count = quotaCounter(db, 'subnet')
  return {
    insertSubnet(subnet) {
      insert.run(
        ...[subnet.id, subnet.neutronSubnetId, subnet.neutronSubnetIdV6, subnet.vpcId, subnet.projectId],
        ...[subnet.routeTableId, subnet.name, subnet.description, subnet.cidr, subnet.gatewayIp],
        ...[subnet.v6?.cidr ?? null, subnet.v6?.gatewayIp ?? null, Number(subnet.dhcpEnable)],
        ...[JSON.stringify(subnet.dnsList), subnet.availabilityZone, JSON.stringify(subnet.extraDhcpOpts)],
        ...[JSON.stringify(subnet.tags), subnet.createdAt, subnet.updatedAt],
      )
      count([], [subnet.projectId])
      generations.move(subnet.vpcId)
    },
    updateSubnet(subnet) {
      const v6 = [subnet.v6?.cidr ?? null, subnet.v6?.gatewayIp ?? null] as const
      if (same.get(subnet.id, subnet.routeTableId, ...v6) === undefined) generations.move(subnet.vpcId)
      update.run(
        ...[subnet.routeTableId, subnet.name, subnet.description, ...v6, Number(subnet.dhcpEnable)],
        ...[JSON.stringify(subnet.dnsList), JSON.stringify(subnet.extraDhcpOpts), JSON.stringify(subnet.tags)],
        ...[subnet.updatedAt, subnet.id],
      )
    },
    deleteSubnet({ id, projectId, vpcId }) {
      remove.run(id)
      generations.move(vpcId)
      count([projectId], [])
    },
  }
}

function toSubnet(row: Record<string, SQLOutputValue>): Subnet {
  return {
    id: row.id as SubnetId,
    neutronSubnetId: row.neutron_subnet_id as string,
    neutronSubnetIdV6: row.neutron_subnet_id_v6 as string,
    vpcId: row.vpc_id as VpcId,
    projectId: row.project_id as ProjectId,
    routeTableId: row.route_table_id as RouteTableId,
    name: row.name as string,
    description: row.description as string,
    cidr: row.cidr as string,
    gatewayIp: row.gateway_ip as string,
    v6: row.cidr_v6 === null ? undefined : { cidr: row.cidr_v6 as string, gatewayIp: row.gateway_ip_v6 as string },
    dhcpEnable: row.dhcp_enable === 1,
    dnsList: JSON.parse(row.dns_list as string) as string[],
    availabilityZone: row.availability_zone as string,
    extraDhcpOpts: JSON.parse(row.extra_dhcp_opts as string) as DhcpOption[],
    tags: JSON.parse(row.tags as string) as Tag[],
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
  }
}
