/**
 * What the official SDKs were seen to send, request by request: headers and which of them they sign, content types,
 * the spelling of their bodies and queries. Only ids, keys and dates are those of this service.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sendExactly } from '../support/exact.ts'
import { type Answer, type Person, startTestService, type TestService } from '../support/service.ts'
import { signSome } from '../support/sign-some.ts'

interface Client {
  readonly name: string
  readonly agent: string
  readonly accept: string | undefined
  /** With a body, and without one. */
  readonly contentTypes: readonly [string, string]
  readonly signed: readonly string[]
  /** What differs for the lookup of the project: its headers, which it signs, and its body. */
  readonly lookup: {
    readonly headers: Readonly<Record<string, string>>
    readonly signed: readonly string[]
    body: string
  }
}

const NODE: Client = {
  name: 'the Node SDK',
  agent:
    'huaweicloud-usdk-nodejs/3.0; os/linux#6.1.0#x64 nodejs/v20.20.2 meta/C; app/0f0e0d0c-0b0a-4908-8706-050403020100',
  accept: 'application/json',
  contentTypes: ['application/json', 'application/json'],
  signed: ['content-type', 'host', 'x-project-id', 'x-sdk-date'],
  lookup: {
    headers: {
      ...{ accept: 'application/json', 'content-type': 'application/json' },
      'user-agent': 'huaweicloud-usdk-nodejs/3.0',
    },
    signed: ['content-type', 'host', 'x-sdk-date'],
    body: '{}',
  },
}

const PYTHON_AGENT = 'os/Linux##1_SMP_@0#x86_64 python/3.11.7 impl/CPython; app/0f0e0d0c-0b0a-4908-8706-050403020100'
const PYTHON: Client = {
  name: 'the Python SDK',
  agent: `huaweicloud-usdk-python/3.0; ${PYTHON_AGENT}`,
  accept: '*/*',
  contentTypes: ['application/json;charset=utf-8', 'application/json'],
  signed: ['content-type', 'host', 'user-agent', 'x-project-id', 'x-sdk-date'],
  lookup: {
    headers: { 'user-agent': PYTHON_AGENT, accept: '*/*' },
    signed: ['host', 'user-agent', 'x-sdk-date'],
    body: '',
  },
}

const GO: Client = {
  name: 'the Go SDK',
  agent: 'huaweicloud-usdk-go/3.0; os/Linux#12_(x)#amd64 go/go1.23.5; app/0f0e0d0c-0b0a-4908-8706-050403020100',
  accept: undefined,
  contentTypes: ['application/json;charset=UTF-8', 'application/json'],
  signed: ['user-agent', 'x-project-id', 'x-sdk-date'],
  lookup: { headers: { 'user-agent': 'Go-http-client/1.1' }, signed: ['x-sdk-date'], body: '' },
}

interface Step {
  readonly expected: number
  readonly method: string
  readonly path: string
  readonly body?: string
  /** Remembers an id of the answer for the steps after it. */
  readonly keep?: string
  /** What the client reads in the answer, at the member that it reads it at. */
  readonly reads?: (body: Answer['body']) => void
}

const VPC_FIELDS = ['id', 'name', 'description', 'cidr', 'status', 'routes', 'enable_shared_snat', 'tenant_id']
const PEERING_FIELDS = ['id', 'name', 'description', 'status', 'request_vpc_info', 'accept_vpc_info', 'created_at']

const vpc = (body: Answer['body']): void => {
  for (const field of VPC_FIELDS) assert.ok(field in body.vpc, `vpc.${field}`)
  assert.equal(body.vpc.status, 'OK')
}
const peering = (name: string, description: string) => (body: Answer['body']) => {
  for (const field of PEERING_FIELDS) assert.ok(field in body.peering, `peering.${field}`)
  const { name: shown, description: told, status } = body.peering
  assert.deepEqual([shown, told, status], [name, description, 'ACTIVE'])
}
const listed = (name: string) => (body: Answer['body']) => {
  assert.deepEqual(
    body.peerings.map((each: { name: string }) => each.name),
    [name],
  )
}
/** Node and Go show these two members and nothing else of an error. */
const error = (body: Answer['body']): void => {
  assert.match(body.error_code, /^[A-Z]+\.\d{4}$/)
  assert.notEqual(body.error_msg, '')
}
const oneProject = (body: Answer['body']): void => {
  assert.equal(body.projects.length, 1)
  assert.match(body.projects[0].id, /^[0-9a-f]{32}$/)
}
const vpcs = (body: Answer['body']): void => assert.equal(body.vpcs.length, 2)

const LOOKUP: Step = { expected: 200, method: 'GET', path: '/v3/projects?name=region-1', reads: oneProject }

