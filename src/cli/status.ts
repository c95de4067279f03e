import type { WirePeeringView } from '../wire/peering-views.ts'
import type { Command } from './command.ts'

export const status: Command = {
  usage: 'PEERING [--json]',
  about: 'Show a peering, how far the network is with each side of it, and what it has carried.',
  words: ['PEERING'],
  options: {},
  prepare:
    ({ words: [id = ''] }) =>
    async (client) => {
      const answer = (await client.ask('GET', `/causeway/v1/peerings/${encodeURIComponent(id)}`)) as WirePeeringView
      return { answer, lines: describe(answer) }
    },
}

function describe({ id, name, status, request_vpc_info, accept_vpc_info, dataplane, traffic }: WirePeeringView) {
  return [
    `peering ${id} (${name}) is ${status}`,
    `  requester     vpc ${request_vpc_info.vpc_id}: ${readiness(dataplane?.requester)}`,
    `  accepter      vpc ${accept_vpc_info.vpc_id}: ${readiness(dataplane?.accepter)}`,
    ...(traffic === null ? [] : [`  to accepter   ${carried(traffic.to_accepter)}`]),
    ...(traffic === null ? [] : [`  to requester  ${carried(traffic.to_requester)}`]),
  ]
}

type Side = NonNullable<WirePeeringView['dataplane']>['requester']

function readiness(side: Side | undefined): string {
  if (side === undefined) return 'there is no data plane'
  const { state, generation, observed_generation, since, last_error } = side
  const how = state === 'APPLYING' ? `, seen ${observed_generation} of ${generation}` : ''
  return `${state} since ${since}${how}${last_error === null ? '' : `: ${last_error}`}`
}

function carried({ packets, bytes }: NonNullable<WirePeeringView['traffic']>['to_accepter']): string {
  return `${packets} packets, ${bytes} bytes`
}
