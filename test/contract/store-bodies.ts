/** The write bodies of the store contract, in a module of their own: another thread may find them by name. */
import assert from 'node:assert/strict'
import type { PeeringId, ProjectId, VpcId } from '../../src/rules/ids.ts'
import { Refusal } from '../../src/rules/refusal.ts'
import type { Vpc } from '../../src/rules/vpc.ts'
import type { Body, ReadTransaction, WriteTransaction } from '../../src/store/store.ts'

type Method = Exclude<keyof WriteTransaction, keyof ReadTransaction>
/** One call of a write transaction as plain data: the method, then its arguments. */
export type Change = { [M in Method]: readonly [M, ...Parameters<WriteTransaction[M]>] }[Method]

type Write<Input, Result> = Body<WriteTransaction, Input, Result>

export const applyChanges: Write<readonly Change[], number> = {
  name: 'applyChanges',
  async run(tx, changes) {
    await apply(tx, changes)
    return changes.length
  },
}

export const applyThenRefuse: Write<readonly Change[], void> = {
  name: 'applyThenRefuse',
  async run(tx, changes) {
    await apply(tx, changes)
    throw new Refusal('vpc_has_peerings', 'no, because', { vpcId: 'a VPC', count: 3, certain: true })
  },
}

export const applyThenFail: Write<readonly Change[], void> = {
  name: 'applyThenFail',
  async run(tx, changes) {
    await apply(tx, changes)
    throw failureOf('applyThenFail')
  },
}

/** Adds one to a project's VPC limit, in two steps with turns of the event loop's microtasks between them. */
export const countUp: Write<ProjectId, number> = {
  name: 'countUp',
  async run(tx, project) {
    const next = ((await tx.limit(project, 'vpc')) ?? 0) + 1
    for (let turn = 0; turn < 5; turn += 1) await undefined
    await tx.setLimit(project, 'vpc', next)
    return next
  },
}

/** The peering's name is a number in four digits, so that names compare as numbers do; this makes it one more. */
export const countName: Write<PeeringId, string> = {
  name: 'countName',
  async run(tx, id) {
    const before = await tx.peering(id)
    if (before === undefined) throw new Error('no such peering')
    const name = String(Number(before.name) + 1).padStart(4, '0')
    await tx.updatePeering(before, { ...before, name })
    return name
  },
}

/** Renames a VPC, reads it, and fails; says so if it finds what an earlier run of it has left. */
export const renameThenFail: Write<VpcId, void> = {
  name: 'renameThenFail',
  async run(tx, id) {
    const before = await tx.vpc(id)
    if (before === undefined) throw new Error('no such VPC')
    assert.notEqual(before.name, 'renamed')
    await tx.updateVpc({ ...before, name: 'renamed' })
    assert.equal((await tx.vpc(id))?.name, 'renamed')
    throw failureOf('renameThenFail')
  },
}

/** What a write sees of a VPC. */
export const vpcInWrite: Write<VpcId, Vpc | undefined> = { name: 'vpcInWrite', run: (tx, id) => tx.vpc(id) }

/** A fault whose cause cannot travel between threads. */
export const failOddly: Write<void, void> = {
  name: 'failOddly',
  run() {
    throw new Error('odd', { cause: () => 'a function' })
  },
}

export const WRITES = [
  applyChanges,
  applyThenRefuse,
  applyThenFail,
  countUp,
  countName,
  renameThenFail,
  vpcInWrite,
  failOddly,
] as const

/** Not in WRITES. */
export const unlisted: Write<void, void> = { name: 'unlisted', run() {} }

async function apply(tx: WriteTransaction, changes: readonly Change[]): Promise<void> {
  for (const [method, ...given] of changes) {
    await (tx[method] as (...all: readonly unknown[]) => unknown)(...given)
  }
}

function failureOf(body: string): Error {
  return new Error(`something unexpected in ${body}`)
}
