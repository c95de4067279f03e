/**
 * Random sequences of calls by two tenants against the service and against a model (test/support/model.ts): every
 * answer's status, and after every step what each tenant sees and what its quotas say. A sequence that fails is shrunk,
 * and told as curl lines.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import { type Command, TENANTS, type Tenant } from '../support/model.ts'
import { PEERINGS } from '../support/peerings.ts'
import { Play } from '../support/play.ts'
import { startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 60_000
/** Sequences, and calls in one at the most. */
const RUNS = 80
const CALLS = 40

const at = fc.nat(11)
const third = fc.nat(7)
const wide = fc.boolean()
const who = fc.constantFrom<Tenant>(...TENANTS)
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('createVpc' as const), owner: who, third }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('createPeering' as const), at, other: at }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('createSubnet' as const), at, third, wide }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('createRoute' as const), at, other: at, third, wide }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('accept' as const, 'accept', 'reject'), at, who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deletePeering' as const), at, who }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('deleteVpc' as const, 'deleteSubnet', 'deleteRoute'), at }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const) }) },
)

suite('the service and the model', () => {
  let service: TestService
  before(async () => {
    service = await startTestService({ settings: { pendingTtlMs: TTL_MS } })
  })
  after(() => service[Symbol.asyncDispose]())

  test('P1 to P4, P8, P11: whatever two tenants call, in whatever order, both say the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: CALLS, size: 'max' }), async (commands) => {
        const play = new Play(service, TTL_MS)
        try {
          for (const each of commands) await play.take(each)
        } catch (error) {
          throw new Error(`${error instanceof Error ? error.message : error}\n${play.calls.join('\n')}`, {
            cause: error,
          })
        } finally {
          await play.cleanUp()
        }
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
    )
  })

  test('it bites: a model that is wrong about one answer is told, with the calls that show it', async () => {
    const play = new Play(service, TTL_MS)
    await play.take({ kind: 'createVpc', owner: 'alice', third: 0 })
    await assert.rejects(play.ask('alice', 418, 'GET', PEERINGS), /GET \/v2\.0\/vpc\/peerings: 200 and not 418/)
    assert.match(play.calls.join('\n'), /^curl -X POST "\$URL\/v1\/[0-9a-f]{32}\/vpcs" -H "X-Auth-Token: \$ALICE"/)
    await play.cleanUp()
  })
})
