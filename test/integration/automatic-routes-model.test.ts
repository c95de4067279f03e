/** Whatever two tenants do, in whatever order: every automatic route that may be there is, and no other. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import { checkAutomatic } from '../support/automatic-oracle.ts'
import { AutomaticPlay, anyCommand } from '../support/automatic-play.ts'
import { dump } from '../support/dump.ts'
import { startTestService, type TestService } from '../support/service.ts'

/** Sequences, and calls in one at the most. */
const RUNS = 30
const CALLS = 50

suite('automatic routes at random', () => {
  let service: TestService
  before(async () => {
    service = await startTestService()
  })
  after(() => service[Symbol.asyncDispose]())

  test('are those of the peers’ blocks but for local, taken and too many; keep their ids, and others theirs', async () => {
    const seen = { there: 0, local: 0, taken: 0, limit: 0, kept: 0 }
    const property = fc.asyncProperty(
      fc.array(anyCommand, { minLength: 20, maxLength: CALLS, size: 'max' }),
      async (all) => {
        const play = await AutomaticPlay.begin(service)
        try {
          for (const command of all) await play.take(command)
        } finally {
          await play.cleanUp()
        }
        for (const what of Object.keys(seen) as (keyof typeof seen)[]) seen[what] += play.seen[what]
      },
    )
    await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true })
    // Else nothing was proved of it.
    for (const [what, times] of Object.entries(seen)) assert.ok(times >= 5, `${what}: only ${times} times`)
  })

  test('it bites: a route too many and one too few are told', () => {
    const stored = dump(service.folder)
    const peering = { id: 'p', status: 'ACTIVE', request_vpc_id: 'v', accept_vpc_id: 'w' }
    const world = {
      ...{ ...stored, peering: [peering], automatic_side: [{ peering_id: 'p', side: 'requester' }] },
      ...{ vpc: [{ id: 'w', cidr: '10.2.0.0/16', extend_cidrs: '[]' }], subnet: [], route: [] },
    }
    assert.match(checkAutomatic(world).faults.join(), /^v has no automatic route to 10\.2\.0\.0\/16 by p/)
    const route = { vpc_id: 'v', is_default: 1, destination: '10.2.0.0/16', nexthop: 'p', automatic: 1 }
    assert.deepEqual(checkAutomatic({ ...world, route: [route] }).faults, [])
    const wrong = { ...route, destination: '10.3.0.0/16', is_default: 0 }
    assert.equal(checkAutomatic({ ...world, route: [route, wrong] }).faults.length, 2)
  })
})
