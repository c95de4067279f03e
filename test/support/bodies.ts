/** The calls that take a body, each with one that is right, and the schema that openapi.json has for it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { PEERINGS, peeringBody, requestPeering } from './peerings.ts'
import { entry, makeSubnet, makeTable, peeredVpcs, ROUTES, routeBody, tablesOf } from './routes.ts'
import type { Person, TestService } from './service.ts'

export interface BodyCall {
  /** As openapi.json names it. */
  readonly route: string
  readonly method: string
  readonly path: string
  readonly who: Person
  readonly body: Record<string, unknown>
  /** JSON Schema. */
  readonly schema: object
}

/** One for every route of openapi.json that takes a body; fails where there is one that is not known here. */
export async function callsWithBody(service: TestService): Promise<readonly BodyCall[]> {
  const { alice, bob, admin } = service
  const from = await service.makeVpc(alice, 'from')
  const to = await service.makeVpc(bob, 'to')
  const spare = await service.makeVpc(bob, 'spare')
  const { id } = await requestPeering(service, alice, from, bob, to)
  const domainId = (await service.ask(alice, 'GET', '/v3/auth/domains')).body.domains[0].id
  const userId = (await service.ask(alice, 'GET', '/v3/users')).body.users[0].id
  // Somebody whose password and access may change, without which alice could not go on.
  const mallory = { name: 'mallory', password: 'a-long-password', domain_id: domainId }
  const malloryId = (await service.ask(admin, 'POST', '/v3/users', { user: mallory })).body.user.id
  const v3 = `/v3/${alice.projectId}/vpc/vpcs/${from}`
  const extend = { dry_run: true, vpc: { extend_cidrs: ['23.8.0.0/16'] } }
  const scope = { project: { id: alice.projectId, name: 'region-1', domain: { id: domainId, name: 'alpha' } } }
  const identity = {
    methods: ['password'],
    password: { user: { id: userId, name: 'alice', domain: { name: 'alpha' }, password: alice.password } },
    token: { id: 'unused' },
  }
  const { peering } = peeringBody(from, spare, bob.projectId)
  const calls: Calls = {
    'POST /v3/auth/tokens': [alice, '/v3/auth/tokens', { auth: { identity, scope } }],
    'POST /v3/domains': [admin, '/v3/domains', { domain: { name: 'made' } }],
    'POST /v3/projects': [admin, '/v3/projects', { project: { name: 'made', domain_id: domainId, description: 'x' } }],
    // The password is too short on purpose: a right one takes a fifth of a second to hash, each time.
    'POST /v3/users': [
      admin,
      '/v3/users',
      { user: { name: 'made', password: 'short', domain_id: domainId, enabled: true } },
    ],
    'PATCH /v3/users/{user_id}': [admin, `/v3/users/${malloryId}`, { user: { password: 'short', enabled: true } }],
    'POST /v3.0/OS-CREDENTIAL/credentials': [
      alice,
      '/v3.0/OS-CREDENTIAL/credentials',
      { credential: { user_id: userId, description: 'x' } },
    ],
    'POST /v2.0/vpc/peerings': [alice, PEERINGS, { peering: { ...peering, description: 'x' } }],
    'PUT /v2.0/vpc/peerings/{id}': [alice, `${PEERINGS}/${id}`, { peering: { name: 'renamed', description: 'x' } }],
    'POST /v1/{project_id}/vpcs': [
      alice,
      `/v1/${alice.projectId}/vpcs`,
      { vpc: { name: 'made', description: 'x', cidr: '10.0.0.0/16', enterprise_project_id: '0', tags: ['key*value'] } },
    ],
    'PUT /v1/{project_id}/vpcs/{vpc_id}': [
      alice,
      `/v1/${alice.projectId}/vpcs/${from}`,
      { vpc: { name: 'renamed', description: 'x', cidr: '10.0.0.0/16' } },
    ],
    'POST /v3/{project_id}/vpc/vpcs': [
      alice,
      `/v3/${alice.projectId}/vpc/vpcs`,
      {
        dry_run: true,
        vpc: {
          ...{ name: 'made too', description: 'x', cidr: '10.0.0.0/16', enterprise_project_id: '0' },
          tags: [{ key: 'k', value: 'v' }],
        },
      },
    ],
    'PUT /v3/{project_id}/vpc/vpcs/{vpc_id}': [alice, v3, { dry_run: true, vpc: { name: 'new', description: 'x' } }],
    'PUT /v3/{project_id}/vpc/vpcs/{vpc_id}/add-extend-cidr': [alice, `${v3}/add-extend-cidr`, extend],
    'PUT /v3/{project_id}/vpc/vpcs/{vpc_id}/remove-extend-cidr': [alice, `${v3}/remove-extend-cidr`, extend],
    ...tagCalls(alice, 'vpcs/{vpc_id}', `vpcs/${from}`),
    ...(await subnetCalls(service, from)),
    ...ownCalls(service, from, peering),
    ...(await portCalls(service, from)),
    'PUT /causeway/v1/peerings/{id}': [alice, `/causeway/v1/peerings/${id}`, { protected: false, auto_routes: false }],
    'PUT /causeway/v1/projects/{target_id}/quotas': [
      admin,
      `/causeway/v1/projects/${alice.projectId}/quotas`,
      { quotas: { vpc: -1, vpcPeer: -1, subnet: -1 } },
    ],
    ...(await routeCalls(service)),
  }
  const schemas = bodySchemas()
  assert.deepEqual(Object.keys(calls).sort(), Object.keys(schemas).sort())
  return Object.entries(calls).map(([route, [who, path, body]]) => {
    const schema = schemas[route] ?? {}
    return { route, method: route.split(' ')[0] ?? '', path, who, body, schema }
  })
}

