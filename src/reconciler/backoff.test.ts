import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoff } from './backoff.ts'

test('the wait doubles with each failure, and ends at half a minute', () => {
  const longest = [1, 2, 3, 7, 8, 9, 100].map((failures) => Math.round(backoff(failures, 1 - Number.EPSILON)))
  assert.deepEqual(longest, [200, 400, 800, 12_800, 25_600, 30_000, 30_000])
})

test('chance takes up to a half away', () => {
  assert.deepEqual([backoff(1, 0), backoff(1, 0.5), backoff(50, 0)], [100, 150, 15_000])
})
