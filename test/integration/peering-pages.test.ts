import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { idsIn, PEERINGS, peeringBody } from '../support/peerings.ts'
import { startTestService, type TestService } from '../support/service.ts'

/** One more than a page holds. */
const PEERINGS_MADE = 2001
/** 64 VPCs have 2016 pairs. */
const VPCS = 64

suite('more peerings than a page holds', () => {
  let service: TestService
  let ids: string[]
  before(async () => {
    service = await startTestService({ settings: { publicUrl: 'https://vpc.example.test/base' } })
    const { admin, alice, ask } = service
    const quotas = { vpcPeer: -1 }
    await ask(admin, 'PUT', `/causeway/v1/projects/${alice.projectId}/quotas`, { quotas })
    const vpcs = await Promise.all(Array.from({ length: VPCS }, (_, index) => service.makeVpc(alice, `v${index}`)))
    const pairs = vpcs.flatMap((from, index) => vpcs.slice(index + 1).map((to) => [from, to] as const))
    const answers = []
    for (let at = 0; at < PEERINGS_MADE; at += 200) {
      const some = pairs.slice(at, Math.min(at + 200, PEERINGS_MADE))
      answers.push(...(await Promise.all(some.map(([a, b]) => ask(alice, 'POST', PEERINGS, peeringBody(a, b))))))
    }
    ids = answers.map(({ body }) => body.peering.id).sort()
    assert.equal(new Set(ids).size, PEERINGS_MADE)
  })
  after(() => service[Symbol.asyncDispose]())

  const link = (rel: string, query: string) => ({ rel, href: `https://vpc.example.test/base${PEERINGS}?${query}` })

  test('a page holds 2000 and links to the rest, whether 2000, more or nothing is asked for', async () => {
    const last = ids.at(-2)
    for (const query of ['', 'limit=2000', 'limit=5000']) {
      const answer = await service.ask(service.alice, 'GET', `${PEERINGS}${query && `?${query}`}`)
      assert.deepEqual(idsIn(answer), ids.slice(0, 2000))
      assert.deepEqual(answer.body.peerings_links, [link('next', `${query && `${query}&`}marker=${last}`)])
    }
  })

  test('the page after it has the one that is left, and a link back under the public address', async () => {
    const answer = await service.ask(service.alice, 'GET', `${PEERINGS}?limit=2000&marker=${ids.at(-2)}`)
    assert.deepEqual(idsIn(answer), ids.slice(2000))
    const back = link('previous', `limit=2000&marker=${ids.at(-1)}&page_reverse=True`)
    assert.deepEqual(answer.body.peerings_links, [back])
    const previous = await service.ask(service.alice, 'GET', back.href.slice('https://vpc.example.test/base'.length))
    assert.deepEqual(idsIn(previous), ids.slice(0, 2000))
  })

  test('a loop over pages has no gap and no duplicate, though each marker is deleted meanwhile', async () => {
    const { alice, ask } = service
    const seen: string[] = []
    for (let page = ['']; page.length > 0; seen.push(...page)) {
      page = idsIn(await ask(alice, 'GET', `${PEERINGS}?limit=333&marker=${seen.at(-1) ?? ''}`))
      const marker = page.at(-1)
      if (marker !== undefined) assert.equal((await ask(alice, 'DELETE', `${PEERINGS}/${marker}`)).status, 204)
    }
    assert.deepEqual(seen, ids)
  })
})
