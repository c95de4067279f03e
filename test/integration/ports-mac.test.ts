/** Creates on a real store, with ids that are chosen: over HTTP two ids with one MAC come once in a lifetime. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReplay } from '../../src/operations/once.ts'
import type { WriteOperation } from '../../src/operations/operation.ts'
import { createDomain } from '../../src/operations/people/create-domain.ts'
import { createProject } from '../../src/operations/people/create-project.ts'
import { createPort } from '../../src/operations/ports/create-port.ts'
import { createSubnet } from '../../src/operations/subnets/create-subnet.ts'
import { createVpc } from '../../src/operations/vpcs/create-vpc.ts'
import type { DomainId, ProjectId, UserId } from '../../src/rules/ids.ts'
import { openSqlite } from '../../src/store/sqlite/sqlite.ts'
import { temporaryFolder } from '../support/program.ts'

test('a MAC that another port has is passed over for the next one, from the last to the first', async () => {
  using folder = temporaryFolder()
  const bodies = new URL('../../src/operations/writes.ts', import.meta.url)
  await using store = await openSqlite(`${folder.path}/store.sqlite`, bodies)
  let projectId: ProjectId | undefined
  const create = async <Input, Result>(operation: WriteOperation<Input, Result>, id: string, input: Input) => {
    const caller = { userId: 'u' as UserId, domainId: 'd' as DomainId, admin: true, projectId }
    const policy = { pendingTtlMs: 0, tombstoneTtlMs: 0, strictCidr: false }
    const newId = `00000000-0000-7000-8000-${id}`
    const request = { requestId: 'r', once: undefined, ifMatch: undefined }
    const result = await store.write(operation, { context: { caller, policy, now: 1, newId, ...request }, input })
    if (isReplay(result)) throw new Error('a request without a key is no repeat')
    return result
  }
  const domain = await create(createDomain, '00000000000d', { name: 'd' })
  projectId = (await create(createProject, '00000000000e', { domainId: domain.id, name: 'p', description: '' })).id
  const vpc = await create(createVpc, '000000000010', {
    ...{ name: '', description: '', cidr: '10.0.0.0/16', enterpriseProjectId: '0', tags: [], dryRun: false },
  })
  const { id: networkId } = await create(createSubnet, '000000000020', {
    ...{ vpcId: vpc.id, name: 's', description: '', cidr: '10.0.0.0/24', gatewayIp: '10.0.0.1', ipv6Enable: false },
    ...{ dhcpEnable: true, dnsList: [], availabilityZone: '', extraDhcpOpts: [], tags: [] },
  })
  const macs: string[] = []
  // Four ids whose last 24 bits are the same, then one whose first choice the second of them has got.
  for (const id of ['0000abffffff', '0000acffffff', '0000adffffff', '0000aeffffff', '000100000000']) {
    const port = await create(createPort, id, {
      ...{ networkId, name: '', adminStateUp: true, wishes: [], deviceId: '', deviceOwner: '', securityGroups: [] },
      ...{ binding: { hostId: '', profile: {} }, allowedAddressPairs: [], extraDhcpOpts: [] },
    })
    macs.push(port.macAddress.slice('fa:16:3e:'.length))
  }
  assert.deepEqual(macs, ['ff:ff:ff', '00:00:00', '00:00:01', '00:00:02', '00:00:03'])
})
