/**
 * Bodies by the thousand: any JSON, and bodies that are almost right. No answer is a 5xx; what openapi.json does not
 * allow is 400; and what is refused has changed nothing.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { type BodyCall, callsWithBody, pathsIn, withValue } from '../support/bodies.ts'
import { type Dump, dump } from '../support/dump.ts'
import { startTestService, type TestService } from '../support/service.ts'

/** For each call and each kind of body. */
const RUNS = 25

suite('fuzzed bodies', () => {
  let service: TestService
  let calls: readonly BodyCall[]
  let stored: Dump | undefined
  before(async () => {
    service = await startTestService()
    calls = await callsWithBody(service)
  })
  after(async () => {
    await service[Symbol.asyncDispose]()
    assert.deepEqual(
      service.log.filter((line) => line.includes('internal error')),
      [],
    )
  })

  const ajv = new Ajv({ strict: false })

  /** What is stored is dumped once after each change, and compared after each refusal. */
  async function assertTaken({ method, path, who, schema }: BodyCall, body: unknown): Promise<void> {
    stored ??= dump(service.folder)
    const text = JSON.stringify(body)
    const { status } = await service.ask(who, method, path, text)
    assert.ok(status < 500, `${status}`)
    if (status >= 400) assert.deepEqual(dump(service.folder), stored)
    else stored = undefined
    // As it was sent: JSON knows neither undefined nor infinity.
    if (!ajv.validate(schema, JSON.parse(text))) assert.equal(status, 400)
  }

  const kinds: Readonly<Record<string, (call: BodyCall) => fc.Arbitrary<unknown>>> = {
    'any JSON': () => fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }),
    'any JSON in the right envelope': ({ body }) =>
      fc.record(Object.fromEntries(Object.keys(body).map((key) => [key, fc.jsonValue({ stringUnit: 'binary' })]))),
    'bodies that are almost right': ({ body }) => almost(body),
  }
  for (const [kind, arbitrary] of Object.entries(kinds)) {
    test(`${kind}: never a 5xx, 400 where the schema says so, and a refusal changes nothing`, async () => {
      for (const call of calls) {
        const property = fc.asyncProperty(arbitrary(call), (body) => assertTaken(call, body))
        await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true })
      }
    })
  }
})

/** The body with one to three of its members changed, dropped or added to. */
function almost(body: unknown): fc.Arbitrary<unknown> {
  const paths = pathsIn(body)
  const change = fc.record({ path: fc.constantFrom(...paths), value: fc.option(odd(), { nil: undefined }) })
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce((changed, { path, value }) => withValue(changed, path, value), body))
}

/** Values at the edges of what the fields take. */
function odd(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.string({ unit: 'binary', maxLength: 70 }),
    fc.constantFrom('x'.repeat(64), 'x'.repeat(65), '𝒳'.repeat(64), '𝒳'.repeat(256)),
    fc.constantFrom('<', '\u0000', '\ud800', '', ' '),
    fc.constantFrom('0'.repeat(32), '00000000-0000-4000-8000-000000000000', 'default', 'unscoped', '0'),
    fc.tuple(fc.ipV4(), fc.integer({ min: -1, max: 33 })).map(([address, prefix]) => `${address}/${prefix}`),
    fc.constantFrom('0.0.0.0/0', '255.255.255.255/32', '23.8.0.0/16', '10.0.0.0/08', '010.0.0.0/8', '::/0'),
    fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)),
    fc.constantFrom(-1, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e300, -0),
    fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant('23.8.0.0/16')), { maxLength: 8 }),
    fc.dictionary(fc.constantFrom('id', 'name', 'domain', 'constructor', 'toString', 'length'), fc.string()),
  )
}
