/** Many peerings at once: the driver beside `ip`, turn by turn. */
import type { Dataplane, IntendedRouter } from '../../src/dataplane/dataplane.ts'
import { openNetns } from '../../src/dataplane/netns/driver.ts'
import { nothingOf } from '../../test/support/intents.ts'
import { linkBatches, runScript, writeScript } from './by-hand.ts'
import { openGround } from './ground.ts'
import { apart, intentsOf, meshOf } from './mesh.ts'
import { type Beside, takeTurns } from './turns.ts'

/** So many peerings between routers that are there. */
export async function measureBulk(folder: string, peerings: number, rounds: number): Promise<Beside> {
  using ground = openGround()
  await using dataplane = await openNetns({ instance: ground.instance })
  const vpcs = meshOf(peerings)
  const joined = intentsOf(vpcs)
  const without = apart(vpcs)
  await apply(dataplane, without)
  const script = writeScript(folder, 'bulk', linkBatches(ground.instance, joined))
  const times = await takeTurns(rounds, {
    ours: () => apply(dataplane, joined),
    byHand: async () => runScript(script),
    async after(round) {
      const changes = round === 0 ? await apply(dataplane, joined) : 0
      if (changes > 0) throw new Error(`by hand not the same was made: it took ${changes} changes more`)
      await apply(dataplane, without)
    },
  })
  await remove(dataplane, joined)
  return times
}

/** How many changes were made; throws where anything failed. */
export async function apply(dataplane: Dataplane, routers: readonly IntendedRouter[]): Promise<number> {
  const reports = await dataplane.apply(routers)
  const [failure] = reports.flatMap(({ failures }) => failures)
  if (failure !== undefined) throw new Error(`${failure.kind} ${failure.id}: ${failure.message}`)
  return reports.reduce((sum, { changes }) => sum + changes, 0)
}

/** With all that is in them, and waits for it: what the kernel would clean up later would be in the next one's way. */
export async function remove(dataplane: Dataplane, routers: readonly IntendedRouter[]): Promise<void> {
  await apply(
    dataplane,
    routers.map((router) => nothingOf(router)),
  )
}
