/** A whole service in this process, on a port and in a folder of its own, with a clock that only tests move. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type Config, readConfig } from '../../src/config.ts'
import type { Host } from '../../src/http/app.ts'
import { type OpenDataplane, type Service, startService } from '../../src/service.ts'
import { assertShape } from './shapes.ts'
import { signHeaders } from './sign.ts'

/** Somebody with everything that logging in or signing takes. */
export interface Person {
  readonly name: string
  readonly password: string
  readonly domain: string
  readonly projectId: string
  readonly accessKey: string
  readonly secretKey: string
  /** A token scoped to the project. */
  readonly token: string
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The parsed JSON, or undefined where there is no body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and a wrong look fails them.
  readonly body: any
}

export interface TestClock {
  now(): number
  advance(ms: number): void
}

export interface TestService extends AsyncDisposable {
  readonly url: string
  readonly folder: string
  readonly clock: TestClock
  readonly alice: Person
  readonly bob: Person
  readonly admin: Person
  /** A third tenant, who has to do with nothing; made by the admin's calls when first asked for. */
  eve(): Promise<Person>
  /** Asks with a token; as nobody with undefined. A body is sent as JSON. */
  ask(who: Person | undefined, method: string, path: string, body?: unknown): Promise<Answer>
  /** Asks with a signature. */
  askSigned(who: Person, method: string, path: string, body?: unknown): Promise<Answer>
  /** Makes a VPC; the block is 10.0.0.0/16 unless given. Returns its id. */
  makeVpc(who: Person, name: string, cidr?: string): Promise<string>
  /** Stops and starts again on the same folder, with other settings where some are given; tokens stay good. */
  restart(settings?: Partial<Config>): Promise<void>
  sweep(): Promise<void>
  /** Looks at all of the network. */
  reconcile(): Promise<void>
  beat(): void
  /** Lines of the log so far. */
  readonly log: readonly string[]
}

/** As much as most calls take; a service in a process of its own has it too. */
export type Asks = Pick<TestService, 'ask'>

export interface TestOptions {
  readonly settings?: Partial<Config>
  readonly startAt?: number
  /** What carries the packets; nothing, where it is not given. */
  readonly openDataplane?: OpenDataplane
  /** What it runs on; this machine, where it is not given. */
  readonly host?: Host
}

export async function startTestService({
  settings,
  startAt = Date.now(),
  openDataplane,
  host,
}: TestOptions = {}): Promise<TestService> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-test-'))
  const log: string[] = []
  const logger = pino({ level: 'debug', base: null }, { write: (line: string) => void log.push(line) })
  let at = startAt
  const clock = {
    now: () => at,
    advance(ms: number) {
      at += ms
    },
  }
  const dataplane = openDataplane === undefined ? 'none' : 'netns'
  const environment = { CAUSEWAY_LISTEN: '127.0.0.1:0', CAUSEWAY_DATA: folder, CAUSEWAY_DATAPLANE: dataplane }
  let config = { ...readConfig(environment), ...settings }
  let service: Service = await startService(config, logger, clock.now, openDataplane, host)

  const ask: TestService['ask'] = (who, method, path, body) =>
    send(service.url, method, path, body, who ? { 'x-auth-token': who.token } : {})
  const people = {
    alice: await logIn(service.url, readOpenrc(folder, 'alice')),
    bob: await logIn(service.url, readOpenrc(folder, 'bob')),
    admin: await logIn(service.url, readOpenrc(folder, 'admin')),
  }
  let eve: Promise<Person> | undefined
  return {
    ...people,
    folder,
    clock,
    log,
    get url() {
      return service.url
    },
    eve: () => (eve ??= makePerson(service.url, people.admin, 'eve')),
    ask,
    askSigned(who, method, path, body) {
      const text = body === undefined ? '' : JSON.stringify(body)
      const headers = signHeaders(
        { method, url: `${service.url}${path}`, body: text },
        { access: who.accessKey, secret: who.secretKey, projectId: who.projectId, now: at },
      )
      return send(service.url, method, path, body, headers)
    },
    async makeVpc(who, name, cidr = '10.0.0.0/16') {
      const { status, body } = await ask(who, 'POST', `/v1/${who.projectId}/vpcs`, { vpc: { name, cidr } })
      if (status !== 200) throw new Error(`no VPC: ${JSON.stringify(body)}`)
      return body.vpc.id
    },
    async restart(changed = {}) {
      await service[Symbol.asyncDispose]()
      config = { ...config, ...changed }
      service = await startService(config, logger, clock.now, openDataplane, host)
    },
    sweep: () => service.sweep(),
    reconcile: () => service.reconcile(),
    beat: () => service.beat(),
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}

/**
 * One request; a string or bytes are sent as they are, anything else as JSON. Fails where the answer is not of the
 * shape that its route declares.
 */
export async function send(
  url: string,
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? null : ((raw ? body : JSON.stringify(body)) as string),
  })
  const isStream = response.headers.get('content-type') === 'text/event-stream'
  // A stream has no end to wait for; what it tells is looked at elsewhere.
  if (isStream) await response.body?.cancel()
  const text = isStream ? '' : await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') && text !== ''
  const { status, headers: received } = response
  const answer = { status, headers: received, body: isJson ? JSON.parse(text) : text || undefined }
  assertShape(method, path, answer)
  return answer
}

type Login = Omit<Person, 'token'>

/** What a person finds in the openrc file. */
export function readOpenrc(folder: string, name: string): Login {
  const text = readFileSync(join(folder, `${name}.openrc`), 'utf8')
  const values = Object.fromEntries([...text.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, key, value]) => [key, value]))
  const value = (key: string): string => {
    const found = values[key]
    if (found === undefined) throw new Error(`${name}.openrc has no ${key}`)
    return found
  }
  return {
    name: value('OS_USERNAME'),
    password: value('OS_PASSWORD'),
    domain: value('OS_DOMAIN_NAME'),
    projectId: value('OS_PROJECT_ID'),
    accessKey: value('OS_ACCESS_KEY'),
    secretKey: value('OS_SECRET_KEY'),
  }
}

export async function logIn(url: string, login: Login): Promise<Person> {
  const { name, password, domain, projectId } = login
  const identity = { methods: ['password'], password: { user: { name, password, domain: { name: domain } } } }
  const body = { auth: { identity, scope: { project: { id: projectId } } } }
  const answer = await send(url, 'POST', '/v3/auth/tokens', body, {})
  const token = answer.headers.get('x-subject-token')
  if (answer.status !== 201 || token === null) throw new Error(`${name} cannot log in: ${JSON.stringify(answer.body)}`)
  return { ...login, token }
}

/** Makes a tenant of their own by the admin's calls: a domain, a project, a user and an access key. */
export async function makePerson(url: string, admin: Person, name: string): Promise<Person> {
  const make = async (path: string, body: unknown) => {
    const answer = await send(url, 'POST', path, body, { 'x-auth-token': admin.token })
    if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const password = `${name}-has-a-long-password`
  const { domain } = await make('/v3/domains', { domain: { name: `domain-of-${name}` } })
  const { project } = await make('/v3/projects', { project: { name: 'region-1', domain_id: domain.id } })
  const { user } = await make('/v3/users', { user: { name, password, domain_id: domain.id } })
  const { credential } = await make('/v3.0/OS-CREDENTIAL/credentials', { credential: { user_id: user.id } })
  return logIn(url, {
    ...{ name, password, domain: domain.name, projectId: project.id },
    ...{ accessKey: credential.access, secretKey: credential.secret },
  })
}
