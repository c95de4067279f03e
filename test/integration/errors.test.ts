/** WIRE 2: each status with the body that is documented for its family of paths, and the same id in body and header. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { scopedTo } from '../support/logins.ts'
import { NOBODYS_ID, PEERINGS, peeringBody } from '../support/peerings.ts'
import { exchange, request } from '../support/raw.ts'
import { type Answer, type Person, send, startTestService, type TestService } from '../support/service.ts'

/**
 * The refusals by family: `neutron` wraps type and message, `v1` has code and message, `keystone` wraps code, message
 * and title; `gateway` and `v3` have none but the members that are added to all. NAME is Neutron's type, or the title.
 * Above the line what any path can answer, below what a call can; 429, 431, 500 and 503 have tests of their own.
 */
const TABLE = `
STATUS FAMILY   CODE        NAME                     CASE
401    gateway  APIGW.0301  -                        nobody on /v2.0/vpc/peerings
401    v1       VPC.0008    -                        nobody on /v1/{p}/vpcs
401    v1       VPC.0008    -                        nobody on /v2.0/{p}/vpcs/{v}/tags
401    v3       APIGW.0301  -                        nobody on /v3/{p}/vpc/vpcs
401    keystone APIGW.0301  Unauthorized             nobody on /v3/projects
401    keystone APIGW.0301  Unauthorized             nobody on /v3.0/OS-CREDENTIAL/credentials
401    gateway  APIGW.0301  -                        nobody on /causeway/v1/projects/{p}/quotas
404    gateway  APIGW.0101  -                        alice on /v2.0/vpc/nowhere
404    v1       APIGW.0101  -                        alice on /v1/{p}/nowhere
404    v1       APIGW.0101  -                        alice on /v2.0/{p}/nowhere
404    v3       APIGW.0101  -                        alice on /v3/{p}/vpc/nowhere
404    keystone APIGW.0101  Not Found                alice on /v3/nowhere
404    gateway  APIGW.0101  -                        alice on /nowhere
404    gateway  APIGW.0101  -                        alice on /causeway/v1/nowhere
405    gateway  APIGW.0106  -                        PATCH /v2.0/vpc/peerings
405    v1       APIGW.0106  -                        PATCH /v1/{p}/vpcs
405    v3       APIGW.0106  -                        PATCH /v3/{p}/vpc/vpcs
405    keystone APIGW.0106  Method Not Allowed       PATCH /v3/projects
405    gateway  APIGW.0106  -                        PATCH /healthz
400    neutron  VPC.1501    HTTPBadRequest           no JSON to POST /v2.0/vpc/peerings
400    v1       VPC.0101    -                        no JSON to POST /v1/{p}/vpcs
400    v3       VPC.9901    -                        no JSON to PUT /v3/{p}/vpc/vpcs/{v}/add-extend-cidr
400    keystone VPC.1501    Bad Request              no JSON to POST /v3/auth/tokens
400    gateway  VPC.1501    -                        no JSON to PUT /causeway/v1/projects/{p}/quotas
413    gateway  APIGW.0201  -                        too much to POST /v2.0/vpc/peerings
413    v1       APIGW.0201  -                        too much to POST /v1/{p}/vpcs
413    v3       APIGW.0201  -                        too much to PUT /v3/{p}/vpc/vpcs/{v}/add-extend-cidr
413    keystone APIGW.0201  Request Entity Too Large too much to POST /v3/auth/tokens
413    gateway  APIGW.0201  -                        too much to PUT /causeway/v1/projects/{p}/quotas
415    gateway  APIGW.0203  -                        text to POST /v2.0/vpc/peerings
415    v1       APIGW.0203  -                        text to POST /v1/{p}/vpcs
415    v3       APIGW.0203  -                        text to PUT /v3/{p}/vpc/vpcs/{v}/add-extend-cidr
415    keystone APIGW.0203  Unsupported Media Type   text to POST /v3/auth/tokens
415    gateway  APIGW.0203  -                        text to PUT /causeway/v1/projects/{p}/quotas
-----------------------------------------------------------------------------------------------
400    neutron  VPC.1502    InvalidInput             a peering without a name
400    v1       VPC.0101    -                        a VPC with a bad block
400    v1       VPC.0007    -                        bob in alice's project
400    v3       VPC.0007    -                        bob in alice's project, v3
400    v3       VPC.9901    -                        no extra block
400    keystone VPC.1502    Bad Request              a domain without a name
403    neutron  VPC.2701    Forbidden                a domain's token lists peerings
403    neutron  VPC.1511    Forbidden                the requester accepts
403    v1       VPC.2701    -                        a domain's token lists VPCs
403    v3       VPC.2701    -                        a domain's token lists VPCs, v3
403    keystone VPC.2201    Forbidden                alice lists all domains
403    gateway  VPC.2201    -                        alice reads quotas
404    neutron  VPC.1503    VpcPeeringNotFound       an unknown peering
404    v1       VPC.0105    -                        an unknown VPC
404    v1       VPC.0105    -                        the tags of an unknown VPC
404    v3       VPC.9904    -                        an unknown VPC, v3
404    v3       VPC.9915    -                        an extra block that is not there
404    keystone IAM.0004    Not Found                an unknown key
404    gateway  IAM.0004    -                        the quotas of nobody
409    neutron  VPC.1508    VpcPeeringConflict       the same peering again
409    neutron  VPC.1512    VpcPeeringStateInvalid   an ACTIVE peering is accepted
409    v1       VPC.0108    -                        a VPC in use is deleted
409    v3       VPC.9914    -                        an extra block twice
409    keystone IAM.1109    Conflict                 a domain's name again
`

