import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { spellTime, spellTimeMicroseconds, spellTimeZ } from './time.ts'

const AT = Date.UTC(2026, 2, 4, 5, 6, 7)

test('v1 and v2.0 spell a time without Z and without a fraction, v3 with a Z, Keystone with six digits and a Z', () => {
  assert.equal(spellTime(AT), '2026-03-04T05:06:07')
  assert.equal(spellTimeZ(AT), '2026-03-04T05:06:07Z')
  assert.equal(spellTimeMicroseconds(AT), '2026-03-04T05:06:07.000000Z')
})

test('a fraction of a second is cut, never rounded into a second that has not come yet', () => {
  assert.equal(spellTime(AT + 999), '2026-03-04T05:06:07')
  assert.equal(spellTimeZ(AT + 999), '2026-03-04T05:06:07Z')
  assert.equal(spellTimeMicroseconds(AT + 999), '2026-03-04T05:06:07.999000Z')
  assert.equal(spellTimeMicroseconds(AT + 7), '2026-03-04T05:06:07.007000Z')
})

test('times are UTC, whatever the zone of the machine', () => {
  const module = JSON.stringify(new URL('./time.ts', import.meta.url).href)
  const script = `import { spellTime } from ${module}; console.log(new Date(${AT}).getHours(), spellTime(${AT}))`
  const args = ['--input-type=module', '--eval', script]
  const { stdout } = spawnSync(process.execPath, args, { env: { TZ: 'Pacific/Kiritimati' }, encoding: 'utf8' })
  assert.equal(stdout, '19 2026-03-04T05:06:07\n')
})

test('the ends of days, months and years are where they belong', () => {
  assert.equal(spellTime(0), '1970-01-01T00:00:00')
  assert.equal(spellTime(Date.UTC(2024, 1, 29, 23, 59, 59, 999)), '2024-02-29T23:59:59')
  assert.equal(spellTime(Date.UTC(2026, 11, 31, 23, 59, 59)), '2026-12-31T23:59:59')
})

test('every instant of our era has one length, and reads back to its second or its millisecond', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }), (ms) => {
      assert.match(spellTime(ms), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
      assert.equal(Date.parse(spellTimeZ(ms)), ms - (ms % 1000))
      assert.match(spellTimeMicroseconds(ms), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000Z$/)
      assert.equal(Date.parse(spellTimeMicroseconds(ms)), ms)
    }),
  )
})
