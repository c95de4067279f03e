/** The three people of a fresh service, and the openrc files in which they find their secrets. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { hashPassword } from './identity/password.ts'
import { newAccessKey, newPassword, newSecretKey, newTokenKey } from './identity/secrets.ts'
import { hexId } from './operations/people/hex-id.ts'
import type { Seed } from './operations/people/seed-people.ts'
import type { DomainId, ProjectId, UserId } from './rules/ids.ts'

const PEOPLE = [
  { name: 'alice', domain: 'alpha', admin: false },
  { name: 'bob', domain: 'beta', admin: false },
  { name: 'admin', domain: 'default', admin: true },
] as const

/**
 * Draws everybody, and writes their openrc files with an address still to be filled in. The files come before the
 * people: a service that dies in between starts afresh, whereas people whose secrets nobody has would be lost.
 */
export async function drawPeople(folder: string, region: string, now: number): Promise<Seed> {
  const drawn = PEOPLE.map((person) => ({ ...person, password: newPassword() }))
  const people = await Promise.all(
    drawn.map(async ({ name, domain, admin, password }) => {
      const domainId = hexId<DomainId>(v7())
      const userId = hexId<UserId>(v7())
      return {
        domain: { id: domainId, name: domain },
        project: { id: hexId<ProjectId>(v7()), domainId, name: region, description: '' },
        user: {
          ...{ id: userId, domainId, name, admin, enabled: true, tokensSince: now },
          passwordHash: await hashPassword(password, 'random'),
        },
        accessKey: { access: newAccessKey(), secret: newSecretKey(), userId, description: '', createdAt: now },
      }
    }),
  )
  people.forEach((person, index) => {
    const password = drawn[index]?.password ?? ''
    writeSecret(openrcPath(folder, person.user.name), openrc(person, password, region))
  })
  return { people, tokenKey: newTokenKey() }
}

/** Puts the service's address into the openrc files that are there; everything else in them stays as it is. */
export function addressOpenrc(folder: string, url: string): void {
  for (const { name } of PEOPLE) {
    const path = openrcPath(folder, name)
    if (!existsSync(path)) continue
    const before = readFileSync(path, 'utf8')
    const after = before
      .replace(/^export OS_AUTH_URL=.*$/m, `export OS_AUTH_URL='${url}/v3'`)
      .replace(/^export CAUSEWAY_URL=.*$/m, `export CAUSEWAY_URL='${url}'`)
    if (after !== before) writeSecret(path, after)
  }
}

function openrc(
  { domain, project, user, accessKey }: Seed['people'][number],
  password: string,
  region: string,
): string {
  const variables = {
    OS_AUTH_URL: '',
    OS_IDENTITY_API_VERSION: '3',
    OS_USERNAME: user.name,
    OS_PASSWORD: password,
    OS_USER_DOMAIN_NAME: domain.name,
    OS_DOMAIN_NAME: domain.name,
    OS_PROJECT_NAME: project.name,
    OS_PROJECT_ID: project.id,
    OS_PROJECT_DOMAIN_NAME: domain.name,
    OS_REGION_NAME: region,
    OS_ACCESS_KEY: accessKey.access,
    OS_SECRET_KEY: accessKey.secret,
    HUAWEICLOUD_SDK_AK: accessKey.access,
    HUAWEICLOUD_SDK_SK: accessKey.secret,
    HUAWEICLOUD_SDK_PROJECT_ID: project.id,
    CAUSEWAY_URL: '',
  }
  // Quoted for the shell; no value has a quote in it, for all are ours or checked by config.ts.
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'\n`)
  return `# ${user.name} of domain ${domain.name}: source this file in a shell.\n${lines.join('')}`
}

function openrcPath(folder: string, name: string): string {
  return join(folder, `${name}.openrc`)
}

/** Whole or not at all, and for nobody else's eyes. */
function writeSecret(path: string, text: string): void {
  const temporary = `${path}.new`
  // Flushed: people whose secrets a power cut took would be lost.
  writeFileSync(temporary, text, { mode: 0o600, flush: true })
  renameSync(temporary, path)
}
