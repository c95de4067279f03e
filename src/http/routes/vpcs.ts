/** The VPC API v1. */
import { createVpc } from '../../operations/vpcs/create-vpc.ts'
import { deleteVpc } from '../../operations/vpcs/delete-vpc.ts'
import { listVpcs } from '../../operations/vpcs/list-vpcs.ts'
import { showVpc } from '../../operations/vpcs/show-vpc.ts'
import { updateVpc } from '../../operations/vpcs/update-vpc.ts'
import { parseVpcId, type VpcId } from '../../rules/ids.ts'
import { parseDescription } from '../../rules/peering.ts'
import { invalidInput } from '../../rules/refusal.ts'
import { parseTags } from '../../rules/tag.ts'
import { parseEnterpriseProjectId, parsePrimaryCidr, parseVpcName, vpcNotFound } from '../../rules/vpc.ts'
import {
  CreateVpcRequest,
  spellVpc,
  UpdateVpcRequest,
  VpcAnswer,
  VpcListAnswer,
  VpcListQuery,
} from '../../wire/vpcs.ts'
import type { App, ServerParts } from '../app.ts'
import { forwardPageOf, given } from '../query.ts'
import { asker, describe, NO_BODY } from '../route.ts'

const PATH = '/v1/:project_id/vpcs'

export function vpcRoutes(app: App, { perform }: ServerParts): void {
  app.get(
    PATH,
    { schema: describe('vpcs', 'List VPCs', { querystring: VpcListQuery, response: { 200: VpcListAnswer } }) },
    async (request) => {
      const { query } = request
      const page = forwardPageOf(query, parseVpcId)
      const id = given(query.id)
      const filter = {
        ids: id === undefined ? undefined : [id].flatMap((text) => parseVpcId(text) ?? []),
        ...{ names: undefined, descriptions: undefined, cidrs: undefined },
        enterpriseProjectId: enterpriseFilter(query.enterprise_project_id),
      }
      const { items } = await perform(listVpcs, asker(request), { ...filter, page })
      return { vpcs: items.map(spellVpc) }
    },
  )

  app.post(
    PATH,
    { schema: describe('vpcs', 'Create a VPC', { body: CreateVpcRequest, response: { 200: VpcAnswer } }) },
    async (request) => {
      const { vpc } = request.body
      const input = {
        name: parseVpcName(vpc.name ?? ''),
        description: parseDescription(vpc.description ?? ''),
        cidr: parsePrimaryCidr(vpc.cidr ?? ''),
        enterpriseProjectId: parseEnterpriseProjectId(vpc.enterprise_project_id ?? '0'),
        tags: parseTags(vpc.tags ?? []),
        dryRun: false,
      }
      return { vpc: spellVpc(await perform(createVpc, asker(request), input)) }
    },
  )

  app.get(
    `${PATH}/:vpc_id`,
    { schema: describe('vpcs', 'Show a VPC', { response: { 200: VpcAnswer } }) },
    async (request) => ({ vpc: spellVpc(await perform(showVpc, asker(request), vpcIdOf(request.params))) }),
  )

  app.put(
    `${PATH}/:vpc_id`,
    { schema: describe('vpcs', 'Update a VPC', { body: UpdateVpcRequest, response: { 200: VpcAnswer } }) },
    async (request) => {
      const { name, description, cidr } = request.body.vpc
      if (name === undefined && description === undefined && cidr === undefined) {
        throw invalidInput('vpc', "must have a 'name', a 'description' or a 'cidr' to change")
      }
      const change = {
        id: vpcIdOf(request.params),
        name: name === undefined ? undefined : parseVpcName(name),
        description: description === undefined ? undefined : parseDescription(description),
        cidr: cidr === undefined ? undefined : parsePrimaryCidr(cidr),
        dryRun: false,
      }
      return { vpc: spellVpc(await perform(updateVpc, asker(request), change)) }
    },
  )

  app.delete(
    `${PATH}/:vpc_id`,
    { schema: describe('vpcs', 'Delete a VPC that no peering holds', { response: { 204: NO_BODY } }) },
    async (request, reply) => {
      await perform(deleteVpc, asker(request), vpcIdOf(request.params))
      return reply.code(204).send(null)
    },
  )
}

/** Undefined: all, which is also what the clouds' own word for it says. */
export function enterpriseFilter(text: string | undefined): string | undefined {
  return text === 'all_granted_eps' ? undefined : given(text)
}

/** A malformed id is *not found*, not a bad request: tools ask for a VPC by its name and then look it up. */
export function vpcIdOf(params: unknown): VpcId {
  const text = (params as { vpc_id: string }).vpc_id
  const id = parseVpcId(text)
  if (id === undefined) throw vpcNotFound(text)
  return id
}
