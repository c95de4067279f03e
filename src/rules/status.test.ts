import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstStatus, isLive, isStatus, STATUSES, type Status, TRANSITIONS, VERBS, type Verb } from './status.ts'

/** The whole life of a peering (P3); `-` is a refusal. */
const EXPECTED = `
  from               | accept | reject   | expire  | update             | delete
  PENDING_ACCEPTANCE | ACTIVE | REJECTED | EXPIRED | PENDING_ACCEPTANCE | DELETED
  REJECTED           | -      | -        | -       | REJECTED           | DELETED
  EXPIRED            | -      | -        | -       | EXPIRED            | DELETED
  DELETED            | -      | -        | -       | -                  | -
  ACTIVE             | -      | -        | -       | ACTIVE             | DELETED
`

const [[, ...verbs] = [], ...rows] = EXPECTED.trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))

for (const [from = '', ...cells] of rows) {
  for (const [column, cell] of cells.entries()) {
    const verb = verbs[column] ?? ''
    const outcome = cell === '-' ? 'is refused' : `leads to ${cell}`
    test(`${verb} of a peering that is ${from} ${outcome}`, () => {
      assert.equal(TRANSITIONS[from as Status][verb as Verb] ?? '-', cell)
    })
  }
}

test('the table above has every status and every verb, in their order', () => {
  assert.deepEqual(
    rows.map(([from]) => from),
    [...STATUSES],
  )
  assert.deepEqual(verbs, [...VERBS])
})

test('no status is longer than the 16 characters of the document, but for the one that the clouds made longer', () => {
  assert.deepEqual(
    STATUSES.filter((status) => status.length > 16),
    ['PENDING_ACCEPTANCE'],
  )
})

test('a peering holds its pair of VPCs while it waits or is ACTIVE, and at no other time', () => {
  assert.deepEqual(
    STATUSES.filter((status) => isLive(status)),
    ['PENDING_ACCEPTANCE', 'ACTIVE'],
  )
})

test('nothing leads back to a live status but the update of a live peering and the accept', () => {
  const back = STATUSES.flatMap((from) =>
    VERBS.filter((verb) => {
      const to = TRANSITIONS[from][verb]
      return to !== null && isLive(to)
    }).map((verb) => `${verb} of ${from}`),
  )
  assert.deepEqual(back, ['accept of PENDING_ACCEPTANCE', 'update of PENDING_ACCEPTANCE', 'update of ACTIVE'])
})

test('a peering within one project is born ACTIVE, one between two projects waits for the accepter', () => {
  assert.equal(firstStatus(true), 'ACTIVE')
  assert.equal(firstStatus(false), 'PENDING_ACCEPTANCE')
})

test('a status is one of the five words exactly, and not a member of Object either', () => {
  for (const status of STATUSES) assert.ok(isStatus(status))
  for (const text of ['', 'active', ' ACTIVE', 'ACTIVE ', 'DOWN', 'toString', '__proto__', '0']) {
    assert.ok(!isStatus(text), text)
  }
})
