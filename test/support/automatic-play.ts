/** Random calls of two tenants around automatic routes. What each must answer is not said here: any refusal will do. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import * as auto from './automatic.ts'
import { type Checked, checkAutomatic, type RouteRow, routesIn } from './automatic-oracle.ts'
import { dump } from './dump.ts'
import { PEERINGS, peeringBody } from './peerings.ts'
import { addRoute, defaultTable, tablesOf } from './routes.ts'
import type { Answer, Person, TestService } from './service.ts'

/** Few blocks, of which some lie in others, so that they meet. */
const PRIMARY = ['10.0.0.0/8', '10.1.0.0/16', '10.1.7.0/24', '10.2.0.0/16', '10.2.1.0/24'] as const
const SECONDARY = ['23.0.0.0/24', '24.0.0.0/24'] as const
const SUBNETS = ['10.1.0.0/20', '10.1.7.0/24', '10.1.64.0/24', '10.2.0.0/20', '10.2.1.0/24', '23.0.0.0/25'] as const
const DESTINATIONS = [...PRIMARY, ...SECONDARY, '10.9.0.0/16'] as const
const LIMITS = [1, 1, 2, null] as const
const VPCS = 4

const at = fc.nat(11)
const vpc = fc.nat(VPCS - 1)
const kind = <Kind extends string>(one: Kind): fc.Arbitrary<Kind> => fc.constant(one)

export const anyCommand = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: kind('connect'), vpc, other: vpc }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('accept'), at }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('disconnect'), at }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: kind('ask'), at, far: fc.boolean(), isOn: fc.constantFrom(true, true, false) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind('primary'), vpc, block: fc.constantFrom(...PRIMARY, '') }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: kind('secondary'), vpc, block: fc.constantFrom(...SECONDARY), isAdded: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: kind('subnet'), vpc, block: fc.constantFrom(...SUBNETS), v6: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('dropSubnet'), at }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('gainV6'), at }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('route'), vpc, at, block: fc.constantFrom(...DESTINATIONS) }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('dropRoute'), at, inTable: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('limit'), vpc, limit: fc.constantFrom(...LIMITS) }) },
)
export type AutomaticCommand = typeof anyCommand extends fc.Arbitrary<infer T> ? T : never

interface OwnVpc {
  readonly who: Person
  readonly id: string
}

export class AutomaticPlay {
  readonly seen = { there: 0, local: 0, taken: 0, limit: 0, kept: 0 }
  readonly #service: TestService
  readonly #vpcs: readonly OwnVpc[]
  readonly #peerings: { readonly id: string; readonly near: OwnVpc; readonly far: OwnVpc }[] = []
  readonly #subnets: { readonly id: string; readonly vpc: OwnVpc }[] = []
  #routes: readonly RouteRow[] = []

  private constructor(service: TestService, vpcs: readonly OwnVpc[]) {
    this.#service = service
    this.#vpcs = vpcs
  }

  /** Two VPCs of each tenant, of which three are peered or wait to be, and some ask for automatic routes. */
  static async begin(service: TestService): Promise<AutomaticPlay> {
    const vpcs: OwnVpc[] = []
    for (const who of [service.alice, service.bob, service.alice, service.bob]) {
      vpcs.push({ who, id: await service.makeVpc(who, '', PRIMARY[vpcs.length]) })
    }
    const play = new AutomaticPlay(service, vpcs)
    await play.take({ kind: 'connect', vpc: 0, other: 1 })
    await play.take({ kind: 'accept', at: 0 })
    await play.take({ kind: 'connect', vpc: 2, other: 0 })
    await play.take({ kind: 'connect', vpc: 1, other: 2 })
    for (const far of [true, false]) await play.take({ kind: 'ask', at: 0, far, isOn: true })
    await play.take({ kind: 'ask', at: 1, far: true, isOn: true })
    return play
  }

