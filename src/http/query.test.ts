import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseVpcId } from '../rules/ids.ts'
import { given, givenAll, numberedPage, pageLinks, pageOf } from './query.ts'

const ID = '5f2c1c3e-0f0b-4f3f-9a51-7c1f2b1d9e01'
const OTHER = 'a91d4b77-8f5d-49a0-8f6f-0d5d0b1f7c22'

test('an empty parameter is one that was not given', () => {
  assert.equal(given(undefined), undefined)
  assert.equal(given(''), undefined)
  assert.equal(given(' '), ' ')
  assert.equal(given('0'), '0')
})

test('of a repeated parameter the empty values do not count', () => {
  assert.equal(givenAll(undefined), undefined)
  assert.equal(givenAll(''), undefined)
  assert.equal(givenAll(['', '']), undefined)
  assert.deepEqual(givenAll('a'), ['a'])
  assert.deepEqual(givenAll(['a', '', 'b', 'a']), ['a', 'b', 'a'])
})

// --- what is asked ---

test('a page without parameters, or with empty ones, is the first one of 2000', () => {
  const first = { limit: 2000, marker: undefined, reverse: false }
  assert.deepEqual(pageOf({}, parseVpcId), first)
  assert.deepEqual(pageOf({ limit: '', marker: '', page_reverse: '' }, parseVpcId), first)
})

test('a limit is a whole number, and what is asked beyond 2000 is 2000', () => {
  for (const [text, limit] of [
    ...([
      ['0', 0],
      ['1', 1],
      ['007', 7],
      ['1999', 1999],
      ['2000', 2000],
    ] as const),
    ...([
      ['2001', 2000],
      ['2147483647', 2000],
      ['9'.repeat(16), 2000],
    ] as const),
  ]) {
    assert.equal(pageOf({ limit: text }, parseVpcId).limit, limit, text)
  }
})

test('a limit that is anything else is refused', () => {
  for (const limit of ['-1', '+1', '-0', '1.0', '1e3', '0x10', ' 1', '1 ', '1\n', 'all', 'NaN', '٣', '1,0']) {
    assert.throws(
      () => pageOf({ limit }, parseVpcId),
      { code: 'invalid_input', message: /'limit' must be a whole number/ },
      limit,
    )
  }
})

test('a marker is an id, in either case, whether or not there is such an item', () => {
  assert.equal(pageOf({ marker: ID }, parseVpcId).marker, ID)
  assert.equal(pageOf({ marker: ID.toUpperCase() }, parseVpcId).marker, ID)
})

test('a marker that is no id is refused', () => {
  for (const marker of ['x', ' ', '0', `${ID} `, ID.slice(1), '0a1b2c3d4e5f60718293a4b5c6d7e8f9']) {
    assert.throws(() => pageOf({ marker }, parseVpcId), { code: 'invalid_input', facts: { field: 'marker' } }, marker)
  }
})

test('page_reverse is True or False in any case', () => {
  for (const text of ['True', 'true', 'TRUE', 'tRuE']) {
    assert.equal(pageOf({ page_reverse: text }, parseVpcId).reverse, true)
  }
  for (const text of ['False', 'false', 'FALSE']) {
    assert.equal(pageOf({ page_reverse: text }, parseVpcId).reverse, false)
  }
  for (const text of ['1', '0', 'yes', 'no', ' true', 'true ', 'truе']) {
    assert.throws(() => pageOf({ page_reverse: text }, parseVpcId), {
      code: 'invalid_input',
      message: /'page_reverse' must be 'True' or 'False'/,
    })
  }
})

// --- the pages of the identity lists ---

const people = [true, false, true, true, false].map((enabled, index) => ({ name: 'abcde'.charAt(index), enabled }))
const numbered = (query: Parameters<typeof numberedPage>[1]) =>
  numberedPage(people, query)
    .map(({ name }) => name)
    .join('')

test('without a size everything is on page 1, and no other page has anything', () => {
  assert.deepEqual([{}, { page: '' }, { page: '1' }, { page: '2' }].map(numbered), ['abcde', 'abcde', 'abcde', ''])
})

