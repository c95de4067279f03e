/** A service to be measured: the real program on a folder of its own, with people and so many peerings. */
import { join } from 'node:path'
import type { ProjectId, VpcId } from '../src/rules/ids.ts'
import { logIn, type Person, readOpenrc, send } from '../test/support/service.ts'
import { countPeerings, type Population, populate, scatter } from './populate.ts'
import { dataIn, type Program, startProgram } from './processes.ts'

export interface Site {
  readonly peerings: number
  readonly program: Program
  readonly alice: Person
  readonly bob: Person
  readonly population: Population
  /** Resident memory right after the start, in MiB. */
  readonly idleMemory: number
  /** Creates that were acknowledged; whoever sends some adds them. */
  created: number
  /** Two VPCs that have not been given out before, hers and his. Throws when there are no more. */
  nextPair(): { readonly request: VpcId; readonly accept: VpcId }
  /** Stops it, and throws unless the store holds what it began with and what was created, exactly. */
  close(): Promise<void>
}

export async function openSite(parent: string, peerings: number): Promise<Site> {
  const folder = join(parent, `with-${peerings}`)
  // The first start makes the people; the second finds the population.
  await (await startProgram(folder))[Symbol.asyncDispose]()
  const logins = (['alice', 'bob', 'admin'] as const).map((name) => readOpenrc(dataIn(folder), name))
  const [alice, bob, admin] = logins.map(({ projectId }) => projectId as ProjectId)
  if (alice === undefined || bob === undefined || admin === undefined) throw new Error('a person is missing')
  const population = await populate(dataIn(folder), { alice, bob, admin }, peerings)
  const program = await startProgram(folder)
  const idleMemory = program.memory()
  const [aliceNow, bobNow, adminNow] = await Promise.all(logins.map((login) => logIn(program.url, login)))
  if (aliceNow === undefined || bobNow === undefined || adminNow === undefined) throw new Error('a person is missing')
  await liftQuota(program, adminNow, alice)
  let pairs = 0
  const { free } = population
  const site: Site = {
    created: 0,
    ...{ peerings, program, population, idleMemory, alice: aliceNow, bob: bobNow },
    nextPair() {
      const total = free.alice.length * free.bob.length
      if (pairs === total) throw new Error(`all ${total} pairs of free VPCs are used up`)
      const pair = scatter(pairs, total)
      pairs += 1
      const request = free.alice[Math.floor(pair / free.bob.length)]
      const accept = free.bob[pair % free.bob.length]
      if (request === undefined || accept === undefined) throw new Error('a pair beyond the VPCs')
      return { request, accept }
    },
    async close() {
      await program[Symbol.asyncDispose]()
      const more = countPeerings(dataIn(folder)) - peerings
      if (more === site.created) return
      throw new Error(`${site.created} creates were acknowledged, and the store has ${more} peerings more`)
    },
  }
  return site
}

async function liftQuota({ url }: Program, admin: Person, project: ProjectId): Promise<void> {
  const path = `/causeway/v1/projects/${project}/quotas`
  const answer = await send(url, 'PUT', path, { quotas: { vpc: -1, vpcPeer: -1 } }, { 'x-auth-token': admin.token })
  if (answer.status !== 200) throw new Error(`no quota: ${JSON.stringify(answer.body)}`)
}