/** `{P}` is the project; `{A}`, `{B}` and `{X}` are what the steps kept. */
const SEQUENCES: readonly { readonly client: Client; readonly steps: readonly Step[] }[] = [
  {
    client: NODE,
    steps: [
      LOOKUP,
      ...vpcSteps('{"vpc":{"name":"v 1","cidr":"192.168.0.0/16"}}', '{"vpc":{"name":"v2","cidr":"10.0.0.0/16"}}'),
      {
        ...{ expected: 201, method: 'POST', path: '/v2.0/vpc/peerings', keep: 'X', reads: peering('peer ü', '') },
        body: '{"peering":{"name":"peer ü","request_vpc_info":{"vpc_id":"{A}"},"accept_vpc_info":{"vpc_id":"{B}"}}}',
      },
      { expected: 200, method: 'GET', path: '/v2.0/vpc/peerings/{X}', reads: peering('peer ü', '') },
      {
        ...{ expected: 200, method: 'GET', reads: listed('peer ü') },
        path: '/v2.0/vpc/peerings?limit=1&name=peer%20%C3%BC&vpc_id={A}',
      },
      {
        ...{ expected: 200, method: 'PUT', path: '/v2.0/vpc/peerings/{X}', reads: peering('peer ü', '') },
        body: '{"peering":{"description":""}}',
      },
      ...endSteps('x'),
    ],
  },
  {
    client: PYTHON,
    steps: [
      ...vpcSteps(
        '{"vpc": {"cidr": "10.0.0.0/16", "name": "py 1"}}',
        '{"vpc": {"cidr": "10.1.0.0/16", "name": "py2"}}',
      ),
      {
        ...{ expected: 201, method: 'POST', path: '/v2.0/vpc/peerings', keep: 'X', reads: peering('pü', 'd') },
        body:
          '{"peering": {"name": "p\\u00fc", "description": "d", "request_vpc_info": {"vpc_id": "{A}"}, ' +
          '"accept_vpc_info": {"vpc_id": "{B}"}}}',
      },
      {
        ...{ expected: 200, method: 'GET', reads: listed('pü') },
        path: '/v2.0/vpc/peerings?limit=5&name=p%C3%BC&vpc_id={A}',
      },
      ...endSteps('nope'),
      LOOKUP,
    ],
  },
  {
    client: GO,
    steps: [
      ...vpcSteps('{"vpc":{"cidr":"10.0.0.0/16","name":"go 1"}}\n', '{"vpc":{"cidr":"10.0.0.0/16","name":"go 2"}}\n'),
      {
        ...{ expected: 201, method: 'POST', path: '/v2.0/vpc/peerings', keep: 'X', reads: peering('pü', '') },
        body: '{"peering":{"name":"pü","request_vpc_info":{"vpc_id":"{A}"},"accept_vpc_info":{"vpc_id":"{B}"}}}\n',
      },
      { expected: 200, method: 'GET', path: '/v2.0/vpc/peerings?name=p%C3%BC', reads: listed('pü') },
      ...endSteps('nope'),
      LOOKUP,
    ],
  },
]

function vpcSteps(first: string, second: string): readonly Step[] {
  const step = { expected: 200, method: 'POST', path: '/v1/{P}/vpcs', reads: vpc }
  return [
    { ...step, body: first, keep: 'A' },
    { ...step, body: second, keep: 'B' },
  ]
}

function endSteps(word: string): readonly Step[] {
  return [
    { expected: 409, method: 'PUT', path: '/v2.0/vpc/peerings/{X}/accept', reads: error },
    { expected: 404, method: 'GET', path: `/v1/{P}/vpcs/${word}`, reads: error },
    { expected: 204, method: 'DELETE', path: '/v2.0/vpc/peerings/{X}' },
    { expected: 404, method: 'GET', path: '/v2.0/vpc/peerings/{X}', reads: error },
    { expected: 200, method: 'GET', path: '/v1/{P}/vpcs', reads: vpcs },
  ]
}

suite('what the SDKs were seen to send is understood', () => {
  let service: TestService
  before(async () => {
    service = await startTestService()
  })
  after(() => service[Symbol.asyncDispose]())

  for (const { client, steps } of SEQUENCES) {
    test(`${client.name}: its whole sequence, and a changed secret is 401 at each step`, async () => {
      const { alice } = service
      const kept: Record<string, string> = { P: alice.projectId }
      for (const step of steps) {
        const fill = (text: string) => text.replace(/\{([ABPX])\}/g, (_, letter: string) => kept[letter] ?? '')
        const filled = { ...step, path: fill(step.path), body: fill(step.body ?? '') }
        const stranger = await play(client, { ...alice, secretKey: `${alice.secretKey}x` }, filled)
        assert.equal(stranger.status, 401, filled.path)
        const { status, body } = await play(client, alice, filled)
        assert.equal(status, step.expected, `${filled.method} ${filled.path}: ${JSON.stringify(body)}`)
        step.reads?.(body)
        if (step.keep) kept[step.keep] = (body.vpc ?? body.peering).id
      }
      for (const letter of ['A', 'B']) {
        await service.ask(alice, 'DELETE', `/v1/${alice.projectId}/vpcs/${kept[letter]}`)
      }
    })
  }

  function play(client: Client, who: Person, step: Step & { readonly body: string }): Promise<Answer> {
    const isLookup = step.path.startsWith('/v3/projects')
    const body = isLookup ? client.lookup.body : step.body
    const usual: Readonly<Record<string, string>> = {
      ...(client.accept && { accept: client.accept }),
      ...{ 'content-type': client.contentTypes[body === '' ? 1 : 0], 'user-agent': client.agent },
      'x-project-id': who.projectId,
    }
    const { headers, signed } = isLookup ? client.lookup : { headers: usual, signed: client.signed }
    const request = { method: step.method, url: `${service.url}${step.path}`, body }
    const key = { access: who.accessKey, secret: who.secretKey, now: service.clock.now() }
    return sendExactly(service.url, step.method, step.path, signSome(request, key, headers, signed), body)
  }
})
