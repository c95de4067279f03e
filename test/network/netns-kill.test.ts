/** Killed at any instruction: whatever is left, the next driver completes it, and packets of others do not notice. */
import assert from 'node:assert/strict'
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import type { IntendedRouter } from '../../src/dataplane/dataplane.ts'
import { openNetns } from '../../src/dataplane/netns/driver.ts'
import { linkMac, linkName, PEERING_GROUP, routerName } from '../../src/dataplane/netns/names.ts'
import type { SideName } from '../../src/rules/protection.ts'
import { addPort, intentOf, nothingOf, peer, type TestVpc, testVpc } from '../support/intents.ts'
import { openTestHost, skipNetwork, type TestHost } from '../support/netns.ts'

/** VPCs in a ring, each peered with the next one. */
const VPCS = 12
const ROUNDS = 10

suite('a driver that is killed', { skip: skipNetwork }, () => {
  test('at any instant of a build or of a removal leaves nothing that the next one does not complete', async () => {
    using host = openTestHost()
    const { vpcs, workload } = ringOf(host)
    const build = vpcs.map((vpc) => intentOf(vpc))
    const nothing = vpcs.map((vpc) => nothingOf(vpc))
    const took = { build: await applyIn(host, build), nothing: await applyIn(host, nothing) }
    for (let round = 0; round < ROUNDS; round++) {
      // Spread over the time that it takes, so that all parts of it are met.
      const part = (round + 0.5) / ROUNDS
      await applyIn(host, build, took.build * part)
      if (round % 3 === 2) await applyIn(host, nothing, took.nothing * part)
      await using dataplane = await openNetns({ instance: host.instance })
      const reports = await dataplane.apply(build)
      assert.deepEqual(
        reports.flatMap(({ failures }) => failures),
        [],
        `round ${round}`,
      )
      const again = await dataplane.apply(build)
      assert.deepEqual(new Set(again.map(({ changes }) => changes)), new Set([0]), `round ${round}`)
      const answers = ['10.2.0.10', 'fd00:2::10', `10.${VPCS}.0.10`].map((to) => host.ping(workload, to))
      assert.deepEqual(await Promise.all(answers), [true, true, true], `round ${round}`)
      await dataplane.apply(nothing)
      assert.deepEqual(await dataplane.present(), [])
    }
  })

  test('right after it has made a link: that is completed from both ends, and not made anew', async () => {
    using host = openTestHost()
    await using dataplane = await openNetns({ instance: host.instance })
    const [a, b] = [testVpc(1), testVpc(2)]
    await dataplane.apply([intentOf(a), intentOf(b)])
    const id = peer(a, b)
    const [near, far] = [linkName(id, 'requester'), linkName(id, 'accepter')]
    const end = (name: string, side: SideName) => [
      'name',
      name,
      'group',
      `${PEERING_GROUP}`,
      'address',
      linkMac(id, side),
    ]
    const peerEnd = ['peer', ...end(far, 'accepter'), 'netns', routerName(host.instance, b.vpcId)]
    host.run(host.router(a.vpcId), 'ip', 'link', 'add', ...end(near, 'requester'), 'type', 'veth', ...peerEnd)
    // Not in the other router: to look at the link there would give it the number that it lacks.
    const indexOf = () => /^\d+/.exec(host.run(host.router(a.vpcId), 'ip', 'link', 'show', near))?.[0]
    const index = indexOf()
    const reports = await dataplane.apply([intentOf(a), intentOf(b)])
    assert.deepEqual(
      reports.flatMap(({ failures }) => failures),
      [],
    )
    assert.equal(indexOf(), index)
    assert.deepEqual(
      (await dataplane.apply([intentOf(a), intentOf(b)])).map(({ changes }) => changes),
      [0, 0],
    )
  })

  test('packets of a peering that nobody changes do not notice', async () => {
    using host = openTestHost()
    const { vpcs } = ringOf(host)
    const [a, b] = [testVpc(101), testVpc(102)]
    const [inA, inB] = [host.workload(), host.workload()]
    addPort(a, { netns: inA, inode: undefined, device: 'eth0' })
    addPort(b, { netns: inB, inode: undefined, device: 'eth0' })
    peer(a, b)
    const untouched = [intentOf(a), intentOf(b)]
    const took = await applyIn(host, untouched)
    const pings = spawn('nsenter', [`--net=${inA}`, 'ping', '-n', '-q', '-i', '0.002', '10.102.0.10'])
    const all = [...untouched, ...vpcs.map((vpc) => intentOf(vpc))]
    for (let round = 1; round <= 5; round++) {
      await applyIn(host, all, took * round)
      await applyIn(host, [...untouched, ...vpcs.map((vpc) => nothingOf(vpc))], took * round)
    }
    pings.kill('SIGINT')
    let summary = ''
    for await (const chunk of pings.stdout) summary += chunk
    const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(summary) ?? []
    assert.ok(Number(sent) > 100, summary)
    assert.equal(received, sent)
  })
})

function ringOf(host: TestHost): { readonly vpcs: readonly TestVpc[]; readonly workload: string } {
  const vpcs = Array.from({ length: VPCS }, (_, index) => testVpc(index + 1))
  const workloads = vpcs.map((vpc) => {
    const netns = host.workload()
    addPort(vpc, { netns, inode: undefined, device: 'eth0' })
    return netns
  })
  for (const [index, vpc] of vpcs.entries()) peer(vpc, vpcs[(index + 1) % VPCS] ?? vpc)
  return { vpcs, workload: workloads[0] ?? '' }
}

/** Applies in a process of its own, which is killed so many ms after it began, if it is not done; how long it lived. */
async function applyIn(host: TestHost, routers: readonly IntendedRouter[], killAfterMs?: number): Promise<number> {
  const child = fork(join(import.meta.dirname, 'apply-once.ts'))
  const exit = once(child, 'exit')
  child.send({ instance: host.instance, routers })
  await once(child, 'message')
  const start = performance.now()
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  const [code, signal] = await exit
  clearTimeout(timer)
  assert.ok(code === 0 || signal === 'SIGKILL', `it ended with ${code ?? signal}`)
  return performance.now() - start
}
