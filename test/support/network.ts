/** Services with a network, and what tests ask of it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { intendedRouter } from '../../src/reconciler/intended.ts'
import { readRows } from '../../src/reconciler/rows.ts'
import { connectReader, DATABASE } from '../../src/store/sqlite/connection.ts'
import { readTransaction } from '../../src/store/sqlite/transaction.ts'
import { FakeDataplane, textOf } from './fake-dataplane.ts'
import { PEERINGS } from './peerings.ts'
import { makeSubnet, peeredVpcs } from './routes.ts'
import { type Answer, type Asks, type Person, startTestService, type TestService } from './service.ts'

export const VIEWS = '/causeway/v1/peerings'

export interface TestNetwork {
  readonly service: TestService
  readonly fake: FakeDataplane
}

/** Quotas are lifted, so that tests may share it. */
export async function startTestNetwork(): Promise<TestNetwork> {
  const fake = new FakeDataplane()
  const service = await startTestService({ openDataplane: fake.open })
  for (const { projectId } of [service.alice, service.bob]) {
    const body = { quotas: { vpc: -1, vpcPeer: -1 } }
    await service.ask(service.admin, 'PUT', `/causeway/v1/projects/${projectId}/quotas`, body)
  }
  return { service, fake }
}

/** A VPC of each with a subnet, and their ACTIVE peering. */
export async function peeredNetworks(service: TestService) {
  const ids = await peeredVpcs(service, service.alice, service.bob)
  const subnets = {
    a: await makeSubnet(service, service.alice, ids.a, '10.0.1.0/24'),
    b: await makeSubnet(service, service.bob, ids.b, '10.0.2.0/24'),
  }
  return { ...ids, subnets }
}

export function showView({ ask }: TestService, who: Person, id: string, query = ''): Promise<Answer> {
  return ask(who, 'GET', `${VIEWS}/${id}${query}`)
}

/** Waits, and fails unless both sides become SYNCED. Gives the view. */
export async function synced(service: TestService, id: string) {
  const answer = await showView(service, service.alice, id, '?wait=SYNCED')
  assert.deepEqual([answer.status, answer.headers.get('causeway-wait')], [200, 'met'], JSON.stringify(answer.body))
  return answer.body
}

/** The states of a peering's sides, the requester's first. */
export function statesIn({ dataplane }: { dataplane: Record<'requester' | 'accepter', { state: string }> }): string[] {
  return [dataplane.requester.state, dataplane.accepter.state]
}

export function deletePeering({ ask }: TestService, who: Person, id: string): Promise<Answer> {
  return ask(who, 'DELETE', `${PEERINGS}/${id}`)
}

/** A figure of /metrics; with labels as they stand there. */
export async function metric({ ask }: Asks, name: string): Promise<number> {
  const { body } = await ask(undefined, 'GET', '/metrics')
  const line = String(body)
    .split('\n')
    .find((each) => each.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1))
}

/** Asks again and again; each time the event loop has its turn. */
export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + 20_000
  while (!(await isSo())) {
    assert.ok(performance.now() < end, 'it does not come to be so')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** What the network ought to be, made of the database alone. */
export async function intendedText({ folder }: TestService): Promise<readonly string[]> {
  const db = connectReader(join(folder, DATABASE))
  try {
    const tx = readTransaction(db)
    const vpcs = await tx.generations(undefined, 10_000)
    return textOf(
      await Promise.all(
        vpcs.map(async ({ vpcId, generation }) => intendedRouter(vpcId, generation, await readRows.run(tx, vpcId))),
      ),
    )
  } finally {
    db.close()
  }
}
