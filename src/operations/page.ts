/** Pages by marker, as the v1 and v2.0 lists of the clouds have them: ascending by id, the marker itself excluded. */
import type { Awaitable, Page } from '../store/page.ts'

export interface PageRequest<Id> {
  /** Items at the most; 0 gives an empty page. */
  readonly limit: number
  readonly marker: Id | undefined
  /** The page before the marker (or the last one) instead of the page after it (or the first). */
  readonly reverse: boolean
}

/** Whether there is something after and before the page; both false for an empty one, which has no place. */
export interface PageResult<Item> {
  readonly items: readonly Item[]
  readonly next: boolean
  readonly previous: boolean
}

/** Greater than every UUID that is handed out. */
const AFTER_ALL = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

export async function readPage<Item extends { readonly id: Id }, Id extends string>(
  { limit, marker, reverse }: PageRequest<Id>,
  read: (range: Page<Id>) => Awaitable<readonly Item[]>,
): Promise<PageResult<Item>> {
  // One item more than asked tells whether there is more in the direction of reading.
  const range = reverse
    ? { limit: limit + 1, after: undefined, before: marker ?? (AFTER_ALL as Id) }
    : { limit: limit + 1, after: marker, before: undefined }
  const found = limit === 0 ? [] : await read(range)
  const items = reverse ? found.slice(-limit) : found.slice(0, limit)
  const first = items.at(0)
  const last = items.at(-1)
  if (first === undefined || last === undefined) return { items: [], next: false, previous: false }
  const onwards = found.length > limit
  // Without a marker nothing lies behind where the reading began.
  const behind =
    marker !== undefined &&
    (
      await read(
        reverse ? { limit: 1, after: last.id, before: undefined } : { limit: 1, after: undefined, before: first.id },
      )
    ).length > 0
  return reverse ? { items, next: behind, previous: onwards } : { items, next: onwards, previous: behind }
}
