/** What is measured: the requests, as they go over the wire, and the answers that they must get. */
import { signHeaders } from '../test/support/sign.ts'
import { scatter } from './populate.ts'
import type { Site } from './site.ts'

export interface Endpoint {
  readonly name: string
  readonly status: number
  /** Whether it may matter how many peerings there are. */
  readonly byPopulation: boolean
  /** With 64 connections: the part of the bare server's rate that it should reach. */
  readonly aim?: number
  /** Whether a request can be sent only once. */
  readonly once: boolean
  /** Enough requests for a window; `seconds` is how long it is. */
  readonly requests: (site: Site, seconds: number) => readonly string[]
}

const PATH = '/v2.0/vpc/peerings'
/** Different requests of a kind, in a fixed order that looks random. */
const DIFFERENT = 1_000
const PAGE = 50
/** Creates a second that no store of ours comes near; requests are made for so many. */
const MAX_CREATES = 20_000

export const ENDPOINTS: readonly Endpoint[] = [
  {
    ...{ name: 'show', status: 200, byPopulation: true, once: false, aim: 0.4 },
    requests: (site) => someIds(site).map((id) => request(site, 'GET', `${PATH}/${id}`, token(site))),
  },
  {
    ...{ name: 'list', status: 200, byPopulation: true, once: false },
    // Whole pages from anywhere in the list.
    requests: (site) =>
      someIds(site, PAGE + 1).map((id) => request(site, 'GET', `${PATH}?limit=${PAGE}&marker=${id}`, token(site))),
  },
  {
    ...{ name: 'create', status: 201, byPopulation: true, once: true, aim: 0.25 },
    requests: (site, seconds) =>
      Array.from({ length: Math.ceil(MAX_CREATES * seconds) }, () => createRequest(site, site.nextPair())),
  },
  { ...{ name: 'login', status: 201, byPopulation: false, once: false }, requests: (site) => [loginRequest(site)] },
  {
    ...{ name: 'signed', status: 200, byPopulation: true, once: false },
    // Signed here, well within the 15 minutes of a signature, and not in the window.
    requests: (site) => someIds(site).map((id) => signedRequest(site, `${PATH}/${id}`)),
  },
]

function someIds({ population }: Site, notTheLast = 0): readonly string[] {
  const { ids } = population
  const total = ids.length - notTheLast
  return Array.from({ length: Math.min(DIFFERENT, total) }, (_, index) => ids[scatter(index, total)] ?? '')
}

function createRequest(site: Site, { request: from, accept }: ReturnType<Site['nextPair']>): string {
  const { alice, bob } = site
  const peering = {
    name: 'a-peering-of-the-bench',
    request_vpc_info: { vpc_id: from, tenant_id: alice.projectId },
    accept_vpc_info: { vpc_id: accept, tenant_id: bob.projectId },
  }
  return request(site, 'POST', PATH, token(site), JSON.stringify({ peering }))
}

function loginRequest(site: Site): string {
  const { name, password, domain, projectId } = site.alice
  const identity = { methods: ['password'], password: { user: { name, password, domain: { name: domain } } } }
  const body = { auth: { identity, scope: { project: { id: projectId } } } }
  return request(site, 'POST', '/v3/auth/tokens', {}, JSON.stringify(body))
}

function signedRequest(site: Site, path: string): string {
  const { accessKey, secretKey, projectId } = site.alice
  const key = { access: accessKey, secret: secretKey, projectId, now: Date.now() }
  return request(site, 'GET', path, signHeaders({ method: 'GET', url: `${site.program.url}${path}`, body: '' }, key))
}

function token({ alice }: Site): Readonly<Record<string, string>> {
  return { 'x-auth-token': alice.token }
}

function request(
  { program }: Site,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): string {
  const all = {
    host: new URL(program.url).host,
    ...(body !== '' && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}
