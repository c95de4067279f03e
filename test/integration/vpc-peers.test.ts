/** What peerings mean to their VPCs: when a VPC can go, and what the strict mode refuses. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { assertRefused, idsIn, PEERINGS, peeringBody, requestPeering } from '../support/peerings.ts'
import { type Answer, type Person, startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 60_000
const pathOf = (who: Person, id: string) => `/v1/${who.projectId}/vpcs/${id}`

suite('deleting a VPC', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let made = 0
  before(async () => {
    service = await startTestService({ settings: { pendingTtlMs: TTL_MS } })
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  /** Alice asks bob, and the peering is brought to a status. */
  async function peeringIn(status: string) {
    made += 1
    const [a, b] = [await service.makeVpc(alice, `a-${made}`), await service.makeVpc(bob, `b-${made}`)]
    const { id } = await requestPeering(service, alice, a, bob, b)
    if (status === 'ACTIVE') await service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)
    if (status === 'REJECTED') await service.ask(bob, 'PUT', `${PEERINGS}/${id}/reject`)
    if (status === 'EXPIRED') service.clock.advance(TTL_MS)
    if (status === 'DELETED') await service.ask(bob, 'DELETE', `${PEERINGS}/${id}`)
    return { id, a, b }
  }

  /** Status of the peering, and whether it holds the VPC of its requester and of its accepter. */
  const TABLE = [
    ['PENDING_ACCEPTANCE', true, false],
    ['ACTIVE', true, true],
    ['REJECTED', false, false],
    ['EXPIRED', false, false],
    ['DELETED', false, false],
  ] as const

  for (const [status, holdsRequester, holdsAccepter] of TABLE) {
    for (const [side, holds] of [['requester', holdsRequester] as const, ['accepter', holdsAccepter] as const]) {
      const what = holds ? 'holds its VPC: 409 VPC.0108 naming it' : 'lets its VPC go, and goes with it'
      test(`a peering that is ${status} ${what}, on the side of the ${side}`, async () => {
        const { id, a, b } = await peeringIn(status)
        const [who, vpc] = side === 'requester' ? [alice, a] : [bob, b]
        const { status: code, body } = await service.ask(who, 'DELETE', pathOf(who, vpc))
        if (holds) {
          const message = `VPC ${vpc} is used by peering ${id}; delete the peering first.`
          assert.deepEqual([code, body.code, body.message], [409, 'VPC.0108', message])
          assert.equal((await service.ask(alice, 'GET', `${PEERINGS}/${id}`)).body.peering.status, status)
          assert.equal((await service.ask(who, 'DELETE', `${PEERINGS}/${id}`)).status, 204)
          assert.equal((await service.ask(who, 'DELETE', pathOf(who, vpc))).status, 204)
        } else assert.deepEqual([code, body], [204, undefined])
        assert.equal((await service.ask(who, 'GET', pathOf(who, vpc))).status, 404)
        for (const each of [alice, bob]) {
          assert.equal((await service.ask(each, 'GET', `${PEERINGS}/${id}`)).status, 404)
          assert.deepEqual(idsIn(await service.ask(each, 'GET', `${PEERINGS}?status=DELETED&id=${id}`)), [id])
        }
      })
    }
  }

  test('inside one project either VPC is held', async () => {
    const [a, b] = [await service.makeVpc(alice, 'own-a'), await service.makeVpc(alice, 'own-b')]
    const { id } = await requestPeering(service, alice, a, alice, b)
    for (const vpc of [a, b]) {
      const { body } = await service.ask(alice, 'DELETE', pathOf(alice, vpc))
      assert.equal(body.message, `VPC ${vpc} is used by peering ${id}; delete the peering first.`)
    }
  })

  test('one peering that holds is enough, and then those that would go with the VPC stay too', async () => {
    const { id, b } = await peeringIn('ACTIVE')
    const other = await service.makeVpc(alice, 'asks-too')
    const waiting = await requestPeering(service, alice, other, bob, b)
    assert.equal((await service.ask(bob, 'DELETE', pathOf(bob, b))).status, 409)
    const shown = await service.ask(alice, 'GET', `${PEERINGS}/${waiting.id}`)
    assert.equal(shown.body.peering.status, 'PENDING_ACCEPTANCE')
    await service.ask(bob, 'DELETE', `${PEERINGS}/${id}`)
    assert.equal((await service.ask(bob, 'DELETE', pathOf(bob, b))).status, 204)
    assert.equal((await service.ask(alice, 'GET', `${PEERINGS}/${waiting.id}`)).status, 404)
  })

  test('a delete of a VPC and a create of its peering at once: never a live peering without its VPC', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [a, b] = [await service.makeVpc(alice, `x-${round}`), await service.makeVpc(alice, `y-${round}`)]
      const [created, deleted] = await Promise.all([
        service.ask(alice, 'POST', PEERINGS, peeringBody(a, b)),
        service.ask(alice, 'DELETE', pathOf(alice, b)),
      ])
      assert.ok(
        (created.status === 201 && deleted.status === 409) || (created.status === 400 && deleted.status === 204),
        `${created.status} and ${deleted.status}`,
      )
    }
  })
})

