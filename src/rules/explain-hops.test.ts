import assert from 'node:assert/strict'
import { test } from 'node:test'
import { A, B, changed, GOOD, hidden, question } from '../../test/support/paths.ts'
import { explain } from './explain.ts'
import type { Question, World } from './explain-facts.ts'

const P = `p-${A}-sa`
const ask = (to: string, more: Parameters<typeof question>[3] = {}) => question('a', A, to, more)
const named = (more: Parameters<typeof question>[3] = {}) => ask(B, { vpc: 'b', ...more })

test('the hops end where the packet does', () => {
  const way = (asked: Question, there: World) => {
    const { there: out, back } = explain(asked, there)
    const spell = (hops: typeof out) => hops.map(({ at, id, ok }) => `${at} ${id}${ok ? '' : ' !'}`).join(', ')
    return [spell(out), spell(back)]
  }
  const home = 'router a, subnet sa'
  assert.deepEqual(way(ask(A), GOOD), [`port ${P}`, `port ${P}`])
  assert.deepEqual(way(ask('10.1.0.1'), GOOD), [`port ${P}, subnet sa, gateway sa`, `gateway sa, subnet sa, port ${P}`])
  assert.deepEqual(way(ask('10.1.1.8'), GOOD), [`port ${P}, subnet sa, router a, subnet sa2, port undefined !`, ''])
  assert.deepEqual(way(ask('10.4.0.1'), GOOD), [`port ${P}, subnet sa, router a, routetable t-a !`, ''])
  const out = `port ${P}, subnet sa, router a, routetable t-a, route r-a-10.2.0.0/16-a~b, peering a~b`
  const there = `${out}, router b, subnet sb, port p-${B}-sb`
  const back = `port p-${B}-sb, subnet sb, router b, routetable t-b`
  assert.deepEqual(way(ask(B), GOOD), [there, `${back}, route r-b-10.1.0.0/16-a~b, peering a~b, ${home}, port ${P}`])
  assert.deepEqual(way(ask(B), changed({ b: { routes: [] } })), [there, `${back} !`])
  assert.deepEqual(way(ask('10.2.9.9'), GOOD), [`${out}, router b, subnet undefined !`, ''])
  assert.deepEqual(way(ask(B), hidden(GOOD)), [`${out}, vpc b`, `vpc b, peering a~b, ${home}, port ${P}`])
  assert.deepEqual(way(ask(B), hidden(changed({ b: { routes: [] } }))), [`${out}, vpc b`, 'vpc b !'])
  assert.deepEqual(way(ask('10.2.9.9'), hidden(GOOD)), [`${out}, vpc b !`, ''])
  assert.deepEqual(way(ask(B, { size: 1501 }), GOOD), [`port ${P} !`, ''])
  assert.deepEqual(way(named(), changed({}, { peerings: [] })), [`${out} !`, ''])
})