test('pages of a size follow each other from 1 on until one is empty', () => {
  const pages = ['1', '2', '3', '4'].map((page) => numbered({ page, per_page: '2' }))
  assert.deepEqual(pages, ['ab', 'cd', 'e', ''])
  assert.equal(numbered({ per_page: '0' }), '')
})

test('who is enabled or disabled is sorted out before the pages are cut', () => {
  assert.equal(numbered({ enabled: 'True' }), 'acd')
  assert.equal(numbered({ enabled: 'false' }), 'be')
  assert.equal(numbered({ enabled: '' }), 'abcde')
  assert.equal(numbered({ enabled: 'true', page: '2', per_page: '2' }), 'd')
})

test('a page, a size or a flag that is none is refused by its name', () => {
  for (const query of [{ page: '0' }, { page: '-1' }, { page: 'x' }, { per_page: '1.5' }, { enabled: 'yes' }]) {
    assert.throws(() => numbered(query), { code: 'invalid_input', facts: { field: Object.keys(query).join() } })
  }
})

// --- the links that are answered ---

const URL_ASKED = `https://vpc.example.test/v2.0/vpc/peerings?limit=1&vpc_id=${ID}`
const items = [{ id: ID }, { id: OTHER }]

test('a page with nothing before and after it has no links, and an empty page has none either', () => {
  assert.equal(pageLinks(URL_ASKED, { items, next: false, previous: false }), undefined)
  assert.equal(pageLinks(URL_ASKED, { items: [], next: true, previous: true }), undefined)
})

test('the next page starts after the last item, and the link repeats what was asked', () => {
  assert.deepEqual(pageLinks(URL_ASKED, { items, next: true, previous: false }), [
    { rel: 'next', href: `${URL_ASKED}&marker=${OTHER}` },
  ])
})

test('the previous page ends before the first item and is read in reverse', () => {
  assert.deepEqual(pageLinks(URL_ASKED, { items, next: false, previous: true }), [
    { rel: 'previous', href: `${URL_ASKED}&marker=${ID}&page_reverse=True` },
  ])
})

test('a page in the middle has both links, next first', () => {
  const links = pageLinks(URL_ASKED, { items, next: true, previous: true })
  assert.deepEqual(
    links?.map(({ rel }) => rel),
    ['next', 'previous'],
  )
})

test('a link replaces the marker and the direction that were asked', () => {
  const asked = `${URL_ASKED}&page_reverse=True&marker=00000000-0000-0000-0000-000000000000`
  assert.deepEqual(pageLinks(asked, { items, next: true, previous: true }), [
    { rel: 'next', href: `${URL_ASKED}&marker=${OTHER}` },
    { rel: 'previous', href: `${URL_ASKED}&marker=${ID}&page_reverse=True` },
  ])
})

test('a link asks for the same filters, also for repeated, unknown and strange ones', () => {
  const filters: [string, string][] = [
    ['name', 'a b&c=d+e/ü'],
    ['id', ID],
    ['id', OTHER],
    ['unknown', ''],
  ]
  const asked = `http://[::1]:9696/v3/p/vpc/vpcs?${new URLSearchParams(filters)}`
  const [next] = pageLinks(asked, { items, next: true, previous: false }) ?? []
  const followed = new URL(next?.href ?? '')
  assert.equal(followed.origin + followed.pathname, 'http://[::1]:9696/v3/p/vpc/vpcs')
  assert.deepEqual([...followed.searchParams], [...filters, ['marker', OTHER]])
})

test('a link keeps every other parameter in the spelling in which it came', () => {
  const [next] =
    pageLinks('http://a/v2.0/vpc/peerings?name=a%20b+c%2f&marker=x&x=%FF&&y&%6darker=z', {
      items,
      next: true,
      previous: false,
    }) ?? []
  assert.equal(next?.href, `http://a/v2.0/vpc/peerings?name=a%20b+c%2f&x=%FF&y&marker=${OTHER}`)
})
