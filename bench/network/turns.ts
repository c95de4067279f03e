/** Two ways to the same end, turn by turn in the same run. */
import { performance } from 'node:perf_hooks'
import { median } from '../table.ts'

export interface Beside {
  /** Median milliseconds. */
  readonly ours: number
  readonly byHand: number
  /** Median of the ratios of each round. */
  readonly ratio: number
}

export interface Turns {
  ours(): Promise<unknown>
  byHand(): Promise<unknown>
  /** After each of them, and not measured. */
  after(round: number): Promise<unknown>
}

/** The first round warms up and is not counted. */
export async function takeTurns(rounds: number, { ours, byHand, after }: Turns): Promise<Beside> {
  const timed = async (act: () => Promise<unknown>, round: number) => {
    const start = performance.now()
    await act()
    const ms = performance.now() - start
    await after(round)
    return ms
  }
  const times: { readonly ours: number; readonly byHand: number }[] = []
  for (let round = 0; round <= rounds; round += 1) {
    times.push({ ours: await timed(ours, round), byHand: await timed(byHand, round) })
  }
  const counted = times.slice(1)
  return {
    ours: median(counted.map((each) => each.ours)),
    byHand: median(counted.map((each) => each.byHand)),
    ratio: median(counted.map((each) => each.ours / each.byHand)),
  }
}

/** `part`: from 0 to 1. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
