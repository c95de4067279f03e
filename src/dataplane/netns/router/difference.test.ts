import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeeringId, PortId, RouteTableId, SubnetId, VpcId } from '../../../rules/ids.ts'
import type { IntendedNetwork } from '../../dataplane.ts'
import { AF_INET6, parseHost } from '../kernel/blocks.ts'
import type { Link } from '../kernel/links.ts'
import { ROUTER_SYSCTLS } from '../kernel/sysctls.ts'
import { DEVICE_GROUP, PEERING_GROUP } from '../names.ts'
import type { ActualRouter } from './actual.ts'
import { type Action, PHASES } from './changes.ts'
import { type DesiredRouter, desiredRouter, FAR_END } from './desired.ts'
import { difference } from './difference.ts'
import type { WorkloadState } from './workloads.ts'

const id = (digit: number) => `00000000-0000-4000-8000-${String(digit).repeat(12)}`
const VPC = id(1) as VpcId
const FAR = id(2) as VpcId
const [BRIDGE, PORT, LINK] = ['sn-333333333333', 'po-555555555555', 'pr-666666666666']

const NETWORK: IntendedNetwork = {
  subnets: [
    {
      id: id(3) as SubnetId,
      tableId: id(4) as RouteTableId,
      families: [
        { cidr: '10.1.0.0/24', gateway: '10.1.0.1' },
        { cidr: 'fd00:1::/64', gateway: 'fd00:1::1' },
      ],
    },
  ],
  tables: [{ id: id(4) as RouteTableId, routes: [{ destination: '10.2.0.0/16', peeringId: id(6) as PeeringId }] }],
  peerings: [{ id: id(6) as PeeringId, side: 'requester', farVpcId: FAR }],
  ports: [
    {
      id: id(5) as PortId,
      subnetId: id(3) as SubnetId,
      macAddress: 'fa:16:3e:00:00:01',
      addresses: ['10.1.0.9'],
      allowed: [],
      workload: { netns: '/run/netns/web', inode: undefined, device: 'eth0' },
    },
  ],
}
const DESIRED = desiredRouter(VPC, NETWORK)
/** By what numbers the router knows the far router and the workload. */
const [FAR_NUMBER, WEB_NUMBER] = [7, 8]

test('where everything is as it ought to be, nothing is changed', () => {
  assert.deepEqual(changesOf(DESIRED, built()), [])
})

test('an empty router gets everything: devices first, routes last', () => {
  const empty = { ...built(), links: new Map(), addresses: [], neighbours: [], routes: [], rules: [] }
  assert.deepEqual(changesOf(DESIRED, { ...empty, sysctls: new Map([...built().sysctls, ['ipv4/ip_forward', '0']]) }), [
    'prepare: set sysctl ipv4/ip_forward=1',
    `build: add bridge ${BRIDGE}`,
    `build: add link ${LINK}`,
    `equip: add address 0a010001/24 ${BRIDGE}`,
    `equip: add address ${hex('fd00:1::1')}/64 ${BRIDGE}`,
    `equip: add address ${hex('fe80::1')}/64 ${BRIDGE}`,
    `equip: attach port ${PORT}`,
    'route: add rule 0a010000/24 -> 3292808260',
    `route: add rule ${hex('fd00:1::')}/64 -> 3292808260`,
    `route: add route 0a020000/16 ${LINK}`,
  ])
})

test('an empty intent removes everything of ours, and nothing of others: routes first, devices last', () => {
  const nothing = desiredRouter(VPC, { subnets: [], tables: [], peerings: [], ports: [] })
  const others = [
    link({ index: 90, name: 'eth7', group: PEERING_GROUP }),
    link({ index: 91, name: 'sn-777777777777', alias: 'of somebody else', group: DEVICE_GROUP }),
    link({ index: 92, name: 'causeway0', alias: `causeway:subnet:${id(3)}` }),
  ]
  const actual = built()
  const links = new Map([...actual.links, ...others.map((each) => [each.name, each] as const)])
  assert.deepEqual(changesOf(nothing, { ...actual, links }), [
    'withdraw: remove rule 0a010000/24 -> 3292808260',
    `withdraw: remove rule ${hex('fd00:1::')}/64 -> 3292808260`,
    'withdraw: remove route 0a020000/16',
    `remove: remove device ${BRIDGE}`,
    `remove: remove device ${PORT}`,
    `remove: remove device ${LINK}`,
  ])
})