type Calls = Readonly<Record<string, readonly [Person, string, Record<string, unknown>]>>

async function routeCalls(service: TestService): Promise<Calls> {
  const { alice, bob } = service
  const tables = tablesOf(alice)
  const routed = await peeredVpcs(service, alice, bob)
  const entryTo = (destination: string) => entry(routed.peering, destination, 'x')
  const subnet = await makeSubnet(service, alice, routed.a, '10.0.1.0/24')
  const table = await makeTable(service, alice, routed.a, {
    routes: [entryTo('172.18.0.0/16'), entryTo('172.19.0.0/16')],
  })
  return {
    'POST /v2.0/vpc/routes': [alice, ROUTES, { route: routeBody(routed.a, routed.peering, '172.16.0.0/16') }],
    'POST /v1/{project_id}/routetables': [
      alice,
      tables,
      { routetable: { vpc_id: routed.a, name: 'made', description: 'x', routes: [entryTo('172.17.0.0/16')] } },
    ],
    'PUT /v1/{project_id}/routetables/{routetable_id}': [
      alice,
      `${tables}/${table.id}`,
      {
        routetable: {
          ...{ name: 'renamed', description: 'x' },
          routes: {
            ...{ del: [entryTo('172.19.0.0/16')], mod: [entryTo('172.18.0.0/16')] },
            add: [entryTo('172.19.0.0/16')],
          },
        },
      },
    ],
    'POST /v1/{project_id}/routetables/{routetable_id}/action': [
      alice,
      `${tables}/${table.id}/action`,
      { routetable: { subnets: { associate: [subnet], disassociate: [] } } },
    ],
  }
}

/** Those under /causeway/v1. */
function ownCalls(
  { alice, bob }: TestService,
  vpcId: string,
  peering: ReturnType<typeof peeringBody>['peering'],
): Calls {
  const { request_vpc_info, accept_vpc_info } = peering
  return {
    'PUT /causeway/v1/vpcs/{vpc_id}/acceptance': [
      alice,
      `/causeway/v1/vpcs/${vpcId}/acceptance`,
      { acceptance: { rules: [{ tenant_id: bob.projectId, cidr: '10.0.0.0/8', action: 'ask' }] } },
    ],
    'POST /causeway/v1/plan': [alice, '/causeway/v1/plan', { create_peering: { request_vpc_info, accept_vpc_info } }],
    'POST /causeway/v1/explain': [
      alice,
      '/causeway/v1/explain',
      {
        ...{ from: { vpc: vpcId, address: '10.0.3.9' }, to: { vpc: vpcId, address: '10.0.3.8' } },
        ...{ protocol: 'udp', size: 1500, probe: false },
      },
    ],
  }
}

