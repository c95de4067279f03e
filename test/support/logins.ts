/** Logins in the variants that clients send. */
import assert from 'node:assert/strict'
import { type Answer, type Person, send, type TestService } from './service.ts'

type Login = Pick<Person, 'name' | 'password' | 'domain'>

/** The `identity` of a login by name and domain name. */
export function byPassword({ name, password, domain }: Login) {
  return { methods: ['password'], password: { user: { name, password, domain: { name: domain } } } }
}

/** The `identity` of a login by a token that one has. */
export function byToken(id: string) {
  return { methods: ['token'], token: { id } }
}

/** Logs in; without a scope where it is undefined. */
export function logInBy({ url }: TestService, identity: unknown, scope?: unknown, query = ''): Promise<Answer> {
  const auth = scope === undefined ? { identity } : { identity, scope }
  return send(url, 'POST', `/v3/auth/tokens${query}`, { auth }, {})
}

/** The token in the answer to a login that succeeded. */
export function tokenIn(answer: Answer): string {
  const token = answer.headers.get('x-subject-token')
  assert.ok(answer.status === 201 && token !== null, `${answer.status} ${JSON.stringify(answer.body)}`)
  return token
}

/** The same person with a token of another scope; `unscoped` as Keystone has it. */
export async function scopedTo(service: TestService, person: Person, scope: unknown): Promise<Person> {
  return { ...person, token: tokenIn(await logInBy(service, byPassword(person), scope)) }
}

/** The status of a cheap call that takes a token, or that a signature is enough for. */
export async function statusWith({ url }: TestService, headers: Readonly<Record<string, string>>): Promise<number> {
  return (await send(url, 'GET', '/v3/regions', undefined, headers)).status
}

/** A call about one's own token, or about `subject`. */
export function askToken({ url }: TestService, method: string, caller: string, subject = caller): Promise<Answer> {
  return send(url, method, '/v3/auth/tokens', undefined, { 'x-auth-token': caller, 'x-subject-token': subject })
}
