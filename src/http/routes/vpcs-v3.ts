/** What of the VPC API v3 the Terraform providers use: the reads, and secondary blocks. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { changeExtendCidrs } from '../../operations/vpcs/change-extend-cidrs.ts'
import { listVpcs } from '../../operations/vpcs/list-vpcs.ts'
import { showVpc } from '../../operations/vpcs/show-vpc.ts'
import { parseVpcId } from '../../rules/ids.ts'
import {
  DryRunAnswer,
  ExtendCidrRequest,
  spellVpcV3,
  VpcV3Answer,
  VpcV3ListAnswer,
  VpcV3ListQuery,
} from '../../wire/vpcs.ts'
import type { App, ServerParts } from '../app.ts'
import { givenAll, pageOf } from '../query.ts'
import { asker, describe } from '../route.ts'
import { enterpriseFilter, vpcIdOf } from './vpcs.ts'

const PATH = '/v3/:project_id/vpc/vpcs'

export function vpcV3Routes(app: App, { perform }: ServerParts): void {
  app.get(
    PATH,
    { schema: describe('vpcs v3', 'List VPCs', { querystring: VpcV3ListQuery, response: { 200: VpcV3ListAnswer } }) },
    async (request) => {
      const { query } = request
      const filter = {
        ids: givenAll(query.id)?.flatMap((text) => parseVpcId(text) ?? []),
        names: givenAll(query.name),
        descriptions: givenAll(query.description),
        cidrs: givenAll(query.cidr),
        enterpriseProjectId: enterpriseFilter(query.enterprise_project_id),
      }
      // Not the whole query: these lists know no page_reverse, and nothing has checked one.
      const page = pageOf({ limit: query.limit, marker: query.marker }, parseVpcId)
      const { items, next } = await perform(listVpcs, asker(request), { ...filter, page })
      const [first, last] = [items.at(0), items.at(-1)]
      return {
        request_id: request.id,
        vpcs: items.map(spellVpcV3),
        page_info: {
          ...(first && { previous_marker: first.id }),
          current_count: items.length,
          ...(next && last && { next_marker: last.id }),
        },
      }
    },
  )

  app.get(
    `${PATH}/:vpc_id`,
    { schema: describe('vpcs v3', 'Show a VPC', { response: { 200: VpcV3Answer } }) },
    async (request) => {
      const vpc = await perform(showVpc, asker(request), vpcIdOf(request.params))
      return { request_id: request.id, vpc: spellVpcV3(vpc) }
    },
  )

  const schema = { body: ExtendCidrRequest, response: { 200: VpcV3Answer, 202: DryRunAnswer } }
  const change = async (
    verb: 'add' | 'remove',
    request: FastifyRequest,
    { dry_run: dryRun = false, vpc: { extend_cidrs: cidrs } }: { dry_run?: boolean; vpc: { extend_cidrs: string[] } },
    reply: FastifyReply,
  ) => {
    const input = { id: vpcIdOf(request.params), verb, cidrs, dryRun }
    const vpc = spellVpcV3(await perform(changeExtendCidrs, asker(request), input))
    if (!dryRun) return { request_id: request.id, vpc }
    reply.code(202)
    return { request_id: request.id, vpc, error_code: 'SYS.0202' as const, error_msg: 'The dry run passed.' }
  }
  app.put(
    `${PATH}/:vpc_id/add-extend-cidr`,
    { schema: describe('vpcs v3', 'Add secondary blocks', schema) },
    (request, reply) => change('add', request, request.body, reply),
  )
  app.put(
    `${PATH}/:vpc_id/remove-extend-cidr`,
    { schema: describe('vpcs v3', 'Remove secondary blocks', schema) },
    (request, reply) => change('remove', request, request.body, reply),
  )
}
