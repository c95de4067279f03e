/** Killed while it accepts peerings: forwarding becomes what is stored, and what nobody touches goes on meanwhile. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setAuto } from '../support/automatic.ts'
import { skipNetwork as skip } from '../support/netns.ts'
import { type Killable, startKillable } from '../support/network/killable.ts'
import { removeAtExit, routerPrefix } from '../support/network/namespaces.ts'
import { assertSettled } from '../support/network/recompute.ts'
import { finish, HANGS_AFTER_MS, makePlace, type Place, peerPlaces, synced } from '../support/network/site.ts'
import { carried, type Family, NONE, ping, until } from '../support/network/traffic.ts'
import { startWorkloads, type Workload } from '../support/network/workloads.ts'
import { metric } from '../support/network.ts'
import { PEERINGS, requestPeering } from '../support/peerings.ts'
import { temporaryFolder } from '../support/program.ts'
import type { Person } from '../support/service.ts'

const ROUNDS = 10
/** VPCs of each tenant: each of hers is asked to peer with each of his. */
const HERS = 20
const HIS = 10
const ACCEPTS = HERS * HIS
/** Of each tenant, VPCs with a workload. */
const PLACES = 3
const AT_ONCE = 32
const EVERY_MS = 5
const NAME = 'untouched'

interface Asked {
  readonly id: string
  readonly hers: number
  readonly his: number
}

