import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AcceptanceRule, decide, MAX_RULES, parseRules, type Requester } from './acceptance.ts'
import type { ProjectId } from './ids.ts'

const ALICE = 'a1'.repeat(16) as ProjectId
const BOB = 'b2'.repeat(16) as ProjectId

const from = (projectId: ProjectId, ...blocks: string[]): Requester => ({ projectId, blocks })

const rule = (changes: Partial<AcceptanceRule>): AcceptanceRule => ({
  ...{ tenantId: undefined, cidr: undefined, action: 'accept' },
  ...changes,
})

test('without a rule that fits the owner is asked', () => {
  assert.equal(decide([], from(ALICE, '10.1.0.0/16')), 'ask')
  assert.equal(decide([rule({ tenantId: BOB })], from(ALICE, '10.1.0.0/16')), 'ask')
})

test('the first rule that fits decides, and not a later one', () => {
  const rules = [rule({ tenantId: ALICE, action: 'reject' }), rule({ action: 'accept' })]
  assert.equal(decide(rules, from(ALICE, '10.1.0.0/16')), 'reject')
  assert.equal(decide(rules, from(BOB, '10.1.0.0/16')), 'accept')
  assert.equal(decide([rule({ tenantId: ALICE, action: 'ask' }), rule({})], from(ALICE, '10.1.0.0/16')), 'ask')
})

test('a block fits when every block of the requester lies in it, the secondary ones too', () => {
  const rules = [rule({ cidr: '10.0.0.0/8' })]
  assert.equal(decide(rules, from(ALICE, '10.1.0.0/16')), 'accept')
  assert.equal(decide(rules, from(ALICE, '192.168.0.0/16')), 'ask')
  assert.equal(decide(rules, from(ALICE, '10.1.0.0/16', '23.8.0.0/16')), 'ask')
  assert.equal(decide([rule({ cidr: '10.1.0.0/17' })], from(ALICE, '10.1.0.0/16')), 'ask')
})

test('a VPC without a block fits no rule about blocks, for it may get any', () => {
  assert.equal(decide([rule({ cidr: '0.0.0.0/0' })], from(ALICE)), 'ask')
  assert.equal(decide([rule({})], from(ALICE)), 'accept')
})

test('a rule must name what it means: a bad project or block is refused with its place', () => {
  assert.throws(
    () => parseRules([{ action: 'ask' }, { tenant_id: 'x', action: 'ask' }]),
    /'acceptance\.rules\.1\.tenant_id' must/,
  )
  assert.throws(
    () => parseRules([{ cidr: '10.0.0.1/8', action: 'ask' }]),
    /'acceptance\.rules\.0\.cidr' has host bits set/,
  )
  assert.throws(
    () => parseRules(Array(MAX_RULES + 1).fill({ action: 'ask' })),
    /'acceptance\.rules' must be at most 50/,
  )
  assert.deepEqual(parseRules([{ tenant_id: ALICE.toUpperCase(), cidr: '10.0.0.0/8', action: 'reject' }]), [
    { tenantId: ALICE, cidr: '10.0.0.0/8', action: 'reject' },
  ])
})