test('what was half made, and has no alias yet, is completed where it is wanted, else removed', () => {
  const half = link({ index: 93, name: 'pa-999999999999', group: PEERING_GROUP, kind: 'veth' })
  const actual = changed(BRIDGE, { alias: '', isUp: false })
  assert.deepEqual(changesOf(DESIRED, { ...actual, links: new Map([...actual.links, [half.name, half]]) }), [
    `equip: change device ${BRIDGE} isUp=true alias=causeway:subnet:${id(3)}`,
    'remove: remove device pa-999999999999',
  ])
})

test('a link whose other end is elsewhere is made anew, and its routes with it', () => {
  const anew = [`clear: remove device ${LINK}`, `build: add link ${LINK}`, `route: add route 0a020000/16 ${LINK}`]
  assert.deepEqual(changesOf(DESIRED, changed(LINK, { peerNamespace: 99 })), anew)
  assert.deepEqual(changesOf(DESIRED, changed(LINK, { peerNamespace: undefined })), anew)
  assert.deepEqual(changesOf(DESIRED, { ...built(), namespaces: new Map() }), anew)
})

test('a device of another kind is made anew, and what was in it comes back', () => {
  assert.deepEqual(changesOf(DESIRED, changed(BRIDGE, { kind: 'veth' })), [
    `clear: remove device ${BRIDGE}`,
    `build: add bridge ${BRIDGE}`,
    `equip: add address 0a010001/24 ${BRIDGE}`,
    `equip: add address ${hex('fd00:1::1')}/64 ${BRIDGE}`,
    `equip: add address ${hex('fe80::1')}/64 ${BRIDGE}`,
    `equip: join bridge ${PORT}`,
  ])
})

test('a device of somebody else by our name is a failure of its object, and stays; others go on', () => {
  const { plan, failures } = difference(DESIRED, changed(LINK, { alias: 'mine' }), states())
  assert.deepEqual(failures, [
    { kind: 'peering', id: id(6), message: `the router has a device ${LINK} of somebody else` },
  ])
  assert.deepEqual(
    PHASES.flatMap((phase) => plan[phase]),
    [],
  )
})

test('a link that has gone down is set up, and its neighbour told again, which the kernel has forgotten', () => {
  assert.deepEqual(changesOf(DESIRED, changed(LINK, { isUp: false })), [
    `equip: change device ${LINK} isUp=true`,
    `equip: set neighbour ${LINK}`,
  ])
})

test('a route that leads elsewhere is replaced, one too many is removed', () => {
  const [route] = built().routes
  assert.ok(route !== undefined)
  const wrong = { ...route, device: 1 }
  const extra = { ...route, destination: '0a030000/16' }
  assert.deepEqual(changesOf(DESIRED, { ...built(), routes: [wrong, extra] }), [
    `route: replace route 0a020000/16 ${LINK}`,
    'withdraw: remove route 0a030000/16',
  ])
})

test('an address of ours that is not wanted is removed after the others are there; one of others stays', () => {
  const address = (text: string, isOurs: boolean) => ({ device: 2, block: parseHost(text, 24), isOurs })
  const extra = [address('10.1.0.2', true), address('10.1.0.3', false)]
  assert.deepEqual(changesOf(DESIRED, { ...built(), addresses: [...built().addresses, ...extra] }), [
    `remove: remove address 0a010002/24 ${BRIDGE}`,
  ])
})

test('a port whose workload cannot be looked at is its own failure, and keeps what it has', () => {
  const { plan, failures } = difference(DESIRED, built(), new Map([[PORT, new Error('gone')]]))
  assert.deepEqual(failures, [{ kind: 'port', id: id(5), message: 'gone' }])
  assert.deepEqual(
    PHASES.flatMap((phase) => plan[phase]),
    [],
  )
})

test('a name that is taken in the workload is a failure, unless it is what is left of the same port', () => {
  const named = link({ index: 44, name: 'eth0' })
  const state = { ...STATE, end: undefined, named }
  const actual = without(PORT)
  const failed = difference(DESIRED, actual, new Map([[PORT, state]]))
  assert.match(failed.failures[0]?.message ?? '', /has another device of the name eth0/)
  const left = { ...state, named: { ...named, alias: `causeway:port:${id(5)}` } }
  const { plan } = difference(DESIRED, actual, new Map([[PORT, left]]))
  assert.deepEqual(
    plan.equip.map(({ action }) => action.do),
    ['attach port'],
  )
})

function changesOf(desired: DesiredRouter, actual: ActualRouter): readonly string[] {
  const { plan, failures } = difference(desired, actual, states())
  assert.deepEqual(failures, [])
  return PHASES.flatMap((phase) => plan[phase].map(({ action }) => `${phase}: ${spell(action)}`))
}

