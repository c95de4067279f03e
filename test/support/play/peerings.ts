/** Commands on peerings, as calls. */
import type { PeeringCommand } from '../model/commands.ts'
import { pick } from '../model/model.ts'
import { answer, createPeering, deletePeering } from '../model/peerings.ts'
import { PEERINGS } from '../peerings.ts'
import { choose } from './choices.ts'
import type { Play } from './play.ts'

export async function playPeering(play: Play, command: PeeringCommand): Promise<void> {
  if (command.kind === 'createPeering') {
    const from = pick(play.model.vpcs, command.at)
    const to = choose(play.model.vpcs, command.other, (_, key) => key !== from)
    if (from !== undefined && to !== undefined) await makePeering(play, from, to)
    return
  }
  const { kind, who, at } = command
  const isAnswered = kind === 'accept' || kind === 'reject'
  const key = choose(
    play.model.peerings,
    at,
    ({ status, to }) => !isAnswered || (status === 'PENDING_ACCEPTANCE' && play.ownerOf(to) === who),
  )
  if (key === undefined) return
  const path = `${PEERINGS}/${play.id(key)}`
  if (kind === 'deletePeering') await play.change(who, deletePeering(play.model, key, who), 'DELETE', path)
  else {
    const step = answer(play.model, key, who, kind === 'accept' ? 'ACTIVE' : 'REJECTED')
    await play.change(who, step, 'PUT', `${path}/${kind}`)
  }
}

async function makePeering(play: Play, from: number, to: number): Promise<void> {
  const accept_vpc_info = { vpc_id: play.id(to), tenant_id: play.service[play.ownerOf(to)].projectId }
  const peering = { name: 'p', request_vpc_info: { vpc_id: play.id(from) }, accept_vpc_info }
  const step = (key: number) => createPeering(play.model, key, from, to)
  await play.make(play.ownerOf(from), step, PEERINGS, 'peering', peering)
}
