import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseTag, parseTags, type Tag, withoutTags, withTags } from './tag.ts'

const tag = (key: string, value = ''): Tag => ({ key, value })
const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, index) => tag(`k${from + index}`))

// --- as the v1 create takes them ---

test('a tag is a key, and behind the first star its value', () => {
  assert.deepEqual(parseTag('team*blue'), { key: 'team', value: 'blue' })
  assert.deepEqual(parseTag('team*'), { key: 'team', value: '' })
  assert.deepEqual(parseTag('team'), { key: 'team', value: '' })
  assert.deepEqual(parseTag('rate*5*3'), { key: 'rate', value: '5*3' })
  assert.deepEqual(parseTag('団体*青'), { key: '団体', value: '青' })
})

test('the key of a tag has 1 to 128 characters and the value at most 255', () => {
  assert.equal(parseTag(`${'🛰'.repeat(128)}*${'🛰'.repeat(255)}`).key, '🛰'.repeat(128))
  for (const text of ['', '*', '*blue', `${'k'.repeat(129)}*v`, `k*${'v'.repeat(256)}`, 'k\n*v', 'k*v\0', 'k*\ud83d']) {
    assert.throws(() => parseTag(text), { code: 'invalid_input', facts: { field: 'tags' } }, JSON.stringify(text))
  }
})

test('a create takes twenty tags at the most, and each key once', () => {
  const twenty = Array.from({ length: 20 }, (_, index) => `k${index}*v`)
  assert.equal(parseTags(twenty).length, 20)
  assert.deepEqual(parseTags([]), [])
  assert.throws(() => parseTags([...twenty, 'k*v']), { code: 'invalid_input', message: /'tags' must be at most 20\.$/ })
  assert.throws(() => parseTags(['a*1', 'b*1', 'a*2']), { code: 'invalid_input', message: /the key 'a' only once\.$/ })
})

test('a tag that is taken is told back as it came', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }).filter((key) => !key.includes('*')),
      fc.string(),
      (key, value) => {
        assert.deepEqual(parseTag(`${key}*${value}`), { key, value })
      },
    ),
  )
})

// --- as the tag calls take them ---

test('a key that is new comes last, one that is there keeps its place and takes the new value', () => {
  const before = Object.freeze([tag('a', '1'), tag('b', '2')])
  assert.deepEqual(withTags(before, [tag('c', '3'), tag('a', '4')]), [tag('a', '4'), tag('b', '2'), tag('c', '3')])
  assert.deepEqual(withTags(before, []), before)
  assert.deepEqual(withTags([], [tag('A'), tag('a')]), [tag('A'), tag('a')])
})

test('a resource has twenty tags at the most, the old ones counted', () => {
  assert.equal(withTags(numbered(19), numbered(1, 19)).length, 20)
  assert.equal(withTags(numbered(20), [tag('k0', 'new')]).length, 20)
  for (const added of [numbered(1, 20), numbered(21)]) {
    assert.throws(() => withTags(numbered(20), added), { code: 'tag_invalid', message: /at most 20 tags/ })
  }
})

test('a key of 1 to 128 and a value of up to 255 characters is taken, without control characters', () => {
  const longest = tag('🛰'.repeat(128), '🛰'.repeat(255))
  assert.deepEqual(withTags([], [longest]), [longest])
  const bad = [tag(''), tag('k'.repeat(129)), tag('k', 'v'.repeat(256)), tag('k\n'), tag('k', '\0'), tag('k', '\ud83d')]
  for (const each of bad) {
    assert.throws(() => withTags([], [tag('good'), each]), { code: 'tag_invalid' }, JSON.stringify(each))
  }
})

test('a key that is given twice at once is refused and named', () => {
  assert.throws(() => withTags([], [tag('a', '1'), tag('b'), tag('a', '1')]), {
    ...{ code: 'tag_invalid', message: /the key 'a' only once/ },
  })
})

test('tags go by their key, whatever the value, and one that is not there is no fault', () => {
  const before = Object.freeze([tag('a', '1'), tag('b', '2'), tag('c', '3')])
  assert.deepEqual(withoutTags(before, ['c', 'a', 'd', 'a']), [tag('b', '2')])
  assert.deepEqual(withoutTags([], ['a']), [])
  assert.throws(() => withoutTags(before, ['a', '']), { code: 'tag_invalid' })
})