/** Where the columns of the table begin. */
const COLUMNS = [0, 7, 16, 28, 53]
const MIB = 1024 * 1024

suite('refusals', () => {
  let service: TestService
  let hers: Person
  let vpc: string
  let peer: string
  let peering: string
  before(async () => {
    service = await startTestService()
    const { alice, bob, ask } = service
    hers = await scopedTo(service, alice, { domain: { name: alice.domain } })
    vpc = await service.makeVpc(alice, 'a')
    peer = await service.makeVpc(bob, 'b')
    peering = (await ask(alice, 'POST', PEERINGS, peeringBody(vpc, peer, bob.projectId))).body.peering.id
    assert.equal((await ask(bob, 'PUT', `${PEERINGS}/${peering}/accept`)).status, 200)
    const extended = await ask(alice, 'PUT', `${v3()}/${vpc}/add-extend-cidr`, {
      vpc: { extend_cidrs: ['23.8.0.0/16'] },
    })
    assert.equal(extended.status, 200)
  })
  after(() => service[Symbol.asyncDispose]())

  const v1 = () => `/v1/${service.alice.projectId}/vpcs`
  const v3 = () => `/v3/${service.alice.projectId}/vpc/vpcs`
  const fill = (path: string) => path.replace('{p}', service.alice.projectId).replace('{v}', vpc)

  /** Cases that any path has, by the words before and after the path. */
  function askGeneral(name: string): Promise<Answer> | undefined {
    const { url, alice, ask } = service
    const [, kind, method = '', path = ''] =
      /^(nobody|alice|no JSON|too much|text|PATCH)(?: on| to (\w+))? (.*)$/.exec(name) ?? []
    const token = { 'x-auth-token': alice.token }
    switch (kind) {
      case 'nobody':
        return ask(undefined, 'GET', fill(path))
      case 'alice':
        return ask(alice, 'GET', fill(path))
      case 'PATCH':
        return ask(alice, 'PATCH', fill(path), {})
      case 'no JSON':
        return ask(alice, method, fill(path), '{"a":')
      case 'too much':
        return ask(alice, method, fill(path), 'x'.repeat(MIB + 1))
      case 'text':
        return send(url, method, fill(path), '{}', { ...token, 'content-type': 'text/plain' })
      default:
        return undefined
    }
  }

  const CASES: Readonly<Record<string, () => Promise<Answer>>> = {
    'a peering without a name': () =>
      service.ask(service.alice, 'POST', PEERINGS, { peering: { ...peeringBody(vpc, peer).peering, name: undefined } }),
    'a VPC with a bad block': () => service.ask(service.alice, 'POST', v1(), { vpc: { cidr: '10.0.0.1/8' } }),
    "bob in alice's project": () => service.ask(service.bob, 'GET', v1()),
    "bob in alice's project, v3": () => service.ask(service.bob, 'GET', v3()),
    'no extra block': () => service.ask(service.alice, 'PUT', `${v3()}/${vpc}/add-extend-cidr`, { vpc: {} }),
    'a domain without a name': () => service.ask(service.admin, 'POST', '/v3/domains', { domain: {} }),
    "a domain's token lists peerings": () => service.ask(hers, 'GET', PEERINGS),
    "a domain's token lists VPCs": () => service.ask(hers, 'GET', v1()),
    "a domain's token lists VPCs, v3": () => service.ask(hers, 'GET', v3()),
    'the requester accepts': () => service.ask(service.alice, 'PUT', `${PEERINGS}/${peering}/accept`),
    'alice lists all domains': () => service.ask(service.alice, 'GET', '/v3/domains'),
    'alice reads quotas': () => service.ask(service.alice, 'GET', fill('/causeway/v1/projects/{p}/quotas')),
    'an unknown peering': () => service.ask(service.alice, 'GET', `${PEERINGS}/${NOBODYS_ID}`),
    'an unknown VPC': () => service.ask(service.alice, 'GET', `${v1()}/${NOBODYS_ID}`),
    'the tags of an unknown VPC': () => service.ask(service.alice, 'GET', fill(`/v2.0/{p}/vpcs/${NOBODYS_ID}/tags`)),
    'an unknown VPC, v3': () => service.ask(service.alice, 'GET', `${v3()}/${NOBODYS_ID}`),
    'an extra block that is not there': () =>
      service.ask(service.alice, 'PUT', `${v3()}/${vpc}/remove-extend-cidr`, {
        vpc: { extend_cidrs: ['23.9.0.0/16'] },
      }),
    'an unknown key': () => service.ask(service.alice, 'DELETE', '/v3.0/OS-CREDENTIAL/credentials/NONE'),
    'the quotas of nobody': () => service.ask(service.admin, 'GET', `/causeway/v1/projects/${'0'.repeat(32)}/quotas`),
    'the same peering again': () =>
      service.ask(service.alice, 'POST', PEERINGS, peeringBody(vpc, peer, service.bob.projectId)),
    'an ACTIVE peering is accepted': () => service.ask(service.bob, 'PUT', `${PEERINGS}/${peering}/accept`),
    'a VPC in use is deleted': () => service.ask(service.alice, 'DELETE', `${v1()}/${vpc}`),
    'an extra block twice': () =>
      service.ask(service.alice, 'PUT', `${v3()}/${vpc}/add-extend-cidr`, { vpc: { extend_cidrs: ['23.8.1.0/24'] } }),
    "a domain's name again": () => service.ask(service.admin, 'POST', '/v3/domains', { domain: { name: 'alpha' } }),
  }

  const rows = TABLE.trim().split('\n').slice(1)
  for (const row of rows.filter((line) => !line.startsWith('---'))) {
    const [status, family, code, name, what = ''] = COLUMNS.map((from, at) => row.slice(from, COLUMNS[at + 1]).trim())
    test(`${status} ${code}: ${what}`, async () => {
      const { status: got, headers, body } = await (CASES[what]?.() ?? askGeneral(what) ?? assert.fail('no such case'))
      const { error_msg: message, request_id } = body
      assert.equal(got, Number(status), JSON.stringify(body))
      assert.ok(typeof message === 'string' && message.length > 10)
      const added = { error_code: code, error_msg: message, request_id }
      const bodies: Readonly<Record<string, unknown>> = {
        neutron: { NeutronError: { type: name, message, detail: '' }, ...added },
        v1: { code, message, ...added },
        keystone: { error: { code: Number(status), message, title: name }, ...added },
        ...{ v3: added, gateway: added },
      }
      assert.deepEqual(body, bodies[family ?? ''])
      assert.match(request_id, /^[0-9a-f]{32}$/)
      assert.equal(headers.get('x-request-id'), request_id)
      assert.match(headers.get('content-type') ?? '', /^application\/json\b/)
    })
  }

  test('no case is without a row', () => {
    assert.deepEqual(
      Object.keys(CASES).filter((name) => !TABLE.includes(` ${name}\n`)),
      [],
    )
  })

  test('405 names the methods that the path takes, in the header Allow', async () => {
    const allowed = async (method: string, path: string) => {
      const { status, headers } = await service.ask(service.alice, method, path)
      return `${status} ${headers.get('allow')}`
    }
    assert.equal(await allowed('DELETE', PEERINGS), '405 GET, POST')
    assert.equal(await allowed('POST', `${PEERINGS}/${peering}`), '405 DELETE, GET, PUT')
    assert.equal(await allowed('GET', `${PEERINGS}/${peering}/accept`), '405 PUT')
    assert.equal(await allowed('PATCH', '/v3/auth/tokens'), '405 DELETE, GET, POST')
    assert.equal(await allowed('OPTIONS', '/v3/users/x'), '405 PATCH')
    assert.equal(await allowed('HEAD', `${v1()}/`), '405 GET, POST')
    assert.equal(await allowed('DELETE', '/?x=1'), '405 GET')
    assert.equal(await allowed('GET', '/nowhere'), '404 null')
  })

  test('431 answers headers beyond 16 KiB', async () => {
    const [answer] = await exchange(service.url, request('GET', '/v3', { 'x-long': 'x'.repeat(16 * 1024) }))
    assert.ok(answer)
    const { request_id, ...rest } = JSON.parse(answer.body)
    const message = 'The headers are larger than 16 KiB.'
    assert.deepEqual([answer.status, rest], [431, { error_code: 'APIGW.0202', error_msg: message }])
    assert.match(request_id, /^[0-9a-f]{32}$/)
    assert.equal(answer.headers['x-request-id'], request_id)
  })

  test('every answer has a request id of its own, also one without a body', async () => {
    const { alice, ask } = service
    const gone = await service.makeVpc(alice, 'gone')
    const answers = [
      await ask(undefined, 'GET', '/healthz'),
      await ask(undefined, 'GET', '/metrics'),
      await ask(alice, 'GET', PEERINGS),
      await ask(alice, 'POST', v1(), { vpc: {} }),
      await ask(alice, 'DELETE', `${v1()}/${gone}`),
      await ask(alice, 'HEAD', PEERINGS),
      await ask(alice, 'GET', '/%'),
    ]
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 204, 405, 400],
    )
    const ids = answers.map(({ headers }) => headers.get('x-request-id') ?? '')
    for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/)
    assert.equal(new Set(ids).size, ids.length)
    assert.equal(answers[4]?.body, undefined)
  })

  test('a body of exactly 1 MiB is read, and one byte more is not', async () => {
    const padded = (length: number) => `{"vpc":{}}${' '.repeat(length - 10)}`
    assert.equal((await service.ask(service.alice, 'POST', v1(), padded(MIB))).status, 200)
    assert.equal((await service.ask(service.alice, 'POST', v1(), padded(MIB + 1))).status, 413)
  })
})
