/** A page of a list costs the page and not the table: SQLite says itself how it would read every list statement. */
import assert from 'node:assert/strict'
import { constants, type DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { DomainId, PortId, RouteId, RouteTableId, SubnetId, UserId, VpcId } from '../../src/rules/ids.ts'
import { STATUSES } from '../../src/rules/status.ts'
import type { RouteQuery, RouteTableQuery } from '../../src/store/networks.ts'
import type { PortQuery } from '../../src/store/ports.ts'
import { automaticReads } from '../../src/store/sqlite/automatic-routes.ts'
import { connectWriter } from '../../src/store/sqlite/connection.ts'
import { eventReads, eventWrites } from '../../src/store/sqlite/events.ts'
import { generationReads } from '../../src/store/sqlite/generations.ts'
import { peeringPages } from '../../src/store/sqlite/peering-pages.ts'
import { peeringReads } from '../../src/store/sqlite/peerings.ts'
import { portReads } from '../../src/store/sqlite/ports.ts'
import { routeReads } from '../../src/store/sqlite/routes.ts'
import { subnetReads } from '../../src/store/sqlite/subnets.ts'
import { readTransaction } from '../../src/store/sqlite/transaction.ts'
import { vpcReads } from '../../src/store/sqlite/vpcs.ts'
import type { PeeringQuery, ReadTransaction, VpcQuery } from '../../src/store/store.ts'
import { ALICE, newId, PROJECTS, VPCS } from './store-samples.ts'

const FIRST = { limit: 3, after: undefined, before: undefined }

test('every list of peerings reads an index in its order: no whole table, no sorting', () => {
  const { db, statements } = recording()
  const list = peeringPages(db)
  for (const query of everyQuery()) list(query)
  // Seven sources, forwards and backwards.
  assert.equal(statements.size, 14)
  for (const statement of statements) assertInOrder(db, statement)
})

test('each list of peerings is driven by the index that is meant for it', () => {
  const { db, statements } = recording()
  const list = peeringPages(db)
  const driver = (changes: Partial<PeeringQuery>): readonly string[] => {
    statements.clear()
    // A fresh reader, so that each statement is prepared, and seen, anew.
    peeringPages(db)({ ...NOTHING, ...changes })
    return [...statements].map((statement) => planOf(db, statement)[0] ?? '')
  }
  assert.deepEqual(list({ ...NOTHING }), [])
  const [[alice], [vpcId]] = [PROJECTS, VPCS]
  assert.match(driver({ id: newId() }).join(), /^SEARCH p USING INDEX sqlite_autoindex_peering_1 \(id=\?/)
  assert.match(driver({ visibleTo: alice }).join(), /^SEARCH m USING PRIMARY KEY \(project_id=\? AND deleted=\?/)
  assert.match(driver({ visibleTo: alice, name: 'n' }).join(), /peering_member_by_name \(.*name=\? AND peering_id>\?/)
  assert.match(driver({ visibleTo: alice, status: 'DELETED' }).join(), /peering_member_by_status .*peering_id>\?/)
  assert.match(driver({ status: 'ACTIVE' }).join(), /peering_by_status \(status=\? AND id>\?/)
  assert.match(driver({ vpcId }).join(), /peering_of_request_vpc .*id>\?.*peering_of_accept_vpc .*id>\?/)
})

test('every list of VPCs reads an index in its order', () => {
  const { db, statements } = recording()
  vpcReads(db)
  const lists = [...statements].filter((statement) => statement.includes('limit'))
  assert.equal(lists.length, 2)
  for (const statement of lists) assertInOrder(db, statement)
})

test('what lies in a VPC is counted by index', () => {
  const { db, statements } = recording()
  vpcReads(db)
  const counts = [...statements].filter((statement) => statement.includes('count(*)'))
  assert.equal(counts.length, 1)
  const plan = planOf(db, counts[0] ?? '').join('\n')
  assert.match(plan, /SEARCH subnet USING INDEX subnet_of_vpc \(vpc_id=\?\)/)
  assert.match(plan, /SEARCH route_table USING INDEX route_table_of_vpc \(vpc_id=\?\)/)
})

test('every list of subnets, route tables and routes reads an index in its order', () => {
  const { db, statements } = recording()
  subnetReads(db)
  routeReads(db)
  const lists = [...statements].filter((statement) => statement.includes('limit'))
  assert.equal(lists.length, 8)
  for (const statement of statements) assertInOrder(db, statement)
})

test('who has automatic routes to or from a VPC is one look into an index that has nothing of waiting peerings', () => {
  const { db, statements } = recording()
  automaticReads(db)
  assert.equal(statements.size, 4)
  for (const statement of statements) assertInOrder(db, statement)
  const plans = [...statements].map((statement) => planOf(db, statement).join())
  assert.ok(plans.includes('SEARCH automatic_side USING COVERING INDEX automatic_of_vpc (vpc_id=?)'), plans.join('\n'))
  assert.ok(plans.includes('SEARCH automatic_side USING COVERING INDEX automatic_to_vpc (peer_vpc_id=?)'))
})

test('every list of ports reads an index in its order, and every look-up of an address reads one entry of one', () => {
  const { db, statements } = recording()
  portReads(db)
  const lists = [...statements].filter((statement) => statement.includes(':limit'))
  assert.equal(lists.length, 4)
  for (const statement of statements) assertInOrder(db, statement)
  const [runs, ...more] = [...statements].filter((statement) => statement.includes('from address_run'))
  assert.deepEqual(
    [planOf(db, runs ?? ''), more],
    [['SEARCH address_run USING PRIMARY KEY (subnet_id=? AND first<?)'], []],
  )
})

test('generations are read in the order of their key, and of a VPC only the ports with a workload on this host', () => {
  const { db, statements } = recording()
  generationReads(db)
  assert.equal(statements.size, 2)
  for (const statement of statements) assertInOrder(db, statement)
  portReads(db)
  const [onHost, ...more] = [...statements].filter((statement) => statement.includes('cross join port'))
  assert.deepEqual(
    [planOf(db, onHost ?? ''), more],
    [['SEARCH s USING COVERING INDEX subnet_of_vpc (vpc_id=?)', 'SEARCH p USING INDEX port_on_host (subnet_id=?)'], []],
  )
})

test('the history of a peering and the events of a project read an index in its order', () => {
  const { db, statements } = recording()
  eventReads(db)
  eventWrites(db, () => {})
  const reads = [...statements].filter((statement) => /^\s*select/.test(statement))
  assert.equal(reads.length, 5)
  for (const statement of reads) assertInOrder(db, statement)
})

test('the sweep, the lookups and the refusals of a second peering read no whole table', () => {
  const { db, statements } = recording()
  peeringReads(db)
  assert.equal(statements.size, 5)
  for (const statement of statements) {
    for (const step of planOf(db, statement)) assert.doesNotMatch(step, /^SCAN/, `${statement}\n${step}`)
  }
  const sweep = [...statements].filter((statement) => statement.includes('limit'))
  assert.deepEqual(sweep.map((statement) => planOf(db, statement).join()).sort(), [
    'SEARCH p USING INDEX peering_tombstone (updated_at<?)',
    'SEARCH p USING INDEX peering_waiting (created_at<?)',
  ])
})

test('no read is planned anew at its second run, whatever it is given', () => {
  const db = connectWriter(':memory:')
  let plans = 0
  const read = () => {
    plans = 0
    for (const query of everyQuery()) list(query)
    for (const call of Object.values(CALLS)) call(reads)
    return plans
  }
  db.setAuthorizer(() => {
    plans += 1
    return constants.SQLITE_OK
  })
  const list = peeringPages(db)
  const reads = readTransaction(db)
  assert.ok(read() > 0, 'is the planner heard?')
  assert.equal(read(), 0)
  const limited = db.prepare('select id from peering order by id limit ?')
  limited.all(1)
  plans = 0
  limited.all(2)
  assert.ok(plans > 0, 'SQLite does not plan a bare limit anew any more: limitTo has lost its reason')
})

test('these tests bite: a statement that sorts, or reads the whole table, is told apart', () => {
  const { db } = recording()
  assert.throws(() => assertInOrder(db, 'select * from peering order by name limit 3'), /SCAN peering/)
  const sorting = "select * from peering where request_vpc_id = 'a' and status <> 'DELETED' order by name"
  assert.throws(() => assertInOrder(db, sorting), /TEMP B-TREE/)
})

const NOTHING: PeeringQuery = {
  ...{ ...FIRST, visibleTo: undefined, id: undefined, name: undefined, status: undefined },
  ...{ projectId: undefined, vpcId: undefined, overdueSince: undefined, forgottenSince: 0 },
}

/** A call of every read; the lists of peerings have their own. */
const CALLS: Readonly<Record<keyof ReadTransaction, (tx: ReadTransaction) => unknown>> = {
  peering: (tx) => tx.peering(newId()),
  peerings: (tx) => tx.peerings(NOTHING),
  peeringsOfVpc: (tx) => tx.peeringsOfVpc(VPCS[0] as VpcId),
  livePeeringBetween: (tx) => tx.livePeeringBetween(VPCS[0] as VpcId, VPCS[1] as VpcId),
  overduePeerings: (tx) => [tx.overduePeerings(1, 2), tx.overduePeerings(1, 3, ALICE)],
  forgottenPeerings: (tx) => tx.forgottenPeerings(1, 2),
  history: (tx) => [tx.history(newId(), 0, 2), tx.history(newId(), 1, 3)],
  events: (tx) => [undefined, ALICE].map((visibleTo) => tx.events({ visibleTo, after: 1, limit: 2 })),
  lastSeq: (tx) => tx.lastSeq(),
  vpc: (tx) => tx.vpc(VPCS[0] as VpcId),
  vpcs: (tx) => [tx.vpcs(NO_VPCS), tx.vpcs({ ...NO_VPCS, after: undefined, before: VPCS[0] as VpcId })],
  vpcNamed: (tx) => tx.vpcNamed(ALICE, 'n'),
  generation: (tx) => tx.generation(VPCS[0] as VpcId),
  generations: (tx) => [tx.generations(undefined, 2), tx.generations(VPCS[0], 3)],
  contentsOfVpc: (tx) => tx.contentsOfVpc(ALICE, VPCS[0] as VpcId),
  subnet: (tx) => tx.subnet('s' as SubnetId),
  subnets: (tx) =>
    [undefined, VPCS[0]].flatMap((vpcId) => [
      tx.subnets({ ...FIRST, projectId: ALICE, vpcId }),
      tx.subnets({ ...FIRST, before: 's' as SubnetId, projectId: ALICE, vpcId }),
    ]),
  subnetsOfVpc: (tx) => tx.subnetsOfVpc(VPCS[0] as VpcId),
  subnetsOfTable: (tx) => tx.subnetsOfTable('t' as RouteTableId),
  routeTable: (tx) => tx.routeTable('t' as RouteTableId),
  routeTables: (tx) => [tx.routeTables(NO_TABLES), tx.routeTables({ ...NO_TABLES, before: 't' as RouteTableId })],
  routeTablesOfVpc: (tx) => tx.routeTablesOfVpc(VPCS[0] as VpcId),
  route: (tx) => tx.route('r' as RouteId),
  routes: (tx) => [tx.routes(NO_ROUTES), tx.routes({ ...NO_ROUTES, before: 'r' as RouteId })],
  routesOfVpc: (tx) => tx.routesOfVpc(VPCS[0] as VpcId),
  routesOfTable: (tx) => tx.routesOfTable('t' as RouteTableId),
  routeTo: (tx) => tx.routeTo('t' as RouteTableId, '10.0.0.0/8'),
  routeCount: (tx) => tx.routeCount('t' as RouteTableId),
  routesVia: (tx) => tx.routesVia(newId()),
  automaticSides: (tx) => tx.automaticSides(newId()),
  automaticPeers: (tx) => tx.automaticPeers(VPCS[0] as VpcId),
  automaticFollowers: (tx) => tx.automaticFollowers(VPCS[0] as VpcId),
  automaticVpcsOfProject: (tx) => tx.automaticVpcsOfProject(ALICE),
  port: (tx) => tx.port('p' as PortId),
  ports: (tx) =>
    [undefined, 's' as SubnetId].flatMap((networkId) => [
      tx.ports({ ...NO_PORTS, networkId }),
      tx.ports({ ...NO_PORTS, networkId, before: 'p' as PortId }),
    ]),
  anyPortIn: (tx) => tx.anyPortIn('s' as SubnetId),
  portAttachedAt: (tx) => tx.portAttachedAt({ netns: '/run/netns/n', device: 'd', inode: 1 }),
  portsOnHost: (tx) => tx.portsOnHost(VPCS[0] as VpcId),
  isMacTaken: (tx) => tx.isMacTaken('m'),
  holderOf: (tx) => tx.holderOf('s' as SubnetId, 'a'),
  lowestFreeAddress: (tx) => tx.lowestFreeAddress('s' as SubnetId, 1n),
  used: (tx) => tx.used(ALICE, 'vpc'),
  limit: (tx) => tx.limit(ALICE, 'vpc'),
  domain: (tx) => tx.domain('d' as DomainId),
  domains: (tx) => [tx.domains(), tx.domains('n')],
  project: (tx) => tx.project(ALICE),
  projects: (tx) => [tx.projects('d' as DomainId), tx.projects('d' as DomainId, 'n')],
  user: (tx) => tx.user('u' as UserId),
  users: (tx) => [tx.users('d' as DomainId), tx.users('d' as DomainId, 'n')],
  accessKey: (tx) => tx.accessKey('a'),
  accessKeys: (tx) => tx.accessKeys('u' as UserId),
  isRevoked: (tx) => tx.isRevoked('t'),
  protectedBy: (tx) => tx.protectedBy(newId()),
  setting: (tx) => tx.setting('s'),
  keptAnswer: (tx) => tx.keptAnswer('k'),
  keptAnswersBefore: (tx) => [tx.keptAnswersBefore(1, 2), tx.keptAnswersBefore(1, 3)],
}

const NO_VPCS: VpcQuery = {
  ...{ ...FIRST, projectId: ALICE, ids: undefined, names: undefined, descriptions: undefined, cidrs: undefined },
  enterpriseProjectId: undefined,
}

const NO_TABLES: RouteTableQuery = {
  ...{ ...FIRST, projectId: ALICE, id: undefined, vpcId: undefined, subnetId: undefined },
}

const NO_ROUTES: RouteQuery = {
  ...{ ...FIRST, projectId: ALICE, id: undefined, vpcId: undefined, destination: undefined },
}

const NO_PORTS: PortQuery = {
  ...{ ...FIRST, projectId: ALICE, ids: undefined, name: undefined, adminStateUp: undefined, networkId: undefined },
  ...{ macAddress: undefined, deviceId: undefined, deviceOwner: undefined, status: undefined },
  ...{ securityGroups: undefined, ipAddresses: undefined, fixedSubnetIds: undefined },
}

/** Each filter there or not, each status, both directions. */
function* everyQuery(): Generator<PeeringQuery> {
  for (let bits = 0; bits < 64; bits += 1) {
    const given = <T>(bit: number, value: T | undefined) => (bits & (1 << bit) ? value : undefined)
    for (const status of [undefined, ...STATUSES]) {
      yield {
        ...{ limit: 3, after: undefined, before: given(0, newId()), visibleTo: given(1, PROJECTS[0]) },
        ...{ id: given(2, newId()), name: given(3, 'n'), status, projectId: given(4, PROJECTS[1]) },
        ...{ vpcId: given(5, VPCS[0]), overdueSince: 3, forgottenSince: 1 },
      }
    }
  }
}

/** An empty database with the schema, and the texts of what is prepared on it. */
function recording(): { db: DatabaseSync; statements: Set<string> } {
  const db = connectWriter(':memory:')
  const statements = new Set<string>()
  const prepare = db.prepare.bind(db)
  db.prepare = (sql) => {
    if (!sql.startsWith('explain')) statements.add(sql)
    return prepare(sql)
  }
  return { db, statements }
}

function planOf(db: DatabaseSync, statement: string): readonly string[] {
  return db
    .prepare(`explain query plan ${statement}`)
    .all()
    .map(({ detail }) => String(detail))
    .filter((detail) => !/json_each/.test(detail))
}

function assertInOrder(db: DatabaseSync, statement: string): void {
  const plan = planOf(db, statement)
  assert.ok(plan.length > 0)
  for (const step of plan) assert.doesNotMatch(step, /^SCAN|TEMP B-TREE/, `${statement}\n${plan.join('\n')}`)
}
