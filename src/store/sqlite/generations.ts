/**
 * The generation of each VPC's network. Moved here, by the writes that change a network, and by no trigger: who waits
 * for the change must be told as well, a trigger would be lost with its table, and a create of a peering that waits for
 * an answer, which changes no network, pays nothing for it.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { VpcId } from '../../rules/ids.ts'
import type { NetworkReads } from '../networks.ts'
import { limitTo } from './planning.ts'

export function generationReads(db: DatabaseSync): Pick<NetworkReads, 'generation' | 'generations'> {
  const ofVpc = db.prepare('select generation from network where vpc_id = ?')
  const page = db.prepare(`
    select vpc_id, generation from network where vpc_id > ? order by vpc_id ${limitTo('?')}`)
  return {
    generation: (id) => ofVpc.get(id)?.generation as number | undefined,
    generations: (after, limit) =>
      page.all(after ?? '', limit).map((row) => ({ vpcId: row.vpc_id as VpcId, generation: row.generation as number })),
  }
}

export interface Generations {
  /** With its VPC. */
  begin(id: VpcId): void
  end(id: VpcId): void
  /** What the VPC's network ought to be has changed. */
  move(id: VpcId): void
}

/** `touched` is called for every VPC whose network is changed. */
export function generationWrites(db: DatabaseSync, touched: (id: VpcId) => void): Generations {
  const insert = db.prepare('insert into network (vpc_id, generation) values (?, 1)')
  const remove = db.prepare('delete from network where vpc_id = ?')
  const move = db.prepare('update network set generation = generation + 1 where vpc_id = ?')
  const each = (statement: typeof move) => (id: VpcId) => {
    statement.run(id)
    touched(id)
  }
  return { begin: each(insert), end: each(remove), move: each(move) }
}
