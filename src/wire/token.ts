/** The answer to a login, and the catalog in it. */
import type { Domain, Project, User } from '../rules/people.ts'
import type { TokenAnswer } from './identity.ts'
import type { Static } from './schema.ts'
import { spellTimeMicroseconds } from './time.ts'

/** What a token's answer is made of. Times are milliseconds since the epoch, UTC. */
export interface TokenFacts {
  readonly methods: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
  readonly user: User
  readonly userDomain: Domain
  readonly scope: 'project' | 'domain' | 'unscoped'
  readonly project: Project | undefined
}

type WireToken = Static<typeof TokenAnswer>['token']

/** `base` is the public address of the service. An unscoped token has neither roles nor catalog, as in Keystone. */
export function spellToken(facts: TokenFacts, base: string, region: string, withCatalog: boolean): WireToken {
  const { user, userDomain, project, scope } = facts
  const domain = { id: userDomain.id, name: userDomain.name }
  return {
    methods: [...facts.methods],
    issued_at: spellTimeMicroseconds(facts.issuedAt),
    expires_at: spellTimeMicroseconds(facts.expiresAt),
    user: { id: user.id, name: user.name, domain },
    ...(project && { project: { id: project.id, name: project.name, domain } }),
    ...(scope === 'domain' && { domain }),
    ...(scope !== 'unscoped' && { roles: rolesOf(user) }),
    ...(scope !== 'unscoped' && withCatalog && { catalog: spellCatalog(base, region, project?.id) }),
  }
}

/** `te_admin`, tenant administrator, is the clouds' name of who may do everything in the own projects. */
function rolesOf({ admin }: User) {
  return admin ? [{ id: '1', name: 'admin' }] : [{ id: '0', name: 'te_admin' }]
}

/**
 * The clients' rules: `network` is the address without a version, `vpc` ends in the version and the project, and
 * identity serves every region.
 */
export function spellCatalog(base: string, region: string, projectId: string | undefined) {
  const vpc = projectId === undefined ? `${base}/v1` : `${base}/v1/${projectId}`
  return [
    service('c1', 'keystone', 'identity', 'e1', '*', `${base}/v3`),
    service('c2', 'neutron', 'network', 'e2', region, base),
    service('c3', 'vpc', 'vpc', 'e3', region, vpc),
  ]
}

function service(id: string, name: string, type: string, endpoint: string, region: string, url: string) {
  return { id, name, type, endpoints: [{ id: endpoint, interface: 'public' as const, region, region_id: region, url }] }
}
