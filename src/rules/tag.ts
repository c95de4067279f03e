import { invalidInput, Refusal } from './refusal.ts'
import { characters, isPrintable } from './text.ts'

/** A label of the customer's own, on a VPC or a subnet, which has each key once. */
export interface Tag {
  readonly key: string
  readonly value: string
}

/** Tags of one resource; likewise below, the larger ones of the published limits. */
const MAX_TAGS = 20
/** Characters (Unicode code points) of a key, of which there must be one at least. */
const MAX_KEY = 128
/** Characters (Unicode code points) of a value, which may be empty. */
const MAX_VALUE = 255

/** Tags as the v1 create of a VPC takes them, each `key*value`. */
export function parseTags(texts: readonly string[]): readonly Tag[] {
  if (texts.length > MAX_TAGS) throw invalidInput('tags', `must be at most ${MAX_TAGS}`)
  const tags = texts.map(parseTag)
  const twice = repeatedKey(tags)
  if (twice !== undefined) throw invalidInput('tags', `must have the key '${twice}' only once`)
  return tags
}

export function parseTag(text: string): Tag {
  const [key = '', ...rest] = text.split('*')
  const tag = { key, value: rest.join('*') }
  if (!isTag(tag)) {
    throw invalidInput('tags', 'must be key*value, the key of 1 to 128 and the value of up to 255 characters')
  }
  return tag
}

/** The tags with others put on: a key that is there keeps its place and takes the new value. */
export function withTags(tags: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  // First, for what follows compares each with each.
  if (added.length > MAX_TAGS) throw tooManyTags()
  if (!added.every(isTag)) {
    throw tagInvalid(`A tag has a key of 1 to ${MAX_KEY} and a value of up to ${MAX_VALUE} printable characters.`)
  }
  const twice = repeatedKey(added)
  if (twice !== undefined) throw tagInvalid(`The tags must have the key '${twice}' only once.`)
  const kept = tags.map((tag) => added.find(({ key }) => key === tag.key) ?? tag)
  const all = [...kept, ...added.filter(({ key }) => tags.every((tag) => tag.key !== key))]
  if (all.length > MAX_TAGS) throw tooManyTags()
  return all
}

/** The tags without those of some keys, whatever their values; one that is not there is no fault. */
export function withoutTags(tags: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  if (keys.includes('')) throw tagInvalid('A tag to delete must have a key.')
  const gone = new Set(keys)
  return tags.filter(({ key }) => !gone.has(key))
}

export function tagInvalid(text: string): Refusal {
  return new Refusal('tag_invalid', text)
}

function tooManyTags(): Refusal {
  return tagInvalid(`A resource can have at most ${MAX_TAGS} tags.`)
}

function isTag({ key, value }: Tag): boolean {
  return (
    characters(key) >= 1 &&
    characters(key) <= MAX_KEY &&
    characters(value) <= MAX_VALUE &&
    isPrintable(key) &&
    isPrintable(value)
  )
}

function repeatedKey(tags: readonly Tag[]): string | undefined {
  return tags.find(({ key }, index) => tags.findIndex((tag) => tag.key === key) < index)?.key
}
