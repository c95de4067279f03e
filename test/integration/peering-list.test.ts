import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { assertRefused, idsIn, NOBODYS_ID, PEERINGS, requestPeering } from '../support/peerings.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 3_600_000
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

// biome-ignore lint/suspicious/noExplicitAny: a peering as it was answered.
type Wire = any

suite('listing peerings', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let eve: Person
  /** One peering of every status, each seen by some and not by others; by the letters of the table below. */
  const made: Record<string, Wire> = {}
  const vpcs: Record<string, string> = {}
  before(async () => {
    service = await startTestService({ settings: { pendingTtlMs: TTL_MS } })
    ;({ alice, bob } = service)
    eve = await service.eve()
    for (const [who, names] of [[alice, ['a1', 'a2', 'a3']] as const, [bob, ['b1', 'b2']] as const]) {
      for (const name of names) vpcs[name] = await service.makeVpc(who, name)
    }
    vpcs.e1 = await service.makeVpc(eve, 'e1')
    const table = [
      ['E', 'peer ü', alice, 'a3', bob, 'b1', undefined],
      ['P', 'peer ü', alice, 'a1', bob, 'b1', undefined],
      ['A', 'two', bob, 'b1', alice, 'a2', 'accept'],
      ['O', 'two', alice, 'a1', alice, 'a2', undefined],
      ['R', 'a/b', alice, 'a2', eve, 'e1', 'reject'],
      ['S', 'two', bob, 'b2', eve, 'e1', undefined],
      ['D', 'a/b', alice, 'a3', bob, 'b2', 'delete'],
    ] as const
    for (const [letter, name, requester, from, accepter, to, verb] of table) {
      const peering = await requestPeering(service, requester, vpcs[from] ?? '', accepter, vpcs[to] ?? '', name)
      const path = `${PEERINGS}/${peering.id}`
      if (verb === 'delete') await service.ask(alice, 'DELETE', path)
      else if (verb !== undefined) await service.ask(accepter, 'PUT', `${path}/${verb}`)
      made[letter] = peering
      service.clock.advance(letter === 'E' ? TTL_MS : 1)
    }
    const statuses = {
      E: 'EXPIRED',
      P: 'PENDING_ACCEPTANCE',
      A: 'ACTIVE',
      O: 'ACTIVE',
      R: 'REJECTED',
      S: 'PENDING_ACCEPTANCE',
    }
    for (const [letter, status] of Object.entries({ ...statuses, D: 'DELETED' })) made[letter].status = status
  })
  after(() => service[Symbol.asyncDispose]())

  const list = (who: Person, query: string) => service.ask(who, 'GET', `${PEERINGS}?${query}`)
  /** The letters of what is listed, in its order. */
  const letters = async (who: Person, query: string): Promise<string> =>
    idsIn(await list(who, query))
      .map((id) => Object.keys(made).find((letter) => made[letter].id === id))
      .join('')
  const id = (letter: string): string => made[letter].id

  test('without a filter: every living peering one takes part in, oldest first, and an admin sees all', async () => {
    assert.equal(await letters(alice, ''), 'EPAOR')
    assert.equal(await letters(bob, ''), 'EPAS')
    assert.equal(await letters(eve, ''), 'RS')
    assert.equal(await letters(service.admin, ''), 'EPAORS')
  })

  test('each filter alone, on either side', async () => {
    const table = [
      [`id=${id('P')}`, 'P', 'P', ''],
      [`id=${id('P').toUpperCase()}`, 'P', 'P', ''],
      [`id=${id('S')}`, '', 'S', 'S'],
      [`id=${id('D')}`, '', '', ''],
      [`id=${NOBODYS_ID}`, '', '', ''],
      ['id=two', '', '', ''],
      ['name=two', 'AO', 'AS', 'S'],
      ['name=Two', '', '', ''],
      ['name=tw', '', '', ''],
      ['name=%25', '', '', ''],
      ['status=ACTIVE', 'AO', 'A', ''],
      ['status=PENDING_ACCEPTANCE', 'P', 'PS', 'S'],
      ['status=EXPIRED', 'E', 'E', ''],
      ['status=REJECTED', 'R', '', 'R'],
      ['status=DELETED', 'D', 'D', ''],
      ['status=active', '', '', ''],
      ['status=CREATING', '', '', ''],
      [`tenant_id=${alice.projectId}`, 'EPAOR', 'EPA', 'R'],
      [`tenant_id=${bob.projectId}`, 'EPA', 'EPAS', 'S'],
      [`tenant_id=${eve.projectId}`, 'R', 'S', 'RS'],
      [`tenant_id=${'0'.repeat(32)}`, '', '', ''],
      ['tenant_id=region-1', '', '', ''],
      [`vpc_id=${vpcs.a1}`, 'PO', 'P', ''],
      [`vpc_id=${vpcs.a2}`, 'AOR', 'A', 'R'],
      [`vpc_id=${vpcs.b1}`, 'EPA', 'EPA', ''],
      [`vpc_id=${vpcs.e1}`, 'R', 'S', 'RS'],
      [`vpc_id=${NOBODYS_ID}`, '', '', ''],
      ['vpc_id=a1', '', '', ''],
    ] as const
    for (const [query, ...expected] of table) {
      const seen = [await letters(alice, query), await letters(bob, query), await letters(eve, query)]
      assert.deepEqual(seen, expected, query)
    }
  })

  test('filters combined must all hold: every combination for three callers, by the definition', async () => {
    const values = {
      id: ['', id('A')],
      name: ['', 'peer ü', 'two', 'a/b'],
      status: ['', 'ACTIVE', 'PENDING_ACCEPTANCE', 'EXPIRED', 'DELETED'],
      tenant_id: ['', alice.projectId, bob.projectId],
      vpc_id: ['', vpcs.a1 ?? '', vpcs.b1 ?? '', vpcs.a3 ?? ''],
    }
    for (const filter of combinations(values)) {
      const query = new URLSearchParams(filter).toString()
      for (const who of [alice, bob, service.admin]) {
        const expected = Object.keys(made).filter((letter) => matches(made[letter], filter, who))
        assert.equal(await letters(who, query), expected.join(''), `${who.name}: ${query}`)
      }
    }
  })

  test('an empty value is one that was not given, and unknown parameters are ignored', async () => {
    const empty = 'id=&name=&status=&tenant_id=&vpc_id=&limit=&marker=&page_reverse='
    assert.equal(await letters(alice, empty), 'EPAOR')
    assert.equal(await letters(alice, 'marker=&limit=10'), 'EPAOR')
    assert.equal(await letters(alice, `project_id=${bob.projectId}&sort_key=x&__proto__=1&constructor=2&flag`), 'EPAOR')
    assert.deepEqual((await list(alice, 'marker=&limit=10')).body.peerings_links, undefined)
  })

  test('a filter given twice is refused', async () => {
    for (const name of ['id', 'name', 'status', 'tenant_id', 'vpc_id', 'limit', 'marker', 'page_reverse']) {
      assertRefused(await list(alice, `${name}=1&${name}=2`), 400, 'InvalidInput')
    }
  })

  test('a slash may be raw or %2F, a blank %20 or a plus sign, and the path may end in a slash', async () => {
    assert.equal(await letters(alice, 'name=a/b'), 'R')
    assert.equal(await letters(alice, 'name=a%2Fb'), 'R')
    assert.equal(await letters(alice, 'name=a%2fb'), 'R')
    assert.equal(await letters(alice, 'name=peer%20%C3%BC'), 'EP')
    assert.equal(await letters(alice, 'name=peer+%c3%bc'), 'EP')
    const slashed = await service.ask(alice, 'GET', `${PEERINGS}/?name=two`)
    assert.deepEqual(idsIn(slashed), [id('A'), id('O')])
  })

  test('limit: 0 is an empty list without links, and what is beyond 2000 is fine', async () => {
    assert.deepEqual((await list(alice, 'limit=0')).body, { peerings: [] })
    assert.deepEqual((await list(alice, `limit=0&marker=${id('P')}`)).body, { peerings: [] })
    assert.equal(await letters(alice, 'limit=1'), 'E')
    assert.equal(await letters(alice, 'limit=4'), 'EPAO')
    for (const limit of ['5', '2000', '5000', '2147483647', '007']) {
      const { body } = await list(alice, `limit=${limit}`)
      assert.deepEqual([body.peerings.length, body.peerings_links], [5, undefined], limit)
    }
  })

  test('a limit that is no whole number, a marker that is no id and an odd page_reverse are 400', async () => {
    for (const limit of ['-1', 'ten', '1.5', '1e3', '0x10', '%201', '1%00', 'NaN']) {
      assertRefused(await list(alice, `limit=${limit}`), 400, 'InvalidInput')
    }
    for (const marker of ['two', '7', `${id('P')}0`, `${id('P')}%20`]) {
      assertRefused(await list(alice, `marker=${marker}`), 400, 'InvalidInput')
      assertRefused(await list(alice, `status=CREATING&marker=${marker}`), 400, 'InvalidInput')
    }
    assertRefused(await list(alice, 'page_reverse=yes'), 400, 'InvalidInput')
  })

  test('the page starts after the marker, whether or not there is such a peering or one may see it', async () => {
    const table = [
      [id('E'), 'PAOR'],
      [id('E').toUpperCase(), 'PAOR'],
      [id('A'), 'OR'],
      [id('R'), ''],
      [id('S'), ''],
      [id('D'), ''],
      [NOBODYS_ID, 'EPAOR'],
      [LAST_ID, ''],
    ] as const
    for (const [marker, expected] of table) {
      assert.equal(await letters(alice, `marker=${marker}`), expected, marker)
      assert.equal(await letters(alice, `marker=${marker}&page_reverse=False`), expected, marker)
    }
    assert.deepEqual((await list(alice, `marker=${id('R')}&limit=10`)).body, { peerings: [] })
    assert.equal(await letters(alice, `name=two&marker=${id('P')}`), 'AO')
    assert.equal(await letters(bob, `marker=${id('R')}`), 'S')
  })

  test('page_reverse gives the items before the marker, the last ones without one, and still ascends', async () => {
    const table = [
      ['page_reverse=True&limit=2', 'OR'],
      [`page_reverse=true&limit=2&marker=${id('O')}`, 'PA'],
      [`page_reverse=TRUE&limit=9&marker=${id('O')}`, 'EPA'],
      [`page_reverse=True&marker=${id('E')}`, ''],
      [`page_reverse=True&marker=${NOBODYS_ID}`, ''],
      [`page_reverse=True&marker=${LAST_ID}`, 'EPAOR'],
      [`page_reverse=True&limit=1&name=two&marker=${id('R')}`, 'O'],
      [`page_reverse=True&limit=1&status=EXPIRED`, 'E'],
      [`page_reverse=True&limit=1&vpc_id=${vpcs.a2}`, 'R'],
    ] as const
    for (const [query, expected] of table) assert.equal(await letters(alice, query), expected, query)
  })

  test('links lead on and back, absolute, and repeat every other parameter as it was spelled', async () => {
    const at = (query: string) => `${service.url}${PEERINGS}?${query}`
    const next = (query: string) => ({ rel: 'next', href: at(query) })
    const previous = (query: string) => ({ rel: 'previous', href: at(`${query}&page_reverse=True`) })
    const table = [
      ['limit=1', [next(`limit=1&marker=${id('E')}`)]],
      [`limit=2&marker=${id('E')}`, [next(`limit=2&marker=${id('A')}`), previous(`limit=2&marker=${id('P')}`)]],
      [`marker=${id('A')}&limit=2`, [previous(`limit=2&marker=${id('O')}`)]],
      [`marker=${NOBODYS_ID}&limit=4`, [next(`limit=4&marker=${id('O')}`)]],
      ['limit=5', undefined],
      ['limit=0', undefined],
      [`limit=1&marker=${LAST_ID}`, undefined],
      ['page_reverse=True&limit=2', [previous(`limit=2&marker=${id('O')}`)]],
      [
        `limit=1&page_reverse=True&marker=${id('A')}`,
        [next(`limit=1&marker=${id('P')}`), previous(`limit=1&marker=${id('P')}`)],
      ],
      [`page_reverse=True&limit=9&marker=${id('A')}`, [next(`limit=9&marker=${id('P')}`)]],
      ['limit=1&name=peer%20%C3%BC', [next(`limit=1&name=peer%20%C3%BC&marker=${id('E')}`)]],
      ['name=peer+%c3%bc&limit=1', [next(`name=peer+%c3%bc&limit=1&marker=${id('E')}`)]],
      [
        `limit=1&x=a/b?%26c%3Dd~*&vpc_id=${vpcs.a2}&y=&z`,
        [next(`limit=1&x=a/b?%26c%3Dd~*&vpc_id=${vpcs.a2}&y=&z&marker=${id('A')}`)],
      ],
      ['limit=1&marker=&page_reverse=', [next(`limit=1&marker=${id('E')}`)]],
    ] as const
    for (const [query, links] of table) {
      assert.deepEqual((await list(alice, query)).body.peerings_links, links, query)
    }
  })

  test('following the links, and asking after the last id until a page is empty, both see all, once each', async () => {
    for (const query of ['', 'name=two&', `vpc_id=${vpcs.a2}&`, `tenant_id=${bob.projectId}&`, 'status=ACTIVE&']) {
      const all = await letters(alice, query)
      for (const limit of [1, 2, 3, 5]) {
        let address: string | undefined = `${service.url}${PEERINGS}?${query}limit=${limit}`
        let byLinks: string[] = []
        let last = address
        while (address !== undefined) {
          last = address
          const answer = await service.ask(alice, 'GET', address.slice(service.url.length))
          byLinks = [...byLinks, ...idsIn(answer)]
          address = linkOf(answer.body, 'next')
        }
        assert.deepEqual(byLinks.map(letterOf).join(''), all)
        let backwards: string[] = []
        for (address = last; address !== undefined; ) {
          const answer = await service.ask(alice, 'GET', address.slice(service.url.length))
          backwards = [...idsIn(answer), ...backwards]
          address = linkOf(answer.body, 'previous')
        }
        assert.deepEqual(backwards.map(letterOf).join(''), all)
        const byMarker: string[] = []
        for (let page = ['']; page.length > 0; byMarker.push(...page)) {
          page = idsIn(await list(alice, `${query}limit=${limit}&marker=${byMarker.at(-1) ?? ''}`))
        }
        assert.deepEqual(byMarker.map(letterOf).join(''), all)
      }
    }
  })

  const letterOf = (wanted: string) => Object.keys(made).find((letter) => id(letter) === wanted)

  /** The definition: visible, and each filter that is not empty holds; DELETED only where it is asked for. */
  function matches(peering: Wire, filter: Readonly<Record<string, string>>, who: Person): boolean {
    const { request_vpc_info: from, accept_vpc_info: to } = peering
    const sides = [from.tenant_id, to.tenant_id]
    return (
      (who === service.admin || sides.includes(who.projectId)) &&
      (filter.status ? peering.status === filter.status : peering.status !== 'DELETED') &&
      (!filter.id || peering.id === filter.id) &&
      (!filter.name || peering.name === filter.name) &&
      (!filter.tenant_id || sides.includes(filter.tenant_id)) &&
      (!filter.vpc_id || [from.vpc_id, to.vpc_id].includes(filter.vpc_id))
    )
  }
})

function linkOf(body: Wire, rel: string): string | undefined {
  return body.peerings_links?.find((link: { rel: string }) => link.rel === rel)?.href
}

function combinations(values: Readonly<Record<string, readonly string[]>>): Record<string, string>[] {
  return Object.entries(values).reduce<Record<string, string>[]>(
    (all, [name, choices]) => all.flatMap((one) => choices.map((value) => ({ ...one, [name]: value }))),
    [{}],
  )
}