async function subnetCalls({ alice, ask }: TestService, vpcId: string): Promise<Calls> {
  const path = `/v1/${alice.projectId}/subnets`
  const subnet = { name: 'made', cidr: '10.0.1.0/24', gateway_ip: '10.0.1.1', vpc_id: vpcId }
  const { id } = (await ask(alice, 'POST', path, { subnet })).body.subnet
  const changes = {
    ...{ description: 'x', dhcp_enable: true, ipv6_enable: true, primary_dns: '10.0.0.2', secondary_dns: '10.0.0.3' },
    ...{ dnsList: ['10.0.0.2', '10.0.0.3'], extra_dhcp_opts: [{ opt_name: 'addresstime', opt_value: '24h' }] },
  }
  const place = { cidr: '10.0.2.0/24', gateway_ip: '10.0.2.1', availability_zone: 'az1', tags: ['key*value'] }
  return {
    'POST /v1/{project_id}/subnets': [alice, path, { subnet: { ...subnet, ...changes, ...place } }],
    'PUT /v1/{project_id}/vpcs/{vpc_id}/subnets/{subnet_id}': [
      alice,
      `/v1/${alice.projectId}/vpcs/${vpcId}/subnets/${id}`,
      { subnet: { name: 'renamed', ...changes } },
    ],
    ...tagCalls(alice, 'subnets/{subnet_id}', `subnets/${id}`),
  }
}

/** `where` is the resource below its project, as openapi.json names it and as the path has it. */
function tagCalls(who: Person, where: string, resource: string): Calls {
  const [route, path] = [`POST /v2.0/{project_id}/${where}/tags`, `/v2.0/${who.projectId}/${resource}/tags`]
  const tag = { key: 'k', value: 'v' }
  return {
    [route]: [who, path, { tag }],
    [`${route}/action`]: [who, `${path}/action`, { action: 'create', tags: [tag, { key: 'l' }] }],
  }
}

/** By the admin, who may set every member. */
async function portCalls({ alice, admin, ask }: TestService, vpcId: string): Promise<Calls> {
  const subnet = { name: 'of ports', cidr: '10.0.3.0/24', gateway_ip: '10.0.3.1', vpc_id: vpcId }
  const made = (await ask(alice, 'POST', `/v1/${alice.projectId}/subnets`, { subnet })).body.subnet
  const path = `/v1/${alice.projectId}/ports`
  const { id } = (await ask(alice, 'POST', path, { port: { network_id: made.id } })).body.port
  const port = {
    ...{ name: 'made', device_owner: 'compute:az1', device_id: 'vm', 'binding:host_id': 'host', 'binding:profile': {} },
    ...{ security_groups: [id], extra_dhcp_opts: [{ opt_name: '51', opt_value: '24h' }] },
    allowed_address_pairs: [{ ip_address: '10.0.3.0/24', mac_address: 'fa:16:3e:00:00:01' }],
  }
  const place = {
    ...{ network_id: made.id, admin_state_up: true, tenant_id: alice.projectId },
    fixed_ips: [{ subnet_id: made.neutron_subnet_id, ip_address: '10.0.3.9' }],
  }
  return {
    'POST /v1/{project_id}/ports': [admin, path, { port: { ...port, ...place } }],
    'PUT /v1/{project_id}/ports/{port_id}': [admin, `${path}/${id}`, { port }],
    'PUT /causeway/v1/ports/{port_id}/attachment': [
      admin,
      `/causeway/v1/ports/${id}/attachment`,
      { netns: 'web', pid: 4711, device: 'eth1' },
    ],
  }
}

/** The paths of all members and items of a body, the containers too. */
export function pathsIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inside = Object.entries(value).flatMap(([key, each]) => pathsIn(each, [...path, key]))
  return path.length === 0 ? inside : [path, ...inside]
}

/** The body with another value at a path; undefined drops it. A path into what is no container changes nothing. */
export function withValue(body: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  if (typeof body !== 'object' || body === null) return body
  const copy = Array.isArray(body) ? [...body] : { ...body }
  return Object.assign(copy, { [key]: withValue((body as Record<string, unknown>)[key], rest, value) })
}

function bodySchemas(): Readonly<Record<string, object>> {
  const { paths } = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'))
  const schemas: Record<string, object> = {}
  for (const [path, methods] of Object.entries<Record<string, { requestBody?: { content: Json } }>>(paths)) {
    for (const [method, { requestBody }] of Object.entries(methods)) {
      if (requestBody === undefined) continue
      schemas[`${method.toUpperCase()} ${path}`] = requestBody.content['application/json'].schema
    }
  }
  return schemas
}

type Json = { readonly 'application/json': { readonly schema: object } }
