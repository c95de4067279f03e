/**
 * Random sequences of calls by two tenants against the service and against a model (test/support/model): every answer's
 * status, and after every step what each tenant sees and what its quotas say. A sequence that fails is shrunk, and told
 * as curl lines.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import { command, OPENING } from '../support/model/commands.ts'
import { ROUTES_PER_TABLE, TABLES_PER_VPC } from '../support/model/routes.ts'
import { PEERINGS } from '../support/peerings.ts'
import { Play } from '../support/play/play.ts'
import { call, take } from '../support/play/take.ts'
import { startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 60_000
/** Sequences, and calls in one at the most. */
const RUNS = 40
const CALLS = 40
/** For all of it; a sequence that fails leaves most to its shrinking. */
const LIMIT_MS = 120_000

suite('the service and the model', () => {
  let service: TestService
  const start = async () => {
    service = await startTestService({ settings: { pendingTtlMs: TTL_MS } })
    const quotas = { vpcContainRoutetable: TABLES_PER_VPC, routetableContainRoutes: ROUTES_PER_TABLE }
    for (const { projectId } of [service.alice, service.bob]) {
      const path = `/causeway/v1/projects/${projectId}/quotas`
      assert.equal((await service.ask(service.admin, 'PUT', path, { quotas })).status, 200)
    }
  }
  /** What a sequence has left in a service that is broken would be seen by the next one, which could not be shrunk. */
  const cleanUp = async (play: Play) => {
    if (await play.cleanUp()) return
    await service[Symbol.asyncDispose]()
    await start()
  }
  before(start)
  after(() => service[Symbol.asyncDispose]())

  test('P1 to P4, P8, P11: whatever two tenants call, in whatever order, both say the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom([], OPENING, OPENING),
        fc.array(command, { maxLength: CALLS, size: 'max' }),
        async (opening, commands) => {
          const play = new Play(service, TTL_MS)
          try {
            for (const each of opening) await call(play, each)
            for (const each of commands) await take(play, each)
          } catch (error) {
            throw new Error(`${error instanceof Error ? error.message : error}\n${play.calls.join('\n')}`, {
              cause: error,
            })
          } finally {
            await cleanUp(play)
          }
        },
      ),
      { numRuns: RUNS, interruptAfterTimeLimit: LIMIT_MS, markInterruptAsFailure: true },
    )
  })

  test('it bites: a model that is wrong about one answer is told, with the calls that show it', async () => {
    const play = new Play(service, TTL_MS)
    await take(play, { kind: 'createVpc', owner: 'alice', nth: 0 })
    await assert.rejects(
      play.ask('alice', { status: 418 }, 'GET', PEERINGS),
      /GET \/v2\.0\/vpc\/peerings: 200 and not 418/,
    )
    assert.match(play.calls.join('\n'), /^curl -X POST "\$URL\/v1\/[0-9a-f]{32}\/vpcs" -H "X-Auth-Token: \$ALICE"/)
    assert.ok(await play.cleanUp())
  })
})