suite('kill -9 in the middle of accepts', { skip, timeout: HANGS_AFTER_MS }, () => {
  const folder = temporaryFolder()
  let service: Killable
  let workloads: readonly Workload[] = []
  let hers: readonly string[] = []
  let his: readonly string[] = []
  let herPlaces: readonly Place[] = []
  let hisPlaces: readonly Place[] = []
  /** Between VPCs that were peered before, and whose peerings nobody touches any more. */
  let streams: readonly { readonly from: Place; readonly to: Place; readonly family: Family }[] = []

  before(async () => {
    service = await startKillable(folder.path)
    removeAtExit(routerPrefix(service.instance))
    const { alice, bob, admin } = service
    for (const { projectId } of [alice, bob]) {
      const path = `/causeway/v1/projects/${projectId}/quotas`
      assert.equal((await service.ask(admin, 'PUT', path, { quotas: { vpcPeer: -1 } })).status, 200)
    }
    workloads = await startWorkloads(2 * PLACES + 2)
    const free = [...workloads]
    const next = () => free.pop() ?? assert.fail('too few workloads')
    const from = await makePlace(service, alice, next(), { cidr: '10.250.0.0/24' })
    const to = await makePlace(service, bob, next(), { cidr: '10.251.0.0/24' })
    const make = async (who: Person, count: number, net: number) => {
      const places: Place[] = []
      for (let at = 0; at < PLACES; at++) {
        places.push(await makePlace(service, who, next(), { cidr: `10.${net + at}.0.0/24` }))
      }
      const vpcs = places.map(({ vpc }) => vpc)
      for (let at = PLACES; at < count; at++)
        vpcs.push(await service.makeVpc(who, `net ${net + at}`, `10.${net + at}.0.0/24`))
      return { places, vpcs }
    }
    ;({ places: herPlaces, vpcs: hers } = await make(alice, HERS, 1))
    ;({ places: hisPlaces, vpcs: his } = await make(bob, HIS, 101))
    const busy = herPlaces[0] ?? assert.fail()
    streams = [
      { from, to, family: 'v4' },
      // A router that gets and loses links to others meanwhile.
      { from: busy, to, family: 'v6' },
    ]
    for (const stream of streams) {
      const untouched = await peerPlaces(service, stream.from, stream.to)
      await withRoutes(untouched)
      await synced(service, alice, untouched)
      const target = stream.to.addresses[stream.family]
      await stream.from.workload.tell('stream', { to: target, name: NAME, everyMs: EVERY_MS })
    }
  })
  after(async () => {
    await finish(service, workloads)
    folder[Symbol.dispose]()
  })

  const withRoutes = async (id: string) => {
    for (const who of [service.alice, service.bob]) assert.equal((await setAuto(service, who, id)).status, 200)
  }
  const askAll = (): Promise<readonly Asked[]> =>
    inParallel(
      Array.from({ length: ACCEPTS }, (_, at) => at),
      async (at) => {
        const [own, other] = [Math.floor(at / HIS), at % HIS]
        const { alice, bob } = service
        const { id } = await requestPeering(service, alice, hers[own] ?? '', bob, his[other] ?? '')
        if (own < PLACES && other < PLACES) await withRoutes(id)
        return { id, hers: own, his: other }
      },
    )

  for (let round = 1; round <= ROUNDS; round++) {
    test(`round ${round}: forwarding is what is stored, and no answered accept is lost`, async () => {
      const asked = await askAll()
      // Those with workloads are among the first and among the last.
      const order = round % 2 === 0 ? asked : asked.toReversed()
      // So early that not all of the others are under way by then.
      const killAfter = Math.floor(((ACCEPTS - 2 * AT_ONCE) * (round - 0.5)) / ROUNDS)
      const accepted = new Set<string>()
      let killed: Promise<void> | undefined
      await inParallel(order, async ({ id }) => {
        if (killed !== undefined) return
        try {
          const { status } = await service.ask(service.bob, 'PUT', `${PEERINGS}/${id}/accept`)
          assert.equal(status, 200)
          accepted.add(id)
        } catch (error) {
          // It was under way when the process ended; whether it was done is for the store to say.
          if (killed === undefined) throw error
        }
        if (accepted.size >= killAfter) killed ??= service.kill()
      })
      await killed
      await service.start()
      await until('all of it was looked at', async () => (await metric(service, 'causeway_reconcile_passes_total')) > 0)
      const statuses = await inParallel(asked, async ({ id }) => {
        const { body } = await service.ask(service.alice, 'GET', `${PEERINGS}/${id}`)
        return [id, body.peering.status] as const
      })
      const active = new Set(statuses.filter(([, status]) => status === 'ACTIVE').map(([id]) => id))
      assert.ok(accepted.size < ACCEPTS, 'it was killed in the middle')
      assert.deepEqual(
        [...accepted].filter((id) => !active.has(id)),
        [],
        'what was answered is stored',
      )
      await assertSettled(service)
      await Promise.all(asked.map((each) => assertForwards(each, active.has(each.id))))
      await inParallel(asked, async ({ id }) => {
        const { status, headers } = await service.ask(service.alice, 'DELETE', `${PEERINGS}/${id}`)
        assert.deepEqual([status, headers.get('causeway-dataplane')], [204, 'SYNCED'])
      })
    })
  }

  test(`packets by peerings that nobody touched, one every ${EVERY_MS} ms, have all been answered`, async () => {
    for (const { from, family } of streams) {
      const sent = await from.workload.tell('stop', null)
      assert.ok(sent > ROUNDS * 100, `only ${sent} packets`)
      const answered = () => from.workload.tell('answered', null)
      await until('the last one is answered', async () => (await answered()).includes(`${NAME}-${sent}`))
      const all = new Set(await answered())
      const lost = Array.from({ length: sent }, (_, at) => `${NAME}-${at + 1}`).filter((nonce) => !all.has(nonce))
      assert.deepEqual(lost, [], `by IP${family}, of ${sent}`)
    }
  })

  /** Where there are workloads on both sides. */
  const assertForwards = async ({ hers: own, his: other }: Asked, isActive: boolean) => {
    const [near, far] = [herPlaces[own], hisPlaces[other]]
    if (near === undefined || far === undefined) return
    const what = `from ${near.addresses.v4} to ${far.addresses.v4}, which is ${isActive ? '' : 'not '}ACTIVE`
    if (!isActive) return assert.deepEqual(await carried(near, far, false), NONE, what)
    for (const family of ['v4', 'v6'] as const) assert.ok(await ping(near, far.addresses, family, true), what)
  }
})

/** A few at a time; in order. */
async function inParallel<Item, Result>(items: readonly Item[], act: (item: Item) => Promise<Result>) {
  const results: Result[] = []
  const left = [...items.entries()]
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results[next[0]] = await act(next[1])
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results
}
