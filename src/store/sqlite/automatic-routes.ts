import type { DatabaseSync } from 'node:sqlite'
import type { PeeringId, VpcId } from '../../rules/ids.ts'
import type { SideName } from '../../rules/protection.ts'
import type { NetworkReads, NetworkWrites } from '../networks.ts'

type AutomaticReads = Pick<
  NetworkReads,
  'automaticSides' | 'automaticPeers' | 'automaticFollowers' | 'automaticVpcsOfProject'
>

export function automaticReads(db: DatabaseSync): AutomaticReads {
  // Backwards by name: the requester comes first.
  const ofPeering = db.prepare('select side from automatic_side where peering_id = ? order by side desc')
  const ofVpc = db.prepare(`
    select peering_id, peer_vpc_id from automatic_side where vpc_id = ? and is_active = 1 order by peering_id`)
  const toVpc = db.prepare(`
    select vpc_id from automatic_side where peer_vpc_id = ? and is_active = 1 order by vpc_id`)
  const ofProject = db.prepare(`
    select v.id from vpc v
    where v.project_id = ? and exists (select 1 from automatic_side where vpc_id = v.id and is_active = 1)
    order by v.id`)
  return {
    automaticSides: (id) => ofPeering.all(id).map((row) => row.side as SideName),
    automaticPeers: (id) =>
      ofVpc.all(id).map((row) => ({ peeringId: row.peering_id as PeeringId, vpcId: row.peer_vpc_id as VpcId })),
    automaticFollowers: (id) => ofIds(toVpc.all(id), 'vpc_id'),
    automaticVpcsOfProject: (id) => ofIds(ofProject.all(id), 'id'),
  }
}

function ofIds(rows: readonly Readonly<Record<string, unknown>>[], column: string): readonly VpcId[] {
  return rows.map((row) => row[column] as VpcId)
}

export function automaticWrites(db: DatabaseSync): Pick<NetworkWrites, 'setAutomaticRoutes'> {
  const insert = db.prepare('insert into automatic_side values (?, ?, ?, ?, ?) on conflict do nothing')
  const remove = db.prepare('delete from automatic_side where peering_id = ? and side = ?')
  return {
    setAutomaticRoutes({ id, status, ...ends }, side, isAutomatic) {
      const far = side === 'requester' ? ends.accepter : ends.requester
      if (isAutomatic) insert.run(id, side, ends[side].vpcId, far.vpcId, Number(status === 'ACTIVE'))
      else remove.run(id, side)
    },
  }
}
