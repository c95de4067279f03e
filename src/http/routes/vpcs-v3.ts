/** The VPC API v3. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { changeExtendCidrs } from '../../operations/vpcs/change-extend-cidrs.ts'
import { countContents } from '../../operations/vpcs/count-contents.ts'
import { createVpc } from '../../operations/vpcs/create-vpc.ts'
import { deleteVpc } from '../../operations/vpcs/delete-vpc.ts'
import { listVpcs } from '../../operations/vpcs/list-vpcs.ts'
import { showVpc } from '../../operations/vpcs/show-vpc.ts'
import { updateVpc } from '../../operations/vpcs/update-vpc.ts'
import { parseVpcId } from '../../rules/ids.ts'
import { parseDescription } from '../../rules/peering.ts'
import { invalidInput } from '../../rules/refusal.ts'
import { withTags } from '../../rules/tag.ts'
import {
  NEWBORN_CONTENTS,
  parseEnterpriseProjectId,
  parsePrimaryCidr,
  parseVpcName,
  type Vpc,
} from '../../rules/vpc.ts'
import { readTag } from '../../wire/tags.ts'
import {
  CreateVpcV3Request,
  DryRunAnswer,
  ExtendCidrRequest,
  spellVpcV3,
  UpdateVpcV3Request,
  VpcV3Answer,
  VpcV3ListAnswer,
  VpcV3ListQuery,
} from '../../wire/vpcs.ts'
import type { App, ServerParts } from '../app.ts'
import { forwardPageOf, givenAll } from '../query.ts'
import { asker, describe, NO_BODY } from '../route.ts'
import { enterpriseFilter, vpcIdOf } from './vpcs.ts'

const PATH = '/v3/:project_id/vpc/vpcs'

export function vpcV3Routes(app: App, { perform }: ServerParts): void {
  const spell = async (request: FastifyRequest, vpc: Vpc) =>
    spellVpcV3(vpc, await perform(countContents, asker(request), vpc.id))

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
      const page = forwardPageOf(query, parseVpcId)
      const { items, next } = await perform(listVpcs, asker(request), { ...filter, page })
      const [first, last] = [items.at(0), items.at(-1)]
      return {
        request_id: request.id,
        vpcs: await Promise.all(items.map((vpc) => spell(request, vpc))),
        page_info: {
          ...(first && { previous_marker: first.id }),
          current_count: items.length,
          ...(next && last && { next_marker: last.id }),
        },
      }
    },
  )

  app.post(
    PATH,
    {
      schema: describe('vpcs v3', 'Create a VPC', {
        body: CreateVpcV3Request,
        response: { 201: VpcV3Answer, 202: DryRunAnswer },
      }),
    },
    async (request, reply) => {
      const { vpc, dry_run: dryRun = false } = request.body
      const input = {
        name: parseVpcName(vpc.name),
        description: parseDescription(vpc.description ?? ''),
        cidr: parsePrimaryCidr(vpc.cidr),
        enterpriseProjectId: parseEnterpriseProjectId(vpc.enterprise_project_id ?? '0'),
        tags: withTags([], (vpc.tags ?? []).map(readTag)),
        dryRun,
      }
      const made = await perform(createVpc, asker(request), input)
      return answer(request, reply, spellVpcV3(made, NEWBORN_CONTENTS), dryRun ? 'dry run' : 201)
    },
  )

  app.get(
    `${PATH}/:vpc_id`,
    { schema: describe('vpcs v3', 'Show a VPC', { response: { 200: VpcV3Answer } }) },
    async (request) => {
      const vpc = await perform(showVpc, asker(request), vpcIdOf(request.params))
      return { request_id: request.id, vpc: await spell(request, vpc) }
    },
  )

  app.put(
    `${PATH}/:vpc_id`,
    {
      schema: describe('vpcs v3', 'Rename or describe a VPC', {
        body: UpdateVpcV3Request,
        response: { 200: VpcV3Answer, 202: DryRunAnswer },
      }),
    },
    async (request, reply) => {
      const { vpc, dry_run: dryRun = false } = request.body
      const { name, description } = vpc
      if (vpc.cidr !== undefined) throw invalidInput('cidr', 'cannot be changed here, but through the VPC API v1')
      if (name === undefined && description === undefined) {
        throw invalidInput('vpc', "must have a 'name' or a 'description' to change")
      }
      const change = {
        id: vpcIdOf(request.params),
        name: name === undefined ? undefined : parseVpcName(name),
        description: description === undefined ? undefined : parseDescription(description),
        cidr: undefined,
        dryRun,
      }
      const after = await perform(updateVpc, asker(request), change)
      return answer(request, reply, await spell(request, after), dryRun ? 'dry run' : 200)
    },
  )

  app.delete(
    `${PATH}/:vpc_id`,
    {
      schema: describe('vpcs v3', 'Delete a VPC that is empty and that no peering holds', {
        response: { 204: NO_BODY },
      }),
    },
    async (request, reply) => {
      await perform(deleteVpc, asker(request), vpcIdOf(request.params))
      return reply.code(204).send(null)
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
    const after = await perform(changeExtendCidrs, asker(request), input)
    return answer(request, reply, await spell(request, after), dryRun ? 'dry run' : 200)
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

/** A change that was made, by its status; or one that could be, with the VPC as it would be. */
function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  vpc: ReturnType<typeof spellVpcV3>,
  outcome: 200 | 201 | 'dry run',
) {
  if (outcome !== 'dry run') {
    reply.code(outcome)
    return { request_id: request.id, vpc }
  }
  reply.code(202)
  return { request_id: request.id, vpc, error_code: 'SYS.0202' as const, error_msg: 'The dry run passed.' }
}
