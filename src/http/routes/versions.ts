/** Version documents, for anybody. */
import {
  IdentityVersionAnswer,
  NetworkResourcesAnswer,
  NetworkVersionsAnswer,
  spellIdentityVersion,
  spellNetworkResources,
  spellNetworkVersions,
} from '../../wire/versions.ts'
import { baseOf } from '../address.ts'
import type { App, ServerParts } from '../app.ts'
import { describe } from '../route.ts'

export function versionRoutes(app: App, { publicUrl }: ServerParts): void {
  const config = { open: true }
  app.get(
    '/',
    {
      config,
      schema: describe('versions', 'Versions of the network API', { response: { 200: NetworkVersionsAnswer } }),
    },
    async (request) => spellNetworkVersions(baseOf(request, publicUrl)),
  )
  app.get(
    '/v2.0',
    { config, schema: describe('versions', 'Resources of v2.0', { response: { 200: NetworkResourcesAnswer } }) },
    async (request) => spellNetworkResources(baseOf(request, publicUrl)),
  )
  app.get(
    '/v3',
    {
      config,
      schema: describe('versions', 'Version of the identity API', { response: { 200: IdentityVersionAnswer } }),
    },
    async (request) => spellIdentityVersion(baseOf(request, publicUrl)),
  )
}
