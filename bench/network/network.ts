/**
 * What is measured of packets, beside `ip` commands written by hand for the very same objects, or a bare veth. It takes
 * root: without it the lines are left out, and that is said.
 */
import type { Row } from '../table.ts'
import { problemHere } from './needs.ts'
import { NETWORK_NAMES, type NetworkPlan } from './plan.ts'

/** `note` is told why lines are left out. */
export async function measureNetwork(
  only: readonly string[],
  folder: string,
  plan: NetworkPlan,
  note: (text: string) => void,
): Promise<readonly Row[]> {
  const names = NETWORK_NAMES.filter((name) => only.includes(name))
  const problem = names.length > 0 ? problemHere() : undefined
  if (problem !== undefined) {
    note(`LEFT OUT: the lines about the network (${names.join(', ')}): ${problem}.`)
    return []
  }
  if (names.length > 0) {
    note(
      `The network: medians of ${plan.rounds} rounds (throughput: of ${plan.seconds} s), first and last packets of ` +
        `${plan.accepts}; beside it is what \`ip\` does by hand, or a bare veth.`,
    )
  }
  const rows: Row[] = []
  for (const name of names) {
    // Loaded only here: it calls the kernel by itself, which not every machine lets it.
    const { MEASURES } = await import('./rows.ts')
    rows.push(...(await MEASURES[name](folder, plan)))
  }
  return rows
}
