/** Plays commands of the model (model.ts) against the service over HTTP, and compares the two after each. */
import assert from 'node:assert/strict'
import {
  answer,
  blockOf,
  type Command,
  createPeering,
  createRoute,
  createSubnet,
  deletePeering,
  deleteVpc,
  drop,
  EMPTY,
  expire,
  type Model,
  ownerOf,
  peeringsCounted,
  put,
  type Step,
  TENANTS,
  type Tenant,
  takesPart,
  values,
} from './model.ts'
import { PEERINGS } from './peerings.ts'
import { ROUTES } from './routes.ts'
import type { TestService } from './service.ts'

/** One sequence of calls: the model, and by number the ids that the service has given. */
export class Play {
  readonly calls: string[] = []
  readonly #service: TestService
  readonly #ttlMs: number
  readonly #ids = new Map<number, string>()
  #model: Model = EMPTY
  #made = 0

  /** `ttlMs`: how long a request waits in this service, by its clock. */
  constructor(service: TestService, ttlMs: number) {
    this.#service = service
    this.#ttlMs = ttlMs
  }

  async take(command: Command): Promise<void> {
    const { vpcs, subnets, peerings, routes } = this.#model
    const vpc = 'at' in command ? pick(vpcs, command.at) : undefined
    switch (command.kind) {
      case 'createVpc':
        await this.#createVpc(command.owner, blockOf(1 + (command.third % 2), 0, true))
        break
      case 'deleteVpc':
        if (vpc !== undefined) await this.#deleteVpc(vpc)
        break
      case 'createSubnet':
        if (vpc !== undefined) await this.#createSubnet(vpc, blockIn(command))
        break
      case 'deleteSubnet':
        await this.#deleteSubnet(pick(subnets, command.at))
        break
      case 'createPeering':
        if (vpc !== undefined) await this.#createPeering(vpc, pick(vpcs, command.other) ?? vpc)
        break
      case 'accept':
      case 'reject':
        await this.#answer(pick(peerings, command.at), command.who, command.kind)
        break
      case 'deletePeering':
        await this.#deletePeering(pick(peerings, command.at), command.who)
        break
      case 'createRoute':
        await this.#createRoute(command.at, pick(peerings, command.other), blockIn(command))
        break
      case 'deleteRoute':
        await this.#deleteRoute(pick(routes, command.at))
        break
      case 'expire':
        this.#service.clock.advance(this.#ttlMs)
        this.#model = expire(this.#model)
        break
    }
    for (const tenant of TENANTS) await this.#compare(tenant)
  }

  async ask(tenant: Tenant, expected: number, method: string, path: string, body?: object) {
    const data = body === undefined ? '' : ` -d '${JSON.stringify(body)}'`
    this.calls.push(`curl -X ${method} "$URL${path}" -H "X-Auth-Token: $${tenant.toUpperCase()}"${data}`)
    const answer = await this.#service.ask(this.#service[tenant], method, path, body)
    assert.equal(answer.status, expected, `${method} ${path}: ${answer.status} and not ${expected}`)
    return answer.body
  }

