import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VpcId } from '../rules/ids.ts'
import { FullPass } from './full-pass.ts'

const vpcs = Array.from({ length: 1_200 }, (_, index) => `v${String(index).padStart(4, '0')}` as VpcId)

function pass(empty: ReadonlySet<VpcId>, present: readonly VpcId[]) {
  const marked: VpcId[] = []
  const full = new FullPass({
    present: async () => present,
    page: async (after, limit) =>
      vpcs
        .filter((id) => after === undefined || id > after)
        .slice(0, limit)
        .map((vpcId) => ({ vpcId, generation: 1 })),
    wasEmpty: (id) => empty.has(id),
    mark: (id) => marked.push(id),
  })
  return { full, marked }
}

async function run(full: FullPass): Promise<number> {
  let pages = 0
  for (; !full.isOver; pages += 1) await full.next()
  return pages
}

test('every VPC is marked once, page by page', async () => {
  const { full, marked } = pass(new Set(), vpcs.slice(0, 3))
  assert.equal(await run(full), 3)
  assert.deepEqual(marked, vpcs)
})

test('P7: what is there without a VPC is marked at the end', async () => {
  const { full, marked } = pass(new Set(), ['leftover' as VpcId, vpcs[0] as VpcId])
  await run(full)
  assert.deepEqual(marked, [...vpcs, 'leftover'])
})

test('a VPC that was to have no router, and has none, is left out; one that has one all the same is not', async () => {
  const { full, marked } = pass(new Set(vpcs), [vpcs[7] as VpcId])
  await run(full)
  assert.deepEqual(marked, [vpcs[7]])
})
