import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VpcId } from '../rules/ids.ts'
import { Due } from './due.ts'

const [A, B, C, D] = ['a', 'b', 'c', 'd'] as [VpcId, VpcId, VpcId, VpcId]
const ids = (due: Due, at: number, limit = 9, marked = 9) => due.take(at, { limit, marked }).map(({ id }) => id)

test('what a commit has changed comes first, then what failed and is due, then what a pass has marked', () => {
  const due = new Due()
  for (const id of [A, C]) due.mark(id)
  due.fail(B, 0, 0, false)
  due.change(D, 7)
  due.change(C, 8)
  assert.deepEqual(due.take(100, { limit: 9, marked: 9 }), [
    { id: D, changedAt: 7, isMarked: false },
    { id: C, changedAt: 8, isMarked: false },
    { id: B, changedAt: undefined, isMarked: false },
    { id: A, changedAt: undefined, isMarked: true },
  ])
  assert.deepEqual(ids(due, 100), [])
})

test('no more than the limit is taken, and what is left comes next', () => {
  const due = new Due()
  for (const id of [A, B, C]) due.change(id, 0)
  assert.deepEqual([ids(due, 0, 2), ids(due, 0, 2), ids(due, 0, 2)], [[A, B], [C], []])
})

test('a full pass holds up nobody: few of what it has marked are taken at a time, and changes come before them', () => {
  const due = new Due()
  for (const id of [A, B, C]) due.mark(id)
  assert.deepEqual(ids(due, 0, 9, 2), [A, B])
  due.mark(A)
  due.change(D, 0)
  assert.deepEqual([ids(due, 0, 9, 1), ids(due, 0, 9, 1), ids(due, 0, 9, 1)], [[D, C], [A], []])
})

test('of several changes the first one counts, until it is taken', () => {
  const due = new Due()
  due.change(A, 5)
  due.change(A, 9)
  assert.equal(due.changedAt(A), 5)
  due.take(9, { limit: 1, marked: 9 })
  assert.equal(due.changedAt(A), undefined)
  due.change(A, 11)
  assert.equal(due.changedAt(A), 11)
})

test('what failed is due after its wait and not before, later each time, until it succeeds', () => {
  const due = new Due()
  due.fail(A, 0, 0, false)
  assert.deepEqual([ids(due, 99), ids(due, 100)], [[], [A]])
  due.fail(A, 100, 0, false)
  assert.deepEqual([ids(due, 299), ids(due, 300)], [[], [A]])
  due.succeed(A)
  due.fail(A, 1000, 0, false)
  assert.deepEqual([ids(due, 1099), ids(due, 1100)], [[], [A]])
})

test('a full pass leaves alone what failed, and a commit does not', () => {
  const due = new Due()
  due.mark(A)
  due.fail(A, 0, 0, false)
  due.mark(A)
  assert.deepEqual(ids(due, 1), [])
  due.change(A, 1)
  assert.deepEqual(ids(due, 1), [A])
})

test('P9: what may have spoilt a batch is taken alone, and what is beside it in another batch', () => {
  const due = new Due()
  due.fail(A, 0, 0, true)
  due.fail(B, 0, 0, true)
  for (const id of [B, C, A, D]) due.change(id, 0)
  assert.deepEqual([ids(due, 0), ids(due, 0), ids(due, 0)], [[B], [C, D], [A]])
  due.succeed(A)
  for (const id of [A, C]) due.change(id, 0)
  assert.deepEqual(ids(due, 0), [A, C])
})

test('P9: what is to be taken alone is passed over for a second, and not for ever', () => {
  const due = new Due()
  due.fail(A, 0, 0, true)
  for (const at of [100, 600, 1_099]) {
    due.change(C, at)
    assert.deepEqual(ids(due, at), [C])
  }
  due.change(C, 1_100)
  assert.deepEqual([ids(due, 1_100), ids(due, 1_100)], [[A], [C]])
})

test('P9: what fails again and again comes before others only every other time', () => {
  const due = new Due()
  for (const id of [C, D]) due.change(id, 0)
  const fail = (at: number) => due.fail(A, at, 0, true)
  fail(0)
  const one = { limit: 1, marked: 9 }
  const taken = [100_000, 200_000, 300_000, 400_000].map((at) => {
    const [first] = due.take(at, one)
    if (first?.id === A) fail(at)
    return first?.id
  })
  assert.deepEqual(taken, [A, C, A, D])
})

test('what failed before and was taken without a word of what came of it is due again in a minute', () => {
  const due = new Due()
  due.fail(A, 0, 0, false)
  due.take(100, { limit: 1, marked: 9 })
  assert.deepEqual([ids(due, 60_099), ids(due, 60_100)], [[], [A]])
})
