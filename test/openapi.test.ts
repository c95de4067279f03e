import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { describeApi, OPENAPI } from '../scripts/openapi.ts'

test('openapi.json is what the routes say; `npm run openapi` writes it anew', async () => {
  assert.ok(readFileSync(OPENAPI, 'utf8') === (await describeApi()), 'openapi.json is stale: npm run openapi')
})