function spell(action: Action): string {
  const route = (route: { destination: string | { key: string } }) =>
    typeof route.destination === 'string' ? route.destination : route.destination.key
  switch (action.do) {
    case 'set sysctl':
      return `set sysctl ${action.name}=${action.value}`
    case 'add bridge':
      return `add bridge ${action.bridge.name}`
    case 'add link':
      return `add link ${action.link.near.name}`
    case 'attach port':
    case 'equip port':
      return `${action.do} ${action.port.name}`
    case 'change device': {
      const settings = Object.entries(action.settings).map(([name, value]) => `${name}=${value}`)
      return `change device ${[action.device, ...settings].join(' ')}`
    }
    case 'remove device':
    case 'rename device':
      return `${action.do} ${action.link.name}`
    case 'add address':
    case 'remove address':
      return `${action.do} ${action.block.key} ${action.device}`
    case 'add rule':
      return `add rule ${action.source.key} -> ${action.table}`
    case 'remove rule':
      return `remove rule ${action.rule.source} -> ${action.rule.table}`
    case 'add route':
    case 'replace route':
      return `${action.do} ${route(action.route)} ${action.route.device}`
    case 'remove route':
      return `remove route ${route(action.route)}`
    case 'join bridge':
    case 'set neighbour':
      return `${action.do} ${action.device}`
  }
}

/** A router that is what DESIRED says. */
function built(): ActualRouter {
  const [bridge] = DESIRED.bridges
  const [peering] = DESIRED.links
  assert.ok(bridge !== undefined && peering !== undefined)
  const all = [
    link({ index: 1, name: 'lo', mtu: 65_536 }),
    link({ index: 2, name: BRIDGE, alias: bridge.alias, mac: bridge.mac, kind: 'bridge', group: DEVICE_GROUP }),
    link({ ...VETH, index: 3, name: PORT, alias: `causeway:port:${id(5)}`, group: DEVICE_GROUP, master: 2 }),
    link({ ...VETH, ...peering.near, index: 4, group: PEERING_GROUP, peerNamespace: FAR_NUMBER }),
  ]
  const rules = DESIRED.rules.map(({ source: { family, key }, table }) => ({ family, source: key, table, priority: 0 }))
  return {
    links: new Map(all.map((each) => [each.name, each])),
    addresses: bridge.addresses.map((block) => ({ device: 2, block, isOurs: true })),
    neighbours: [{ device: 4, address: hex('fe80::1'), mac: peering.far.mac, isPermanent: true }],
    routes: DESIRED.routes.map(({ table, destination: { family, key }, metric }) => ({
      ...{ table, family, metric, destination: key, device: 4, type: 1 },
      via: FAR_END.bytes.toString('hex'),
    })),
    rules,
    sysctls: new Map(Object.entries(ROUTER_SYSCTLS)),
    namespaces: new Map([[FAR, FAR_NUMBER]]),
  }
}

const VETH = { kind: 'veth', peerIndex: 5, peerNamespace: WEB_NUMBER }

/** The workload's end as it ought to be. */
const END = link({ ...VETH, index: 5, name: 'eth0', alias: `causeway:port:${id(5)}`, mac: 'fa:16:3e:00:00:01' })
const STATE: WorkloadState = {
  namespace: WEB_NUMBER,
  end: END,
  named: END,
  addresses: [{ device: 5, block: parseHost('10.1.0.9', 24), isOurs: true }],
  routes: [{ table: 254, family: 2, destination: '/0', via: '0a010001', device: 5, metric: 1024 + 0x5555, type: 1 }],
}

function states(): ReadonlyMap<string, WorkloadState> {
  return new Map([[PORT, STATE]])
}

function changed(name: string, settings: Partial<Link>): ActualRouter {
  const actual = built()
  const before = actual.links.get(name)
  assert.ok(before !== undefined)
  return { ...actual, links: new Map([...actual.links, [name, { ...before, ...settings }]]) }
}

function without(name: string): ActualRouter {
  const actual = built()
  return { ...actual, links: new Map([...actual.links].filter(([each]) => each !== name)) }
}

function link(settings: Partial<Link>): Link {
  return {
    ...{ index: 0, name: '', isUp: true, isSettling: false, alias: '', group: 0, mac: '', mtu: 1500, master: 0 },
    ...{ kind: '', peerIndex: 0, peerNamespace: undefined, snooping: false, forwarding: 1, rpFilter: 1, acceptDad: 0 },
    ...settings,
  }
}

function hex(address: string): string {
  const block = parseHost(address)
  assert.equal(block.family, AF_INET6)
  return block.bytes.toString('hex')
}
