/** The official Node SDK (v2 and v3 of its VPC client) against the real program, by access key, over HTTP. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Program, readVariables, startProgram, temporaryFolder } from '../support/program.ts'
import { type PeeringJson, refusalOf, type Tenant, tenantOf } from '../support/sdk.ts'
import { logIn, makePerson, type Person, readOpenrc } from '../support/service.ts'

/** A UUID that nothing has. */
const NOBODYS = '00000000-0000-7000-8000-000000000000'

suite('the Node SDK', () => {
  const folder = temporaryFolder()
  let program: Program
  let person: Person
  let alice: Tenant
  let bob: Tenant
  let eve: Tenant

  before(async () => {
    program = await startProgram(folder.path)
    const admin = await logIn(program.url, readOpenrc(folder.path, 'admin'))
    person = await makePerson(program.url, admin, 'eve')
    meet()
  })
  after(async () => {
    await program[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  /** The tenants at the program's address, which is another one after each start. */
  function meet(): void {
    const tenant = (name: string) => {
      const my = readVariables(folder.path, name)
      assert.equal(my.CAUSEWAY_URL, program.url)
      return tenantOf(my.CAUSEWAY_URL, {
        accessKey: String(my.HUAWEICLOUD_SDK_AK),
        secretKey: String(my.HUAWEICLOUD_SDK_SK),
        projectId: String(my.HUAWEICLOUD_SDK_PROJECT_ID),
      })
    }
    alice = tenant('alice')
    bob = tenant('bob')
    eve = tenantOf(program.url, person)
  }

  async function makeVpc(owner: Tenant, name: string, cidr = '10.0.0.0/16'): Promise<string> {
    return (await owner.createVpc(name, cidr)).vpc.id
  }

  test('a VPC is created, shown, listed, updated and deleted', async () => {
    const { vpc, ...created } = await alice.createVpc('Bäckerei 1', '10.1.0.0/16')
    assert.equal(created.httpStatusCode, 200)
    assert.deepEqual([vpc.name, vpc.cidr, vpc.status], ['Bäckerei 1', '10.1.0.0/16', 'OK'])
    assert.equal(vpc.tenant_id, alice.projectId)
    assert.deepEqual((await alice.showVpc(vpc.id)).vpc, vpc)
    assert.ok((await alice.listVpcs()).vpcs.some(({ id }) => id === vpc.id))

    const updated = (await alice.updateVpc(vpc.id, 'bakery', 'bread')).vpc
    assert.deepEqual([updated.name, updated.description], ['bakery', 'bread'])
    const taken = await refusalOf(alice.createVpc('bakery', '10.2.0.0/16'))
    assert.deepEqual([taken.httpStatusCode, taken.errorCode], [400, 'VPC.0115'])

    assert.equal((await alice.deleteVpc(vpc.id)).httpStatusCode, 204)
    const gone = await refusalOf(alice.showVpc(vpc.id))
    assert.deepEqual([gone.httpStatusCode, gone.errorCode], [404, 'VPC.0105'])
    assert.equal(gone.errorMsg, `VPC ${vpc.id} could not be found.`)
    assert.ok((await alice.listVpcs()).vpcs.every(({ id }) => id !== vpc.id))
  })

  test('the v3 client shows, lists and pages VPCs, and adds and removes secondary blocks', async () => {
    const [a, b] = [await makeVpc(alice, 'v3 a'), await makeVpc(alice, 'v3 b')]
    const shown = (await alice.showVpcV3(a)).vpc
    assert.deepEqual([shown.name, shown.project_id, shown.extend_cidrs], ['v3 a', alice.projectId, []])
    assert.deepEqual((await alice.listVpcsV3({ id: [a, b] })).vpcs.map(({ id }) => id).sort(), [a, b].sort())
    assert.deepEqual(
      (await alice.listVpcsV3({ name: ['v3 b'] })).vpcs.map(({ id }) => id),
      [b],
    )

    const first = await alice.listVpcsV3({ id: [a, b], limit: 1 })
    assert.deepEqual([first.vpcs.map(({ id }) => id), first.page_info.next_marker], [[a], a])
    const rest = await alice.listVpcsV3({ id: [a, b], limit: 1, marker: a })
    assert.deepEqual([rest.vpcs.map(({ id }) => id), rest.page_info.next_marker], [[b], undefined])

    const added = (await alice.addExtendCidrs(a, ['23.8.0.0/16', '23.9.0.0/16'])).vpc
    assert.deepEqual(added.extend_cidrs, ['23.8.0.0/16', '23.9.0.0/16'])
    const clash = await refusalOf(alice.addExtendCidrs(a, ['23.9.1.0/24']))
    assert.deepEqual([clash.httpStatusCode, clash.errorCode], [409, 'VPC.9914'])
    assert.match(clash.errorMsg, /23\.9\.1\.0\/24 conflicts with 23\.9\.0\.0\/16/)
    const removed = (await alice.removeExtendCidrs(a, ['23.8.0.0/16'])).vpc
    assert.deepEqual(removed.extend_cidrs, ['23.9.0.0/16'])
    assert.deepEqual((await alice.showVpcV3(a)).vpc.extend_cidrs, ['23.9.0.0/16'])
  })

  test('a peering inside one project is ACTIVE at once, and cannot be accepted', async () => {
    const [a, b] = [await makeVpc(alice, 'own a'), await makeVpc(alice, 'own b')]
    const { peering, httpStatusCode } = await alice.createPeering('own', a, { vpc: b })
    assert.deepEqual([httpStatusCode, peering.status, peering.description], [201, 'ACTIVE', ''])
    assert.deepEqual(peering.request_vpc_info, { vpc_id: a, tenant_id: alice.projectId })
    assert.deepEqual(peering.accept_vpc_info, { vpc_id: b, tenant_id: alice.projectId })
    const refused = await refusalOf(alice.acceptPeering(peering.id))
    assert.deepEqual([refused.httpStatusCode, refused.errorCode], [409, 'VPC.1512'])
  })

  test('a peering with another tenant is asked for, accepted, renamed by either side, deleted and gone', async () => {
    const [a, b] = [await makeVpc(alice, 'life a'), await makeVpc(bob, 'life b')]
    const asked = (await alice.createPeering('Äpfel & Kuchen', a, { vpc: b, project: bob.projectId }, 'for pies'))
      .peering
    assert.deepEqual(
      [asked.status, asked.name, asked.description],
      ['PENDING_ACCEPTANCE', 'Äpfel & Kuchen', 'for pies'],
    )
    assert.match(asked.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
    assert.deepEqual((await alice.showPeering(asked.id)).peering, asked)
    assert.deepEqual((await bob.showPeering(asked.id)).peering, asked)

    const again = await refusalOf(bob.createPeering('again', b, { vpc: a, project: alice.projectId }))
    assert.deepEqual([again.httpStatusCode, again.errorCode], [409, 'VPC.1508'])
    assert.ok(again.errorMsg.includes(asked.id), again.errorMsg)
    const own = await refusalOf(alice.acceptPeering(asked.id))
    assert.deepEqual([own.httpStatusCode, own.errorCode], [403, 'VPC.1511'])

    // The SDK decodes these two at the top of the answer, and finds nothing in an envelope.
    const { httpStatusCode, ...accepted } = await bob.acceptPeering(asked.id)
    assert.equal(httpStatusCode, 200)
    assert.deepEqual(accepted, { ...asked, status: 'ACTIVE', updated_at: accepted.updated_at })
    assert.deepEqual((await alice.showPeering(asked.id)).peering, accepted)

    const renamed = (await alice.updatePeering(asked.id, { name: 'pie ü' })).peering
    assert.deepEqual([renamed.name, renamed.description], ['pie ü', 'for pies'])
    const cleared = (await bob.updatePeering(asked.id, { description: '' })).peering
    assert.deepEqual([cleared.name, cleared.description], ['pie ü', ''])
    const held = await refusalOf(bob.deleteVpc(b))
    assert.deepEqual([held.httpStatusCode, held.errorCode], [409, 'VPC.0108'])

    assert.equal((await alice.deletePeering(asked.id)).httpStatusCode, 204)
    for (const call of ['showPeering', 'acceptPeering', 'rejectPeering', 'deletePeering'] as const) {
      for (const tenant of [alice, bob]) {
        const gone = await refusalOf(tenant[call](asked.id))
        assert.deepEqual([call, gone.httpStatusCode, gone.errorCode], [call, 404, 'VPC.1503'])
        assert.equal(gone.errorMsg, `Vpc peering ${asked.id} could not be found`)
      }
    }
    assert.equal((await bob.deleteVpc(b)).httpStatusCode, 204)
  })

  test('a rejected request is bare in the answer too, stays visible, and makes room for another', async () => {
    const [a, b] = [await makeVpc(alice, 'no a'), await makeVpc(bob, 'no b')]
    const to = { vpc: b, project: bob.projectId }
    const { peering } = await alice.createPeering('please', a, to)
    const { httpStatusCode, ...rejected } = await bob.rejectPeering(peering.id)
    assert.equal(httpStatusCode, 200)
    assert.deepEqual(rejected, { ...peering, status: 'REJECTED', updated_at: rejected.updated_at })
    assert.deepEqual((await alice.showPeering(peering.id)).peering, rejected)
    const late = await refusalOf(bob.acceptPeering(peering.id))
    assert.deepEqual([late.httpStatusCode, late.errorCode], [409, 'VPC.1512'])
    assert.equal((await alice.createPeering('pretty please', a, to)).peering.status, 'PENDING_ACCEPTANCE')
  })

  test('each filter of the list finds what it names on either side, and pages end', async () => {
    const a = await makeVpc(alice, 'list a')
    const made: PeeringJson[] = []
    for (const name of ['list 1', 'Grüße / ü?&', 'list 3']) {
      const vpc = await makeVpc(bob, name.replace(/\W/g, '') + made.length)
      made.push((await alice.createPeering(name, a, { vpc, project: bob.projectId })).peering)
    }
    const [one, two, three] = made as [PeeringJson, PeeringJson, PeeringJson]
    await bob.acceptPeering(three.id)
    const found = async (tenant: Tenant, filter: Parameters<Tenant['listPeerings']>[0]) =>
      (await tenant.listPeerings(filter)).peerings.map(({ name }) => name)
    assert.deepEqual(await found(alice, { vpcId: a }), ['list 1', 'Grüße / ü?&', 'list 3'])
    assert.deepEqual(await found(bob, { vpcId: one.accept_vpc_info.vpc_id }), ['list 1'])
    assert.deepEqual(await found(alice, { name: 'Grüße / ü?&' }), ['Grüße / ü?&'])
    assert.deepEqual(await found(alice, { vpcId: a, status: 'ACTIVE' }), ['list 3'])
    assert.deepEqual(await found(bob, { vpcId: a, status: 'PENDING_ACCEPTANCE' }), ['list 1', 'Grüße / ü?&'])
    assert.deepEqual(await found(alice, { vpcId: a, tenantId: bob.projectId }), ['list 1', 'Grüße / ü?&', 'list 3'])
    assert.deepEqual(await found(bob, { vpcId: a, tenantId: alice.projectId }), ['list 1', 'Grüße / ü?&', 'list 3'])
    assert.deepEqual(await found(alice, { vpcId: a, tenantId: eve.projectId }), [])
    assert.deepEqual(await found(alice, { status: 'UNHEARD_OF' }), [])

    const first = await alice.listPeerings({ vpcId: a, limit: 2 })
    assert.deepEqual(
      first.peerings.map(({ id }) => id),
      [one.id, two.id],
    )
    assert.ok(first.peerings_links?.some(({ rel, href }) => rel === 'next' && href.includes(`marker=${two.id}`)))
    const second = await alice.listPeerings({ vpcId: a, limit: 2, marker: two.id })
    assert.deepEqual(
      second.peerings.map(({ id }) => id),
      [three.id],
    )
    assert.ok(!second.peerings_links?.some(({ rel }) => rel === 'next'))
    assert.deepEqual(await found(alice, { vpcId: a, limit: 2, marker: three.id }), [])
    const negative = await refusalOf(alice.listPeerings({ limit: -1 }))
    assert.deepEqual([negative.httpStatusCode, negative.errorCode], [400, 'VPC.1502'])
  })

  test('what is no peering, no VPC or not in the right project is refused with words', async () => {
    const a = await makeVpc(alice, 'wrong a')
    const unknown = await refusalOf(alice.showPeering('a-name'))
    assert.deepEqual([unknown.httpStatusCode, unknown.errorMsg], [404, 'Vpc peering a-name could not be found'])
    const nowhere = await refusalOf(alice.createPeering('x', a, { vpc: NOBODYS, project: bob.projectId }))
    assert.deepEqual([nowhere.httpStatusCode, nowhere.errorCode], [400, 'VPC.1506'])
    assert.equal(nowhere.errorMsg, 'Invalid input for operation: Accept VPC id or tenant id is incorrect.')
    const self = await refusalOf(alice.createPeering('x', a, { vpc: a }))
    assert.deepEqual([self.httpStatusCode, self.errorCode], [400, 'VPC.1507'])
  })

  test('a stranger sees and changes nothing', async () => {
    const [a, b] = [await makeVpc(alice, 'secret a'), await makeVpc(bob, 'secret b')]
    const { peering } = await alice.createPeering('secret', a, { vpc: b, project: bob.projectId })
    assert.deepEqual((await eve.listPeerings()).peerings, [])
    assert.deepEqual((await eve.listPeerings({ vpcId: a })).peerings, [])
    assert.deepEqual((await eve.listVpcs()).vpcs, [])
    assert.deepEqual((await eve.listVpcsV3({ id: [a] })).vpcs, [])
    const attempts = {
      show: () => eve.showPeering(peering.id),
      update: () => eve.updatePeering(peering.id, { name: 'mine' }),
      accept: () => eve.acceptPeering(peering.id),
      reject: () => eve.rejectPeering(peering.id),
      delete: () => eve.deletePeering(peering.id),
      'show the VPC': () => eve.showVpc(a),
      'delete the VPC': () => eve.deleteVpc(a),
    }
    for (const [name, attempt] of Object.entries(attempts)) {
      assert.deepEqual([name, (await refusalOf(attempt())).httpStatusCode], [name, 404])
    }
    assert.deepEqual((await alice.showPeering(peering.id)).peering, peering)
  })

  test('a wrong secret key is a 401 that says so, on each family of paths', async () => {
    const { accessKey } = readOpenrc(folder.path, 'alice')
    const thief = tenantOf(program.url, { accessKey, secretKey: 'x'.repeat(40), projectId: alice.projectId })
    for (const call of [() => thief.listPeerings(), () => thief.listVpcs(), () => thief.listVpcsV3()]) {
      const { httpStatusCode, errorCode, errorMsg } = await refusalOf(call())
      assert.equal(httpStatusCode, 401)
      assert.match(String(errorCode), /^(APIGW\.0301|VPC\.0008)$/)
      assert.match(errorMsg, /signature|authentication/i)
    }
  })

  test('after kill -9 everything that was answered is there, to the byte', async () => {
    const [a, b] = [await makeVpc(alice, 'kept a'), await makeVpc(bob, 'kept b')]
    await alice.addExtendCidrs(a, ['23.10.0.0/16'])
    await alice.createPeering('kept ü', a, { vpc: b, project: bob.projectId }, 'written down')
    const look = async () => ({
      vpcs: [await alice.listVpcsV3(), await bob.listVpcsV3()].map(({ vpcs }) => vpcs),
      peerings: [await alice.listPeerings(), await bob.listPeerings()].map(({ peerings }) => peerings),
    })
    const before = await look()
    assert.ok(before.peerings[0]?.some(({ name }) => name === 'kept ü'))
    assert.deepEqual(await program.stop('SIGKILL'), { code: null, signal: 'SIGKILL' })
    program = await startProgram(folder.path)
    meet()
    assert.deepEqual(await look(), before)
    assert.deepEqual((await eve.listVpcs()).vpcs, [])
  })
})