  /** Everything goes, in an order in which nothing holds anything. */
  async cleanUp(): Promise<void> {
    for (const tenant of TENANTS) {
      const who = this.#service[tenant]
      const remove = (path: string) => this.#service.ask(who, 'DELETE', path)
      for (const { id } of (await this.#service.ask(who, 'GET', PEERINGS)).body.peerings)
        await remove(`${PEERINGS}/${id}`)
      const nested = `/v1/${who.projectId}/vpcs`
      const { subnets } = (await this.#service.ask(who, 'GET', `/v1/${who.projectId}/subnets`)).body
      for (const { id, vpc_id } of subnets) await remove(`${nested}/${vpc_id}/subnets/${id}`)
      for (const { id } of (await this.#service.ask(who, 'GET', nested)).body.vpcs) await remove(`${nested}/${id}`)
    }
  }

  async #createVpc(owner: Tenant, cidr: string): Promise<void> {
    const { vpc } = await this.ask(owner, 200, 'POST', this.#path(owner, 'vpcs'), { vpc: { cidr } })
    this.#model = { ...this.#model, vpcs: put(this.#model.vpcs, this.#number(vpc.id), { owner, cidr }) }
  }

  async #deleteVpc(key: number): Promise<void> {
    const owner = ownerOf(this.#model, key)
    const { status, model } = deleteVpc(this.#model, key)
    await this.ask(owner, status, 'DELETE', this.#path(owner, `vpcs/${this.#id(key)}`))
    this.#model = model
  }

  async #createSubnet(vpc: number, cidr: string): Promise<void> {
    const owner = ownerOf(this.#model, vpc)
    const gateway_ip = cidr.replace(/0\/\d+$/, '1')
    const subnet = { name: 's', vpc_id: this.#id(vpc), cidr, gateway_ip }
    await this.#make(
      (key) => createSubnet(this.#model, key, vpc, cidr),
      async (status) => (await this.ask(owner, status, 'POST', this.#path(owner, 'subnets'), { subnet }))?.subnet,
    )
  }

  async #deleteSubnet(key: number | undefined): Promise<void> {
    const subnet = key === undefined ? undefined : this.#model.subnets.get(key)
    if (key === undefined || subnet === undefined) return
    const owner = ownerOf(this.#model, subnet.vpc)
    await this.ask(owner, 204, 'DELETE', this.#path(owner, `vpcs/${this.#id(subnet.vpc)}/subnets/${this.#id(key)}`))
    this.#model = { ...this.#model, subnets: drop(this.#model.subnets, key) }
  }

  async #createPeering(from: number, to: number): Promise<void> {
    const tenant_id = this.#service[ownerOf(this.#model, to)].projectId
    const accept_vpc_info = { vpc_id: this.#id(to), tenant_id }
    const peering = { name: 'p', request_vpc_info: { vpc_id: this.#id(from) }, accept_vpc_info }
    await this.#make(
      (key) => createPeering(this.#model, key, from, to),
      async (status) => (await this.ask(ownerOf(this.#model, from), status, 'POST', PEERINGS, { peering }))?.peering,
    )
  }

  async #answer(key: number | undefined, tenant: Tenant, verb: 'accept' | 'reject'): Promise<void> {
    if (key === undefined) return
    const { status, model } = answer(this.#model, key, tenant, verb === 'accept' ? 'ACTIVE' : 'REJECTED')
    await this.ask(tenant, status, 'PUT', `${PEERINGS}/${this.#id(key)}/${verb}`)
    this.#model = model
  }

  async #deletePeering(key: number | undefined, tenant: Tenant): Promise<void> {
    if (key === undefined) return
    const { status, model } = deletePeering(this.#model, key, tenant)
    await this.ask(tenant, status, 'DELETE', `${PEERINGS}/${this.#id(key)}`)
    this.#model = model
  }

  /** Most often of an end of the peering, or else hardly a route would be made; `at` chooses which, or any VPC. */
  async #createRoute(at: number, peering: number | undefined, destination: string): Promise<void> {
    const through = peering === undefined ? undefined : this.#model.peerings.get(peering)
    if (peering === undefined || through === undefined) return
    const vpc = at % 4 === 3 ? (pick(this.#model.vpcs, at) ?? through.from) : at % 2 === 0 ? through.from : through.to
    const route = { type: 'peering', nexthop: this.#id(peering), destination, vpc_id: this.#id(vpc) }
    await this.#make(
      (key) => createRoute(this.#model, key, vpc, peering, destination),
      async (status) => (await this.ask(ownerOf(this.#model, vpc), status, 'POST', ROUTES, { route }))?.route,
    )
  }

  async #deleteRoute(key: number | undefined): Promise<void> {
    const route = key === undefined ? undefined : this.#model.routes.get(key)
    if (key === undefined || route === undefined) return
    await this.ask(ownerOf(this.#model, route.vpc), 204, 'DELETE', `${ROUTES}/${this.#id(key)}`)
    this.#model = { ...this.#model, routes: drop(this.#model.routes, key) }
  }

  /** What each tenant sees is what the model says it sees, and its quotas are a recount of that. */
  async #compare(tenant: Tenant): Promise<void> {
    const { peerings, routes, vpcs, subnets } = this.#model
    const who = this.#service[tenant]
    const get = async (path: string) => (await this.#service.ask(who, 'GET', path)).body
    const isOwn = (vpc: number) => ownerOf(this.#model, vpc) === tenant
    const seen = [...peerings].filter(([, peering]) => takesPart(this.#model, peering, tenant))
    assert.deepEqual(
      byId((await get(PEERINGS)).peerings.map(({ id, status }: Listed) => [id, status])),
      byId(seen.map(([key, { status }]) => [this.#id(key), status])),
    )
    const own = [...routes].filter(([, { vpc }]) => isOwn(vpc))
    assert.deepEqual(
      byId((await get(ROUTES)).routes.map(({ id, destination }: Listed) => [id, destination])),
      byId(own.map(([key, { destination }]) => [this.#id(key), destination])),
    )
    const { resources } = (await get(this.#path(tenant, 'quotas'))).quotas
    const used = (type: string) => resources.find((each: Listed) => each.type === type).used
    assert.deepEqual(
      { vpc: used('vpc'), subnet: used('subnet'), vpcPeer: used('vpcPeer') },
      {
        vpc: values(vpcs).filter(({ owner }) => owner === tenant).length,
        subnet: values(subnets).filter(({ vpc }) => isOwn(vpc)).length,
        vpcPeer: peeringsCounted(this.#model, tenant),
      },
    )
  }

  /** A call that makes something, where the model says that it does. */
  async #make(
    step: (key: number) => Step,
    call: (status: number) => Promise<{ id: string } | undefined>,
  ): Promise<void> {
    const key = this.#made
    const { status, model } = step(key)
    const made = await call(status)
    if (status < 300) assert.equal(this.#number(made?.id ?? ''), key)
    this.#model = model
  }

  #number(id: string): number {
    this.#ids.set(this.#made, id)
    this.#made += 1
    return this.#made - 1
  }

  #id(key: number): string {
    return this.#ids.get(key) ?? 'none'
  }

  #path(tenant: Tenant, rest: string): string {
    return `/v1/${this.#service[tenant].projectId}/${rest}`
  }
}

interface Listed {
  readonly id: string
  readonly status: string
  readonly destination: string
  readonly type: string
}

function blockIn({ third, wide }: { readonly third: number; readonly wide: boolean }): string {
  return blockOf(1 + (third % 2), third >> 1, wide)
}

function pick(map: ReadonlyMap<number, unknown>, index: number): number | undefined {
  const keys = [...map.keys()]
  return keys[index % Math.max(1, keys.length)]
}

function byId(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))
}
