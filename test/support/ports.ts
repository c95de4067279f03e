/** Calls of the port API as one person makes them. */
import type { Answer, Asks, Person } from './service.ts'
import { subnetCalls } from './subnets.ts'

export interface PortCalls {
  /** In the person's project, or by the admin in that of somebody else. */
  create(networkId: string, port?: Readonly<Record<string, unknown>>): Promise<Answer>
  show(id: string): Promise<Answer>
  update(id: string, port: unknown): Promise<Answer>
  remove(id: string): Promise<Answer>
  /** Ids. */
  list(query?: string): Promise<readonly string[]>
}

export function portCalls(service: Asks, who: Person, projectId = who.projectId): PortCalls {
  const path = `/v1/${projectId}/ports`
  return {
    create: (networkId, port) => service.ask(who, 'POST', path, { port: { network_id: networkId, ...port } }),
    show: (id) => service.ask(who, 'GET', `${path}/${id}`),
    update: (id, port) => service.ask(who, 'PUT', `${path}/${id}`, { port }),
    remove: (id) => service.ask(who, 'DELETE', `${path}/${id}`),
    async list(query = '') {
      const { status, body } = await service.ask(who, 'GET', `${path}${query}`)
      if (status !== 200) throw new Error(`no list: ${JSON.stringify(body)}`)
      return body.ports.map(({ id }: { id: string }) => id)
    },
  }
}

export interface SubnetJson {
  readonly id: string
  readonly cidr: string
  readonly cidr_v6?: string
  readonly neutron_subnet_id: string
  readonly neutron_subnet_id_v6: string
}

/** Makes a subnet, as the API tells it; the gateway is the first host, with IPv6 where it is asked for. */
export async function makeSubnet(
  service: Asks,
  who: Person,
  vpcId: string,
  subnet: { readonly cidr: string; readonly gateway_ip?: string; readonly ipv6_enable?: boolean },
): Promise<SubnetJson> {
  const { status, body } = await subnetCalls(service, who).create(vpcId, subnet)
  if (status !== 200) throw new Error(`no subnet: ${JSON.stringify(body)}`)
  return body.subnet
}

/** The addresses of a port in an answer, IPv4 first. */
export function addressesIn({ body }: Answer): readonly string[] {
  return body.port.fixed_ips.map(({ ip_address }: { ip_address: string }) => ip_address)
}