  /** Does it, and fails where something does not hold then. */
  async take(command: AutomaticCommand): Promise<void> {
    const answer = await this.#ask(command)
    assert.ok((answer?.status ?? 0) < 500, JSON.stringify(answer?.body))
    const stored = dump(this.#service.folder)
    const checked = checkAutomatic(stored)
    assert.deepEqual(checked.faults, [])
    this.#compare(routesIn(stored), command)
    for (const what of ['there', 'local', 'taken', 'limit'] as const satisfies readonly (keyof Checked)[]) {
      this.seen[what] += checked[what]
    }
  }

  #ask(command: AutomaticCommand): Promise<Answer | undefined> | undefined {
    switch (command.kind) {
      case 'connect':
        return this.#connect(this.#vpc(command.vpc), this.#vpc(command.other))
      case 'accept':
      case 'disconnect':
      case 'ask':
        return this.#askPeering(command)
      case 'primary':
        return this.#of(command.vpc, (who, id) => auto.setPrimary(this.#service, who, id, command.block))
      case 'secondary':
        return this.#of(command.vpc, (who, id) =>
          auto.changeSecondary(this.#service, who, id, command.isAdded ? 'add' : 'remove', command.block),
        )
      case 'subnet':
        return this.#makeSubnet(this.#vpc(command.vpc), command.block, command.v6)
      case 'dropSubnet':
      case 'gainV6':
        return this.#changeSubnet(command)
      case 'route': {
        const peering = pick(this.#peerings, command.at)?.id
        const make = (who: Person, id: string) => addRoute(this.#service, who, id, String(peering), command.block)
        return peering === undefined ? undefined : this.#of(command.vpc, make)
      }
      case 'dropRoute':
        return this.#dropRoute(command.at, command.inTable)
      case 'limit':
        return auto.setRouteLimit(this.#service, this.#vpc(command.vpc).who, command.limit).then(() => undefined)
    }
  }

  async #connect({ who, id }: OwnVpc, far: OwnVpc): Promise<Answer> {
    const answer = await this.#service.ask(who, 'POST', PEERINGS, peeringBody(id, far.id, far.who.projectId))
    if (answer.status === 201) this.#peerings.push({ id: answer.body.peering.id, near: { who, id }, far })
    return answer
  }

  #askPeering(command: Extract<AutomaticCommand, { kind: 'accept' | 'disconnect' | 'ask' }>) {
    const peering = pick(this.#peerings, command.at)
    if (peering === undefined) return undefined
    const { ask } = this.#service
    if (command.kind === 'accept') return ask(peering.far.who, 'PUT', `${PEERINGS}/${peering.id}/accept`)
    if (command.kind === 'disconnect') return ask(peering.near.who, 'DELETE', `${PEERINGS}/${peering.id}`)
    const { who } = command.far ? peering.far : peering.near
    return auto.setAuto(this.#service, who, peering.id, command.isOn)
  }

  async #makeSubnet(vpc: OwnVpc, cidr: string, ipv6_enable: boolean): Promise<Answer> {
    const gateway_ip = cidr.replace(/\d+\/\d+$/, '1')
    const subnet = { name: 's', cidr, vpc_id: vpc.id, gateway_ip, ipv6_enable }
    const answer = await this.#service.ask(vpc.who, 'POST', `/v1/${vpc.who.projectId}/subnets`, { subnet })
    if (answer.status === 200) this.#subnets.push({ id: answer.body.subnet.id, vpc })
    return answer
  }

  #changeSubnet({ kind, at }: Extract<AutomaticCommand, { kind: 'dropSubnet' | 'gainV6' }>) {
    const subnet = pick(this.#subnets, at)
    if (subnet === undefined) return undefined
    const { who, id } = subnet.vpc
    if (kind === 'dropSubnet') return auto.deleteSubnet(this.#service, who, id, subnet.id)
    const path = `/v1/${who.projectId}/vpcs/${id}/subnets/${subnet.id}`
    return this.#service.ask(who, 'PUT', path, { subnet: { name: 's', ipv6_enable: true } })
  }

  /** Of any that is there, the automatic ones among them. */
  async #dropRoute(at: number, inTable: boolean): Promise<Answer | undefined> {
    const route = pick(this.#routes, at)
    const vpc = this.#vpcs.find(({ id }) => id === route?.vpc_id)
    if (route === undefined || vpc === undefined) return undefined
    if (!inTable) return this.#service.ask(vpc.who, 'DELETE', `/v2.0/vpc/routes/${route.id}`)
    const { id } = await defaultTable(this.#service, vpc.who, vpc.id)
    const routes = { del: [{ destination: route.destination }] }
    return this.#service.ask(vpc.who, 'PUT', `${tablesOf(vpc.who)}/${id}`, { routetable: { routes } })
  }

  /** A route that is still the same one has its id; and somebody's own comes and goes by its own calls alone. */
  #compare(after: readonly RouteRow[], { kind }: AutomaticCommand): void {
    const before = this.#routes
    for (const route of after) {
      const earlier = before.find((each) => each.vpc_id === route.vpc_id && each.destination === route.destination)
      if (earlier?.automatic !== route.automatic || earlier.nexthop !== route.nexthop) continue
      assert.deepEqual(route, earlier)
      this.seen.kept += route.automatic
    }
    const own = (routes: readonly RouteRow[]) => routes.filter(({ automatic }) => automatic === 0)
    if (!['route', 'dropRoute', 'disconnect'].includes(kind)) assert.deepEqual(own(after), own(before))
    this.#routes = after
  }

  async cleanUp(): Promise<void> {
    const { ask } = this.#service
    for (const { id, near } of this.#peerings) await ask(near.who, 'DELETE', `${PEERINGS}/${id}`)
    for (const { id, vpc } of this.#subnets) await auto.deleteSubnet(this.#service, vpc.who, vpc.id, id)
    for (const { who, id } of this.#vpcs) {
      assert.equal((await ask(who, 'DELETE', `/v1/${who.projectId}/vpcs/${id}`)).status, 204)
      await auto.setRouteLimit(this.#service, who, null)
    }
  }

  #vpc(at: number): OwnVpc {
    return this.#vpcs[at] as OwnVpc
  }

  #of(at: number, run: (who: Person, id: string) => Promise<Answer>): Promise<Answer> {
    const { who, id } = this.#vpc(at)
    return run(who, id)
  }
}

function pick<T>(from: readonly T[], at: number): T | undefined {
  return from[at % Math.max(1, from.length)]
}
