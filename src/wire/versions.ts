/** Version documents: what clients ask before they know anything. */
import { Type } from './schema.ts'

const Link = Type.Object({ rel: Type.Literal('self'), href: Type.String() })

export const IdentityVersionAnswer = Type.Object({
  version: Type.Object({
    id: Type.String(),
    status: Type.String(),
    updated: Type.String(),
    links: Type.Array(Link),
    'media-types': Type.Array(Type.Object({ base: Type.String(), type: Type.String() })),
  }),
})

export const NetworkVersionsAnswer = Type.Object({
  versions: Type.Array(Type.Object({ id: Type.String(), status: Type.String(), links: Type.Array(Link) })),
})

export const NetworkResourcesAnswer = Type.Object({
  resources: Type.Array(Type.Object({ name: Type.String(), collection: Type.String(), links: Type.Array(Link) })),
})

/** Keystone v3. `base` is the address that the client used, for keystoneauth may follow the link. */
export function spellIdentityVersion(base: string) {
  return {
    version: {
      id: 'v3.6',
      status: 'stable',
      updated: '2016-04-04T00:00:00Z',
      links: [self(`${base}/v3/`)],
      'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
    },
  }
}

/** Neutron's form: identity and network share one address here, and it can have only one. */
export function spellNetworkVersions(base: string) {
  return { versions: [{ id: 'v2.0', status: 'CURRENT', links: [self(`${base}/v2.0`)] }] }
}

export function spellNetworkResources(base: string) {
  const resource = (name: string, collection: string, path: string) => ({
    name,
    collection,
    links: [self(base + path)],
  })
  return {
    resources: [
      resource('peering', 'peerings', '/v2.0/vpc/peerings'),
      resource('route', 'routes', '/v2.0/vpc/routes'),
      resource('router', 'routers', '/v2.0/routers'),
    ],
  }
}

function self(href: string) {
  return { rel: 'self' as const, href }
}
