/** Every route of openapi.json with every kind of caller: who gets what, and that a refusal changes nothing. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { ACCESS_BODIES } from '../support/access-bodies.ts'
import { ACCESS_ROWS, COLUMNS } from '../support/access-table.ts'
import { dump } from '../support/dump.ts'
import { byPassword, scopedTo } from '../support/logins.ts'
import { PEERINGS } from '../support/peerings.ts'
import { logIn, makePerson, type Person, send, startTestService, type TestService } from '../support/service.ts'
import { signHeaders } from '../support/sign.ts'

test('the table has every route of openapi.json, and no other', () => {
  const { paths } = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'))
  const routes = Object.entries<object>(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  assert.deepEqual([...new Set(ACCESS_ROWS.map(({ method, path }) => `${method} ${path}`))].sort(), routes.sort())
})

suite('who may ask what', () => {
  let service: TestService
  let people: Record<'alice' | 'bob' | 'eve' | 'admin', Person>
  /** Tokens by column; who signs or is nobody has none. */
  let tokens: Readonly<Record<string, string>>
  let kept: {
    vpc: string
    subnet: string
    peer: string
    ACTIVE: string
    PENDING: string
    aliceId: string
    userId: string
  }
  /** A VPC of alice's with an ACTIVE peering, for routes; and the VPC of the route table that was made last. */
  let routed: { vpc: string; peering: string }
  let tableVpc: string
  let made = 0

  before(async () => {
    service = await startTestService()
    const expired = service.alice.token
    service.clock.advance(24 * 60 * 60 * 1000)
    const [alice, bob, admin] = await Promise.all(
      [service.alice, service.bob, service.admin].map((person) => logIn(service.url, person)),
    )
    assert.ok(alice && bob && admin)
    people = { alice, bob, admin, eve: await makePerson(service.url, admin, 'eve') }
    const revoked = await logIn(service.url, alice)
    await make(revoked, 'DELETE', '/v3/auth/tokens', undefined, { 'x-subject-token': revoked.token })
    tokens = {
      ...{ bad: 'cw1.e30.bm90LW91cnM', expired, revoked: revoked.token, alice: alice.token },
      domain: (await scopedTo(service, alice, { domain: { name: alice.domain } })).token,
      unscoped: (await scopedTo(service, alice, 'unscoped')).token,
      ...{ bob: bob.token, eve: people.eve.token, admin: admin.token },
    }
    for (const { projectId } of [alice, bob]) {
      await make(admin, 'PUT', `/causeway/v1/projects/${projectId}/quotas`, {
        quotas: { vpc: -1, vpcPeer: -1, subnet: -1 },
      })
    }
    const aliceId = (await make(alice, 'GET', '/v3/users?name=alice')).users[0].id
    const { domain_id } = (await make(alice, 'GET', '/v3/projects')).projects[0]
    const user = { name: 'mallory', password: 'mallorys-long-password', domain_id }
    const userId = (await make(admin, 'POST', '/v3/users', { user })).user.id
    const [vpc, peer] = [await newVpc(alice), await newVpc(bob)]
    kept = {
      vpc,
      subnet: '',
      peer,
      ACTIVE: await newPeering('ACTIVE'),
      PENDING: await newPeering('PENDING'),
      aliceId,
      userId,
    }
    kept = { ...kept, subnet: await newSubnet() }
    routed = await newPeeredVpc()
  })
  after(() => service[Symbol.asyncDispose]())

  for (const { method, path, object, statuses } of ACCESS_ROWS) {
    test(`${method} ${path} (${object}): ${statuses}`, async () => {
      const got: number[] = []
      for (const column of COLUMNS) {
        const target = await targetOf(method, path, object, column)
        const body = await bodyOf(`${method} ${path}`)
        // The token that a call is about; a fresh one where it is taken back.
        const subject = method === 'DELETE' ? await logIn(service.url, people.alice) : people.alice
        const headers = { 'x-subject-token': subject.token, ...identityOf(column, method, target, body) }
        const before = dump(service.folder)
        const { status } = await send(service.url, method, target, body, headers)
        got.push(status)
        if (status >= 400 || method === 'GET') assert.deepEqual(dump(service.folder), before, `${column}: ${status}`)
      }
      assert.equal(got.join(' '), statuses)
    })
  }

  /** The path with its parameters filled in: with objects that are used up, where the call may use them up. */
  async function targetOf(method: string, path: string, object: string, column: string): Promise<string> {
    const { alice } = people
    const own = column === 'bob' || column === 'eve' || column === 'admin' ? people[column] : alice
    const values: Readonly<Record<string, () => string | Promise<string>>> = {
      project_id: () => (object === 'in-own' ? own : alice).projectId,
      target_id: () => alice.projectId,
      subnet_id: () => (method === 'GET' ? kept.subnet : newSubnet()),
      port_id: newPort,
      vpc_id: () =>
        path.includes('subnets')
          ? kept.vpc
          : method === 'GET'
            ? kept.vpc
            : newVpc(alice, path.endsWith('remove-extend-cidr')),
      id: () => {
        if (object === 'route') return newRoute()
        if (object === 'vpc') return kept.vpc
        assert.ok(object === 'PENDING' || object === 'ACTIVE')
        return method === 'GET' ? kept[object] : newPeering(object)
      },
      key: () => 'k',
      routetable_id: newTable,
      user_id: () => kept.userId,
      access_key: newAccessKey,
    }
    let target = path
    for (const [placeholder, name = ''] of path.matchAll(/\{(\w+)\}/g)) {
      target = target.replace(placeholder, (await values[name]?.()) ?? 'unknown')
    }
    if (method !== 'GET' || object !== 'hers') return target
    if (/(projects|users)$/.test(path)) {
      return `${target}?domain_id=${(await make(alice, 'GET', '/v3/projects')).projects[0].domain_id}`
    }
    return path.endsWith('credentials') ? `${target}?user_id=${kept.aliceId}` : target
  }

  async function bodyOf(route: string): Promise<unknown> {
    const { alice, bob } = people
    const name = `fresh-${++made}`
    switch (route) {
      case 'POST /v3/auth/tokens':
        return { auth: { identity: byPassword(alice), scope: { project: { id: alice.projectId } } } }
      case 'POST /v3.0/OS-CREDENTIAL/credentials':
        await dropSpareKey()
        return { credential: { user_id: kept.aliceId } }
      case 'POST /v2.0/vpc/peerings':
        return peeringBody(await newVpc(alice), await newVpc(bob))
      case 'POST /v1/{project_id}/subnets':
        return freshSubnet()
      case 'POST /v1/{project_id}/ports':
        return { port: { network_id: kept.subnet } }
      case 'POST /causeway/v1/plan':
        return { create_peering: peeringBody(kept.vpc, kept.peer).peering }
      case 'POST /causeway/v1/explain':
        return { from: { vpc: kept.vpc, address: '10.0.0.9' }, to: { address: '10.1.0.9' } }
      case 'POST /v2.0/vpc/routes':
        return routeBody()
      case 'POST /v1/{project_id}/routetables':
        return { routetable: { vpc_id: await newVpc(alice), name } }
      case 'POST /v1/{project_id}/routetables/{routetable_id}/action':
        return { routetable: { subnets: { associate: [await newSubnet(tableVpc)] } } }
      default:
        return ACCESS_BODIES[route]?.(name)
    }
  }

  function identityOf(column: string, method: string, target: string, body: unknown): Record<string, string> {
    const token = tokens[column]
    if (token !== undefined) return { 'x-auth-token': token }
    if (column === 'nobody') return {}
    const { accessKey: access, secretKey: secret, projectId } = people.alice
    const signed = signHeaders(
      { method, url: `${service.url}${target}`, body: body === undefined ? '' : JSON.stringify(body) },
      { access, secret, projectId, now: service.clock.now() },
    )
    const right = signed.authorization ?? ''
    return column === 'signed' ? signed : { ...signed, authorization: flipLast(right) }
  }

  // biome-ignore lint/suspicious/noExplicitAny: what was made is looked into in every shape.
  async function make(who: Person, method: string, path: string, body?: unknown, headers = {}): Promise<any> {
    const answer = await send(service.url, method, path, body, { 'x-auth-token': who.token, ...headers })
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  async function newVpc(who: Person, extended = false): Promise<string> {
    const { vpc } = await make(who, 'POST', `/v1/${who.projectId}/vpcs`, {
      vpc: { name: `vpc-${++made}`, cidr: '10.0.0.0/8' },
    })
    const path = `/v3/${who.projectId}/vpc/vpcs/${vpc.id}/add-extend-cidr`
    if (extended) await make(who, 'PUT', path, { vpc: { extend_cidrs: [EXTRA_BLOCK] } })
    return vpc.id
  }

  async function newSubnet(vpc = kept.vpc): Promise<string> {
    return (await make(people.alice, 'POST', `/v1/${people.alice.projectId}/subnets`, freshSubnet(vpc))).subnet.id
  }

  async function newPort(): Promise<string> {
    const body = { port: { network_id: kept.subnet } }
    return (await make(people.alice, 'POST', `/v1/${people.alice.projectId}/ports`, body)).port.id
  }

  function freshSubnet(vpc = kept.vpc) {
    const [high, low] = [Math.floor(++made / 256), made % 256]
    const [cidr, gateway_ip] = [`10.${high}.${low}.0/24`, `10.${high}.${low}.1`]
    return { subnet: { name: 'fresh', cidr, gateway_ip, vpc_id: vpc } }
  }

  async function newPeering(status: 'PENDING' | 'ACTIVE'): Promise<string> {
    const body = peeringBody(await newVpc(people.alice), await newVpc(people.bob))
    const { id } = (await make(people.alice, 'POST', PEERINGS, body)).peering
    if (status === 'ACTIVE') await make(people.bob, 'PUT', `${PEERINGS}/${id}/accept`)
    return id
  }

  async function newPeeredVpc() {
    const peering = await newPeering('ACTIVE')
    const { request_vpc_info } = (await make(people.alice, 'GET', `${PEERINGS}/${peering}`)).peering
    return { vpc: request_vpc_info.vpc_id, peering }
  }

  function routeBody() {
    const destination = `172.16.${++made % 256}.0/24`
    return { route: { type: 'peering', vpc_id: routed.vpc, nexthop: routed.peering, destination } }
  }

  async function newRoute(): Promise<string> {
    return (await make(people.alice, 'POST', '/v2.0/vpc/routes', routeBody())).route.id
  }

  async function newTable(): Promise<string> {
    const { projectId } = people.alice
    tableVpc = await newVpc(people.alice)
    const body = { routetable: { vpc_id: tableVpc } }
    return (await make(people.alice, 'POST', `/v1/${projectId}/routetables`, body)).routetable.id
  }

  function peeringBody(from: string, to: string) {
    const request_vpc_info = { vpc_id: from, tenant_id: people.alice.projectId }
    const accept_vpc_info = { vpc_id: to, tenant_id: people.bob.projectId }
    return { peering: { name: 'a to b', request_vpc_info, accept_vpc_info } }
  }

  async function newAccessKey(): Promise<string> {
    await dropSpareKey()
    return (await make(people.alice, 'POST', KEYS, { credential: { user_id: kept.aliceId } })).credential.access
  }

  /** A user has at most two keys; the first is alice's own. */
  async function dropSpareKey(): Promise<void> {
    const { credentials } = await make(people.alice, 'GET', KEYS)
    const spare = credentials.find(({ access }: { access: string }) => access !== people.alice.accessKey)
    if (spare !== undefined) await make(people.alice, 'DELETE', `${KEYS}/${spare.access}`)
  }
})

const EXTRA_BLOCK = '23.8.0.0/16'
const KEYS = '/v3.0/OS-CREDENTIAL/credentials'

function flipLast(text: string): string {
  return text.slice(0, -1) + (text.endsWith('0') ? '1' : '0')
}
