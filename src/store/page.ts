/** A value, or the promise of one: an embedded store answers at once, a remote one later; bodies await both. */
export type Awaitable<T> = T | Promise<T>

/** A page: ascending by id. `after` and `before` exclude the id itself; `limit` items at the most. */
export interface Page<Id> {
  readonly limit: number
  readonly after: Id | undefined
  /** With `before` the page is the `limit` items that precede it, still ascending. */
  readonly before: Id | undefined
}
