/** Entry of a process that is killed: applies what it is told, once, and says so. */
import type { IntendedRouter } from '../../src/dataplane/dataplane.ts'
import { openNetns } from '../../src/dataplane/netns/driver.ts'

process.once('message', async ({ instance, routers }: { instance: string; routers: readonly IntendedRouter[] }) => {
  await using dataplane = await openNetns({ instance })
  process.send?.('open')
  await dataplane.apply(routers)
  process.send?.('done')
  process.disconnect()
})
