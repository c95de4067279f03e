/** Milliseconds after the first failure; twice as long after each further one. */
const FIRST_MS = 200
/** The longest, so that what heals is found healed within half a minute. */
const LONGEST_MS = 30_000

/**
 * How long to wait before the next try after so many failures in a row, in milliseconds: between half of the time and
 * all of it, so that what failed together is not tried together for ever. `random`: from 0 to below 1.
 */
export function backoff(failures: number, random: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1))
  return (longest * (1 + random)) / 2
}
