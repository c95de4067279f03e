/** Length in Unicode code points, which is what people and the published limits count. */
export function characters(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** No control characters (they break logs and terminals) and no half surrogates (they are no UTF-8). */
export function isPrintable(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text)
}
