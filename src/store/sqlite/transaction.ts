import type { DatabaseSync } from 'node:sqlite'
import type { PeeringId, ProjectId, VpcId } from '../../rules/ids.ts'
import { participants } from '../../rules/peering.ts'
import type { ReadTransaction, WriteTransaction } from '../store.ts'
import { automaticReads, automaticWrites } from './automatic-routes.ts'
import { eventReads, eventWrites } from './events.ts'
import { generationReads, generationWrites } from './generations.ts'
import { keptAnswerReads, keptAnswerWrites } from './kept-answers.ts'
import { peeringReads, peeringWrites } from './peerings.ts'
import { peopleReads, peopleWrites } from './people.ts'
import { portReads, portWrites } from './ports.ts'
import { protectionReads, protectionWrites } from './protection.ts'
import { quotaReads, quotaWrites } from './quotas.ts'
import { routeReads, routeWrites } from './routes.ts'
import { subnetReads, subnetWrites } from './subnets.ts'
import { vpcReads, vpcWrites } from './vpcs.ts'

/** What a commit changes of the things that the reading side keeps in memory, or waits for. */
export interface Touched {
  readonly peerings: Set<PeeringId>
  readonly projects: Set<ProjectId>
  /** Of these VPCs. */
  readonly networks: Set<VpcId>
  people: boolean
  events: boolean
}

export function readTransaction(db: DatabaseSync): ReadTransaction {
  return {
    ...peeringReads(db),
    ...eventReads(db),
    ...generationReads(db),
    ...vpcReads(db),
    ...subnetReads(db),
    ...routeReads(db),
    ...automaticReads(db),
    ...portReads(db),
    ...quotaReads(db),
    ...peopleReads(db),
    ...keptAnswerReads(db),
    ...protectionReads(db),
  }
}

export function writeTransaction(db: DatabaseSync, touched: Touched): WriteTransaction {
  const generations = generationWrites(db, (id) => touched.networks.add(id))
  return {
    ...readTransaction(db),
    ...peeringWrites(db, generations, (peering) => {
      touched.peerings.add(peering.id)
      for (const project of participants(peering)) touched.projects.add(project)
    }),
    ...eventWrites(db, () => {
      touched.events = true
    }),
    ...vpcWrites(db, generations),
    ...subnetWrites(db, generations),
    ...routeWrites(db, generations),
    ...automaticWrites(db),
    ...portWrites(db, generations),
    ...quotaWrites(db),
    ...peopleWrites(db, () => {
      touched.people = true
    }),
    ...keptAnswerWrites(db),
    ...protectionWrites(db),
  }
}
