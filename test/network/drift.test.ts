/** What somebody breaks by hand, the service heals within one period, and says so; what is not ours it leaves alone. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, suite, test } from 'node:test'
import { bridgeName, linkName } from '../../src/dataplane/netns/names.ts'
import { parsePeeringId, parseSubnetId } from '../../src/rules/ids.ts'
import { skipNetwork as skip } from '../support/netns.ts'
import { differences, dumpNamespace } from '../support/network/namespace-dump.ts'
import { routerPrefix } from '../support/network/namespaces.ts'
import { assertRecomputed } from '../support/network/recompute.ts'
import {
  finish,
  HANGS_AFTER_MS,
  makePlace,
  type NetworkService,
  type Place,
  peerPlaces,
  routePlace,
  startNetworkService,
  synced,
} from '../support/network/site.ts'
import { ALL, carried, until } from '../support/network/traffic.ts'
import { startWorkloads, type Workload } from '../support/network/workloads.ts'
import { metric } from '../support/network.ts'

/** From the end of a full pass to the next one, in milliseconds; the reconciler's own. */
const PERIOD_MS = 10_000
const REPAIRS = 'causeway_reconcile_repairs_total'

suite('what is broken by hand', { skip, timeout: HANGS_AFTER_MS }, () => {
  let service: NetworkService
  let workloads: readonly Workload[] = []
  let a: Place
  let b: Place
  /** Of a's VPC, and the devices in it. */
  let router = ''
  let bridge = ''
  let link = ''
  before(async () => {
    service = await startNetworkService()
    workloads = await startWorkloads(2)
    const [first = assert.fail(), second = assert.fail()] = workloads
    a = await makePlace(service, service.alice, first, { cidr: '10.1.0.0/24' })
    b = await makePlace(service, service.bob, second, { cidr: '10.2.0.0/24' })
    const peering = await peerPlaces(service, a, b)
    await routePlace(service, a, peering, b)
    await routePlace(service, b, peering, a)
    await synced(service, service.alice, peering)
    router = `${routerPrefix(service.instance)}${a.vpc}`
    bridge = bridgeName(parseSubnetId(a.subnet) ?? assert.fail())
    link = linkName(parsePeeringId(peering) ?? assert.fail(), 'requester')
  })
  after(() => finish(service, workloads))

  const ip = (line: string) => run('ip', '-n', router, ...line.split(' '))
  const nft = (line: string) => run('nsenter', `--net=/run/netns/${router}`, 'nft', line)
  const BREAKS: Readonly<Record<string, () => void>> = {
    'the IPv4 routes': () => ip('route flush table all proto 186'),
    'the IPv6 routes': () => ip('-6 route flush table all proto 186'),
    'a veth': () => ip(`link del ${link}`),
    'a bridge': () => ip(`link del ${bridge}`),
    'the rules of one table of nft': () => nft('flush table bridge causeway'),
    'a whole namespace': () => run('ip', 'netns', 'del', router),
  }

  for (const [what, breakIt] of Object.entries(BREAKS)) {
    test(`${what}: it is healed by the next pass, which comes by itself, and is counted and logged`, async () => {
      await service.reconcile()
      assert.deepEqual(await carried(a, b, true), ALL)
      const [repairs, lines] = [await metric(service, REPAIRS), service.log.length]
      const whole = await dumpNamespace(router)
      breakIt()
      service.clock.advance(PERIOD_MS)
      await until('it is repaired', async () => (await metric(service, REPAIRS)) > repairs)
      // The pass that has found it may have more to look at.
      await service.reconcile()
      assert.deepEqual([await carried(a, b, true), await carried(b, a, true)], [ALL, ALL])
      assert.deepEqual(differences({ router: whole }, { router: await dumpNamespace(router) }), [])
      const told = service.log.slice(lines).map((line) => JSON.parse(line))
      const repaired = told.filter(({ msg }) => msg === 'a network was not as it was left, and has been repaired')
      assert.ok(repaired.some(({ vpcId, changes, level }) => vpcId === a.vpc && changes > 0 && level === WARN))
      const after = await metric(service, REPAIRS)
      await service.reconcile()
      assert.equal(await metric(service, REPAIRS), after, 'and a pass later there is nothing left to repair')
    })
  }

  test('what is not ours stays, while what is ours is healed around it', async () => {
    ip('link add mine0 type bridge')
    ip('link set mine0 up')
    ip('addr add 198.51.100.1/24 dev mine0')
    ip('route add 203.0.113.0/24 dev mine0')
    ip('route add 203.0.113.0/24 dev mine0 table 99')
    ip('rule add pref 50 from 198.51.100.0/24 lookup 99')
    nft('add table inet mine')
    const whole = await dumpNamespace(router)
    ip('route flush table all proto 186')
    nft('flush table bridge causeway')
    await service.reconcile()
    assert.deepEqual(await carried(a, b, true), ALL)
    assert.deepEqual(differences({ router: whole }, { router: await dumpNamespace(router) }), [])
    // As it was, for the comparison at the end.
    nft('delete table inet mine')
    ip('rule del pref 50')
    ip('link del mine0')
  })

  test('the comparison with what is built from nothing bites: a route too many and one too few are told', async () => {
    const tells = (line: RegExp) => (error: { readonly actual: readonly string[] }) =>
      error.actual.length === 1 && line.test(error.actual[0] ?? '')
    ip(`route add 203.0.113.0/24 dev ${bridge}`)
    await assert.rejects(assertRecomputed(service), tells(/^\+ \S+ routes v4: .*203\.0\.113\.0/))
    ip(`route del 203.0.113.0/24 dev ${bridge}`)
    ip('-6 route flush table all proto 186')
    await assert.rejects(assertRecomputed(service), tells(/^- \S+ routes v6: .*"protocol":"186"/))
    await service.reconcile()
  })
})

/** Of pino. */
const WARN = 40

function run(program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
}