suite('the strict mode', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  before(async () => {
    service = await startTestService({ settings: { strictCidr: true } })
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const create = (a: string, b: string): Promise<Answer> =>
    service.ask(alice, 'POST', PEERINGS, peeringBody(a, b, bob.projectId))
  const extend = (who: Person, vpc: string, cidr: string, dry = false) =>
    service.ask(who, 'PUT', `/v3/${who.projectId}/vpc/vpcs/${vpc}/add-extend-cidr`, {
      dry_run: dry,
      vpc: { extend_cidrs: [cidr] },
    })

  test('VPCs whose blocks overlap are not peered, primary or secondary, and the other block is not told', async () => {
    const a = await service.makeVpc(alice, 'a', '10.1.0.0/16')
    for (const [cidr, name] of [
      ['10.1.0.0/16', 'same'] as const,
      ['10.0.0.0/8', 'around'] as const,
      ['10.1.7.0/24', 'in'] as const,
    ]) {
      const refused = await create(a, await service.makeVpc(bob, name, cidr))
      assertRefused(refused, 409, 'VpcPeeringCidrConflict')
      if (cidr !== '10.1.0.0/16') assert.ok(!JSON.stringify(refused.body).includes(cidr), refused.body.error_msg)
    }
    const [c, d] = [
      await service.makeVpc(alice, 'c', '172.16.0.0/16'),
      await service.makeVpc(bob, 'd', '172.17.0.0/16'),
    ]
    assert.equal((await extend(alice, c, '23.8.0.0/16')).status, 200)
    assert.equal((await extend(bob, d, '23.8.128.0/17')).status, 200)
    assertRefused(await create(c, d), 409, 'VpcPeeringCidrConflict')
    assert.equal((await create(a, d)).status, 201)
  })

  test('no later change brings the overlap: v1 409 VPC.1509, v3 409 VPC.9902, and nothing is changed', async () => {
    const a = await service.makeVpc(alice, 'later-a', '10.20.0.0/16')
    const { body } = await service.ask(bob, 'POST', `/v1/${bob.projectId}/vpcs`, { vpc: { name: 'later-b' } })
    const b = body.vpc.id
    const { id } = (await create(a, b)).body.peering
    const told = `This block overlaps one of the VPC peered by ${id}.`
    const change = (cidr: string) => service.ask(bob, 'PUT', pathOf(bob, b), { vpc: { cidr } })
    const refused = await change('10.20.0.0/24')
    assert.deepEqual([refused.status, refused.body.code, refused.body.message], [409, 'VPC.1509', told])
    assert.equal((await change('10.21.0.0/24')).status, 200)
    assert.equal((await extend(alice, a, '23.9.0.0/16')).status, 200)
    for (const dry of [true, false]) {
      const clash = await extend(bob, b, '23.9.1.0/24', dry)
      assert.deepEqual([clash.status, clash.body.error_code, clash.body.error_msg], [409, 'VPC.9902', told])
    }
    const shown = await service.ask(bob, 'GET', `/v3/${bob.projectId}/vpc/vpcs/${b}`)
    assert.deepEqual([shown.body.vpc.cidr, shown.body.vpc.extend_cidrs], ['10.21.0.0/24', []])
    await service.ask(bob, 'PUT', `${PEERINGS}/${id}/reject`)
    assert.equal((await change('10.20.0.0/24')).status, 200)
    assert.equal((await extend(bob, b, '23.9.1.0/24')).status, 200)
  })

  test('it can be taken back: without it the same is done', async () => {
    const [a, b] = [await service.makeVpc(alice, 'free-a'), await service.makeVpc(bob, 'free-b')]
    assertRefused(await create(a, b), 409, 'VpcPeeringCidrConflict')
    await service.restart({ strictCidr: false })
    assert.equal((await create(a, b)).status, 201)
    assert.equal((await service.ask(alice, 'PUT', pathOf(alice, a), { vpc: { cidr: '10.0.0.0/24' } })).status, 200)
    assert.equal((await extend(alice, a, '23.8.0.0/16')).status, 200)
    assert.equal((await extend(bob, b, '23.8.0.0/16')).status, 200)
    await service.restart({ strictCidr: true })
  })
})
