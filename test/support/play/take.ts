/** Commands of the model as calls to the service, with the two compared after each. */
import type { Command } from '../model/commands.ts'
import { TENANTS } from '../model/model.ts'
import { compare } from './compare.ts'
import { playPeering } from './peerings.ts'
import type { Play } from './play.ts'
import { playRoute } from './routes.ts'
import { playVpc } from './vpcs.ts'

/** With everything that is seen compared, unless there was nothing to do the command with. */
export async function take(play: Play, command: Command): Promise<void> {
  const before = play.calls.length
  await call(play, command)
  if (command.kind !== 'expire' && play.calls.length === before) return
  for (const tenant of TENANTS) await compare(play, tenant)
}

/** With nothing but the answer compared. */
export async function call(play: Play, command: Command): Promise<void> {
  switch (command.kind) {
    case 'createPeering':
    case 'accept':
    case 'reject':
    case 'deletePeering':
      return playPeering(play, command)
    case 'createRoute':
    case 'deleteRoute':
    case 'createTable':
    case 'changeTable':
    case 'moveSubnets':
    case 'deleteTable':
      return playRoute(play, command)
    case 'expire':
      return play.expire()
    default:
      return playVpc(play, command)
  }
}
