/** The tags of whatever carries some: the same four calls on each. */
import { deleteTags } from '../../operations/tags/delete-tags.ts'
import { setTags } from '../../operations/tags/set-tags.ts'
import { showTags } from '../../operations/tags/show-tags.ts'
import type { TaggedId } from '../../operations/tags/tagged.ts'
import { tagInvalid } from '../../rules/tag.ts'
import { ChangeTagsRequest, readTag, SetTagRequest, spellTags, TagsAnswer } from '../../wire/tags.ts'
import type { App, ServerParts } from '../app.ts'
import { asker, describe, NO_BODY } from '../route.ts'
import { subnetIdOf } from './subnets.ts'
import { vpcIdOf } from './vpcs.ts'

export function tagRoutes(app: App, parts: ServerParts): void {
  tagRoutesOf(app, parts, 'a VPC', '/v2.0/:project_id/vpcs/:vpc_id/tags', (params) => {
    return { kind: 'vpc', id: vpcIdOf(params) }
  })
  tagRoutesOf(app, parts, 'a subnet', '/v2.0/:project_id/subnets/:subnet_id/tags', (params) => {
    return { kind: 'subnet', id: subnetIdOf(params) }
  })
}

function tagRoutesOf(
  app: App,
  { perform }: ServerParts,
  what: string,
  path: string,
  taggedOf: (params: unknown) => TaggedId,
): void {
  app.get(
    path,
    { schema: describe('tags', `List the tags of ${what}`, { response: { 200: TagsAnswer } }) },
    async (request) => ({ tags: spellTags(await perform(showTags, asker(request), taggedOf(request.params))) }),
  )

  app.post(
    path,
    {
      schema: describe('tags', `Put a tag on ${what}, or another value on one that is there`, {
        ...{ body: SetTagRequest, response: { 204: NO_BODY } },
      }),
    },
    async (request, reply) => {
      await perform(setTags, asker(request), { of: taggedOf(request.params), tags: [readTag(request.body.tag)] })
      return reply.code(204).send(null)
    },
  )

  app.post(
    `${path}/action`,
    {
      schema: describe('tags', `Put tags on ${what}, or take some off it`, {
        ...{ body: ChangeTagsRequest, response: { 204: NO_BODY } },
      }),
    },
    async (request, reply) => {
      const { action, tags: sent } = request.body
      const [of, tags] = [taggedOf(request.params), sent.map(readTag)]
      if (action === 'create') await perform(setTags, asker(request), { of, tags })
      else if (action === 'delete') await perform(deleteTags, asker(request), { of, keys: tags.map(({ key }) => key) })
      else throw tagInvalid("The action must be 'create' or 'delete'.")
      return reply.code(204).send(null)
    },
  )

  app.delete(
    `${path}/:key`,
    { schema: describe('tags', `Take a tag off ${what}`, { response: { 204: NO_BODY } }) },
    async (request, reply) => {
      const { key } = request.params as { key: string }
      await perform(deleteTags, asker(request), { of: taggedOf(request.params), keys: [key] })
      return reply.code(204).send(null)
    },
  )
}
