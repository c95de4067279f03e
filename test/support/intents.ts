/** What routers ought to be, for tests: VPC number n has the blocks 10.n.0.0/24 and fd00:n::/64. */
import { randomUUID } from 'node:crypto'
import type {
  IntendedNetwork,
  IntendedPort,
  IntendedRoute,
  IntendedRouter,
  IntendedSubnet,
  Workload,
} from '../../src/dataplane/dataplane.ts'
import type { PeeringId, PortId, RouteTableId, SubnetId, VpcId } from '../../src/rules/ids.ts'

/** A VPC with one subnet, one table and what is joined to it; tests change it as they please. */
export interface TestVpc {
  readonly vpcId: VpcId
  readonly number: number
  readonly subnet: IntendedSubnet
  readonly tableId: RouteTableId
  routes: IntendedRoute[]
  peerings: IntendedNetwork['peerings'][number][]
  ports: IntendedPort[]
}

export function testVpc(number: number): TestVpc {
  const tableId = randomUUID() as RouteTableId
  return {
    vpcId: randomUUID() as VpcId,
    number,
    subnet: { id: randomUUID() as SubnetId, tableId, families: familiesOf(number) },
    tableId,
    routes: [],
    peerings: [],
    ports: [],
  }
}

/** Of an IPv4 block of 256 addresses, and of an IPv6 one. */
export function familiesOf(number: number): IntendedSubnet['families'] {
  return [
    { cidr: `10.${number}.0.0/24`, gateway: `10.${number}.0.1` },
    { cidr: `fd00:${number}::/64`, gateway: `fd00:${number}::1` },
  ]
}

/** Joins two VPCs; `routes`: with routes to each other. */
export function peer(requester: TestVpc, accepter: TestVpc, options = { routes: true }): PeeringId {
  const id = randomUUID() as PeeringId
  requester.peerings.push({ id, side: 'requester', farVpcId: accepter.vpcId })
  accepter.peerings.push({ id, side: 'accepter', farVpcId: requester.vpcId })
  if (options.routes) {
    requester.routes.push(...routesTo(accepter, id))
    accepter.routes.push(...routesTo(requester, id))
  }
  return id
}

export function routesTo({ number }: TestVpc, peeringId: PeeringId): readonly IntendedRoute[] {
  return familiesOf(number).map(({ cidr }) => ({ destination: cidr, peeringId }))
}

/** Puts a workload into a VPC, with the addresses that end in `host`. */
export function addPort(vpc: TestVpc, workload: Workload | undefined, host = 10): IntendedPort {
  const id = randomUUID() as PortId
  const port: IntendedPort = {
    id,
    subnetId: vpc.subnet.id,
    macAddress: `fa:16:3e:${(id.slice(-6).match(/../g) ?? []).join(':')}`,
    addresses: [`10.${vpc.number}.0.${host}`, `fd00:${vpc.number}::${host}`],
    allowed: [],
    workload,
  }
  vpc.ports.push(port)
  return port
}

export function intentOf(vpc: TestVpc, generation = 1): IntendedRouter {
  const { vpcId, subnet, tableId, routes, peerings, ports } = vpc
  const network = { subnets: [subnet], tables: [{ id: tableId, routes }], peerings, ports }
  return { vpcId, generation, network }
}

/** That it ought not to be there. */
export function nothingOf({ vpcId }: Pick<TestVpc, 'vpcId'>, generation = 1): IntendedRouter {
  return { vpcId, generation, network: undefined }
}
