/** Query parameters as clients send them: an empty one is one that was not given. */
import type { PageRequest } from '../operations/page.ts'
import { invalidInput } from '../rules/refusal.ts'

/** Items in a page: what is asked beyond it is cut to it, and a `next` link leads on. From the published API. */
const MAX_LIMIT = 2000

/** The value, or undefined where the parameter is absent or empty. */
export function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}

/** The values of a parameter that may be repeated, or undefined where none was given. */
export function givenAll(value: string | string[] | undefined): readonly string[] | undefined {
  const values = (Array.isArray(value) ? value : [value]).filter((each) => each !== undefined && each !== '')
  return values.length === 0 ? undefined : (values as string[])
}

export const IMPOSSIBLE = Symbol('a value that nothing has')

/** The value of a filter. One that nothing can have is no error: data sources pass on what their user wrote. */
export function parsed<T>(
  text: string | undefined,
  parse: (text: string) => T | undefined,
): T | undefined | typeof IMPOSSIBLE {
  return text === undefined ? undefined : (parse(text) ?? IMPOSSIBLE)
}

export interface PageQuery {
  readonly limit?: string | undefined
  readonly marker?: string | undefined
  readonly page_reverse?: string | undefined
}

/** `parseId` must give undefined for what is no id: an id that does not exist is a fine marker, a word is not. */
export function pageOf<Id>(query: PageQuery, parseId: (text: string) => Id | undefined): PageRequest<Id> {
  const marker = given(query.marker)
  const id = marker === undefined ? undefined : parseId(marker)
  if (marker !== undefined && id === undefined) throw invalidInput('marker', 'must be the id of an item')
  return { limit: limitOf('limit', query.limit), marker: id, reverse: flagOf('page_reverse', query.page_reverse) }
}

/** Likewise, of lists that know no `page_reverse`: it is ignored there, as every unknown parameter is. */
export function forwardPageOf<Id>(
  { limit, marker }: PageQuery,
  parseId: (text: string) => Id | undefined,
): PageRequest<Id> {
  return pageOf({ limit, marker }, parseId)
}

/**
 * The identity lists' way of paging, and of asking for the enabled or the disabled only: `page` counts from 1, and
 * without `per_page` everything is on page 1, so that a loop that asks until a page is empty comes to an end.
 */
export function numberedPage<Item extends { readonly enabled: boolean }>(
  items: readonly Item[],
  query: { readonly enabled?: string; readonly page?: string; readonly per_page?: string },
): Item[] {
  const enabled = given(query.enabled) === undefined ? undefined : flagOf('enabled', query.enabled)
  const size = given(query.per_page) === undefined ? items.length : limitOf('per_page', query.per_page)
  const page = given(query.page) === undefined ? 1 : wholeOf('page', query.page)
  if (page < 1) throw invalidInput('page', 'must be 1 or more')
  return items.filter((item) => enabled === undefined || item.enabled === enabled).slice((page - 1) * size, page * size)
}

function limitOf(field: string, text: string | undefined): number {
  return given(text) === undefined ? MAX_LIMIT : Math.min(wholeOf(field, text), MAX_LIMIT)
}

function wholeOf(field: string, text: string | undefined): number {
  if (text === undefined || !/^[0-9]+$/.test(text)) {
    throw invalidInput(field, 'must be a whole number, zero or more')
  }
  return Number(text)
}

/** A flag that is absent or empty is false. */
export function flagOf(field: string, text: string | undefined): boolean {
  const flag = given(text)?.toLowerCase()
  if (flag === undefined || flag === 'false') return false
  if (flag !== 'true') throw invalidInput(field, "must be 'True' or 'False'")
  return true
}

/** The links of a page, or undefined where nothing lies beyond it. `url` is the absolute address that was asked. */
export function pageLinks(
  url: string,
  page: { readonly items: readonly { readonly id: string }[]; readonly next: boolean; readonly previous: boolean },
): { rel: 'next' | 'previous'; href: string }[] | undefined {
  const first = page.items.at(0)
  const last = page.items.at(-1)
  if (first === undefined || last === undefined || !(page.next || page.previous)) return undefined
  return [
    ...(page.next ? [{ rel: 'next' as const, href: turned(url, last.id, false) }] : []),
    ...(page.previous ? [{ rel: 'previous' as const, href: turned(url, first.id, true) }] : []),
  ]
}

/** Every other parameter stays as the client spelled it, so that a value survives whatever encoding it came in. */
function turned(url: string, marker: string, reverse: boolean): string {
  const mark = url.indexOf('?')
  const address = mark === -1 ? url : url.slice(0, mark)
  const kept = url
    .slice(address.length + 1)
    .split('&')
    .filter((part) => part !== '' && !isOfPage(part))
  return `${address}?${[...kept, `marker=${marker}`, ...(reverse ? ['page_reverse=True'] : [])].join('&')}`
}

function isOfPage(part: string): boolean {
  const query = new URLSearchParams(part)
  return query.has('marker') || query.has('page_reverse')
}
