/** The service as its command line asks it: over HTTP, by what an openrc file sets, like any other client. */

/** Something that the person who called can read and act upon; one line. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface Client {
  /** The parsed answer; undefined: it has no body. Throws CommandError where there is none, or a refusal. */
  ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<unknown>
}

/** How long an answer may take, in milliseconds: attaching waits for the data plane, and a probe for an echo. */
const TIMEOUT_MS = 60_000

const VARIABLES = ['CAUSEWAY_URL', 'OS_USERNAME', 'OS_PASSWORD', 'OS_USER_DOMAIN_NAME', 'OS_PROJECT_ID'] as const

/** Logs in. Throws CommandError where that cannot be. */
export async function logIn(environment: Environment): Promise<Client> {
  const [url, name, password, domain, project] = VARIABLES.map((variable) => {
    const value = environment[variable]
    if (value) return value
    throw new CommandError(`${variable} is not set; in the data folder: source admin.openrc`)
  })
  if (url === undefined || !URL.canParse(url)) throw new CommandError(`CAUSEWAY_URL is no address: ${url}`)
  const user = { name, password, domain: { name: domain } }
  const auth = { identity: { methods: ['password'], password: { user } }, scope: { project: { id: project } } }
  const response = await send(`${url}/v3/auth/tokens`, 'POST', { auth }, {})
  const token = response.headers.get('x-subject-token')
  if (!response.ok || token === null) throw await refusalOf(response)
  return {
    async ask(method, path, body) {
      const answer = await send(`${url}${path}`, method, body, { 'x-auth-token': token })
      if (!answer.ok) throw await refusalOf(answer)
      return answer.status === 204 ? undefined : answer.json()
    },
  }
}

async function send(
  url: string,
  method: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  try {
    return await fetch(url, {
      ...{ method, signal: AbortSignal.timeout(TIMEOUT_MS) },
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
    })
  } catch (error) {
    // What fetch throws says only that it failed; why is in its cause.
    const { cause } = error as { cause?: { message?: string; code?: string } }
    const reason = cause?.message || cause?.code || (error as Error).message
    throw new CommandError(`no answer from ${new URL(url).origin}: ${reason}`)
  }
}

/** The server's own words and code, and the id under which its log has the request. */
async function refusalOf(response: Response): Promise<CommandError> {
  const text = await response.text()
  try {
    const { error_code, error_msg, request_id } = JSON.parse(text) as Readonly<Record<string, string>>
    if (error_code !== undefined) return new CommandError(`${error_code}: ${error_msg} (request ${request_id})`)
  } catch {
    // Not JSON, and so not ours: a proxy in between.
  }
  return new CommandError(`${response.status} from ${response.url}, which is no answer of this service`)
}
