import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REFUSAL_CODES } from '../rules/refusal.ts'
import {
  codeIn,
  ERROR_SHAPES,
  type ErrorCode,
  type Family,
  familyOf,
  nounOf,
  SPELLINGS,
  spellError,
} from './refusal.ts'

const PID = '0a1b2c3d4e5f60718293a4b5c6d7e8f9'
const ID = '5f2c1c3e-0f0b-4f3f-9a51-7c1f2b1d9e01'
const REQUEST_ID = '4f0c2b6a1d3e4c5f8a9b0c1d2e3f4a5b'
const CODES: readonly ErrorCode[] = [...REFUSAL_CODES, 'internal']
const FAMILIES = Object.keys(ERROR_SHAPES) as readonly Family[]

const PATHS: Readonly<Record<Family, readonly string[]>> = {
  neutron: [
    ...['/v2.0/vpc/peerings', '/v2.0/vpc/peerings/', `/v2.0/vpc/peerings/${ID}`, `/v2.0/vpc/peerings/${ID}/accept`],
    ...['/v2.0/vpc/routes', '/v2.0/routers', `/v2.0/routers/${ID}`, '/v2.0/', '/v2.0/nothing', `/v2.0/${PID}`],
    ...[`/v2.0/${PID.slice(1)}/vpcs`, `/v2.0/${PID}0/vpcs`, `/v2.0/${ID}/vpcs`],
  ],
  v1: [
    ...[`/v1/${PID}/vpcs`, `/v1/${PID}/vpcs/${ID}`, `/v1/${PID}/quotas`, '/v1/', '/v1/x', `/v1/${PID}/vpc/vpcs`],
    ...[`/v2.0/${PID}/vpcs/${ID}/tags`, `/v2.0/${PID.toUpperCase()}/vpcs/${ID}/tags`, `/v2.0/${PID}/`],
  ],
  v3: [`/v3/${PID}/vpc/vpcs`, `/v3/${PID}/vpc/vpcs/${ID}/add-extend-cidr`, '/v3/x/vpc/vpcs', `/v3/${PID}/vpc/`],
  keystone: [
    ...[
      '/v3',
      '/v3/',
      '/v3/auth/tokens',
      '/v3/projects',
      '/v3/users/vpc',
      '/v3/vpc/vpcs',
      `/v3/${PID}`,
      `/v3/${PID}/vpc`,
    ],
    ...['/v3.0/OS-CREDENTIAL/credentials', '/v3.0/'],
  ],
  gateway: [
    ...[
      '/',
      '',
      '/v1',
      '/v2.0',
      '/v2',
      '/v2/x',
      '/v3.0',
      '/v30/x',
      '/v4/x',
      '/V2.0/vpc/peerings',
      '/x/v2.0/vpc/peerings',
    ],
    ...['/healthz', '/readyz', '/metrics', '/causeway/v1/projects/x/quotas', '//v2.0/vpc/peerings', '/v2.0x/', '*'],
  ],
}

for (const [family, paths] of Object.entries(PATHS)) {
  test(`these paths answer errors as ${family} does`, () => {
    for (const path of paths) assert.equal(familyOf(path), family, path)
  })
}

test('each family has its documented body, with the same three members added', () => {
  const added = { error_code: 'VPC.1512', error_msg: 'It is ACTIVE', request_id: REQUEST_ID }
  const bodies = FAMILIES.map((family) => [
    family,
    spellError(family, 'peering_wrong_state', 'It is ACTIVE', REQUEST_ID),
  ])
  assert.deepEqual(Object.fromEntries(bodies), {
    neutron: { NeutronError: { type: 'VpcPeeringStateInvalid', message: 'It is ACTIVE', detail: '' }, ...added },
    v1: { code: 'VPC.1512', message: 'It is ACTIVE', ...added },
    v3: added,
    keystone: { error: { code: 409, message: 'It is ACTIVE', title: 'Conflict' }, ...added },
    gateway: added,
  })
})

test('what the gateway answers on the clouds has no NeutronError, and keeps the forms of v1 and Keystone', () => {
  const added = { error_code: 'APIGW.0301', error_msg: 'no', request_id: REQUEST_ID }
  assert.deepEqual(spellError('neutron', 'unauthenticated', 'no', REQUEST_ID), added)
  assert.deepEqual(spellError('keystone', 'unauthenticated', 'no', REQUEST_ID), {
    error: { code: 401, message: 'no', title: 'Unauthorized' },
    ...added,
  })
  assert.deepEqual(spellError('v1', 'unauthenticated', 'no', REQUEST_ID), {
    ...{ code: 'VPC.0008', message: 'no' },
    ...{ ...added, error_code: 'VPC.0008' },
  })
})

/** What the clouds document, or a client depends on: statuses, types and codes by family, `*` for all. */
const DOCUMENTED = `
  unauthenticated          | 401 | Unauthorized           | v1 VPC.0008, v3 APIGW.0301, neutron APIGW.0301
  project_mismatch         | 400 | HTTPBadRequest         | * VPC.0007
  admin_only               | 403 | Forbidden              | * VPC.2201
  project_scope_required   | 403 | Forbidden              | * VPC.2701
  too_many_attempts        | 429 | TooManyRequests        | * APIGW.0308
  unknown_path             | 404 | HTTPNotFound           | * APIGW.0101
  wrong_method             | 405 | HTTPMethodNotAllowed   | * APIGW.0106
  malformed_body           | 400 | HTTPBadRequest         | v1 VPC.0101, v3 VPC.9901, neutron VPC.1501
  invalid_input            | 400 | InvalidInput           | v1 VPC.0101, v3 VPC.9901, neutron VPC.1502
  peering_not_found        | 404 | VpcPeeringNotFound     | * VPC.1503
  request_vpc_not_found    | 404 | RouterNotFound         | * VPC.1504
  request_tenant_incorrect | 400 | InvalidInput           | * VPC.1505
  accept_vpc_incorrect     | 400 | InvalidInput           | * VPC.1506
  self_peering             | 400 | InvalidInput           | * VPC.1507
  peering_exists           | 409 | VpcPeeringConflict     | * VPC.1508
  peering_over_quota       | 409 | OverQuota              | * VPC.1510
  not_the_accepter         | 403 | Forbidden              | * VPC.1511
  peering_wrong_state      | 409 | VpcPeeringStateInvalid | * VPC.1512
  vpc_not_found            | 404 | RouterNotFound         | v1 VPC.0105, v3 VPC.9904
  vpc_name_taken           | 400 | InvalidInput           | v1 VPC.0115
  vpc_over_quota           | 409 | OverQuota              | v1 VPC.0114
  vpc_has_peerings         | 409 | RouterInUse            | v1 VPC.0108
  vpc_cidr_invalid         | 400 | InvalidInput           | v1 VPC.0101
  vpc_has_subnets          | 409 | RouterInUse            | v1 VPC.0104
  vpc_block_routed         | 409 | RouterInUse            | v1 VPC.0108, v3 VPC.9907
  vpc_cidr_displaces_subnet | 400 | InvalidInput          | v1 VPC.0117
  subnet_not_found         | 404 | SubnetNotFound         | v1 VPC.0202
  subnet_outside_vpc       | 400 | InvalidInput           | v1 VPC.0203
  subnet_overlap           | 400 | InvalidInput           | v1 VPC.0204
  subnet_wrong_vpc         | 400 | InvalidInput           | v1 VPC.0207
  subnet_cidr_invalid      | 400 | InvalidInput           | v1 VPC.0212
  extend_cidr_conflict     | 409 | Conflict               | v3 VPC.9914
  extend_cidr_not_found    | 404 | NotFound               | v3 VPC.9915
  extend_cidr_forbidden    | 400 | InvalidInput           | v3 VPC.9916
`

for (const line of DOCUMENTED.trim().split('\n')) {
  const [code = '', status, type, codes = ''] = line.split('|').map((cell) => cell.trim())
  test(`${code} is ${status} ${type} with the code ${codes}`, () => {
    const error = code as ErrorCode
    assert.equal(String(SPELLINGS[error].status), status)
    assert.equal(SPELLINGS[error].type, type)
    for (const [where = '', told] of codes.split(', ').map((each) => each.split(' '))) {
      const families = where === '*' ? FAMILIES : [where as Family]
      for (const family of families) assert.equal(codeIn(family, error), told, family)
    }
  })
}

const NOUNS = [
  [`/v1/${PID}/vpcs`, 'vpcs'],
  [`/v1/${PID}/vpcs/${ID}`, 'vpcs'],
  [`/v1/${PID}/subnets`, 'subnets'],
  [`/v1/${PID}/subnets/${ID}`, 'subnets'],
  [`/v1/${PID}/vpcs/${ID}/subnets/${ID}`, 'subnets'],
  [`/v1/${PID}/`, undefined],
  [`/v2.0/${PID}/subnets/${ID}/tags`, 'tags'],
  [`/v2.0/${PID}/vpcs/${ID}/tags/action`, 'tags'],
  [`/v2.0/${PID}/vpcs/${ID}`, undefined],
  [`/v2.0/${PID}/vpcs/tags`, undefined],
  [`/v3/${PID}/vpc/subnets`, undefined],
  [`/v2.0/vpc/subnets`, undefined],
] as const

for (const [path, noun] of NOUNS) {
  test(`the noun of ${path} is ${noun ?? 'none'}`, () => assert.equal(nounOf(path), noun))
}

test('a wrong request about subnets has a number of its own in v1, and only there, and only a wrong request', () => {
  for (const error of ['invalid_input', 'malformed_body'] as const) {
    assert.equal(codeIn('v1', error, 'subnets'), 'VPC.0201')
    assert.equal(codeIn('v1', error, 'vpcs'), 'VPC.0101')
    // No member of an object's prototype is taken for a noun.
    assert.equal(codeIn('v1', error, 'constructor'), 'VPC.0101')
    for (const family of FAMILIES.filter((each) => each !== 'v1')) {
      assert.equal(codeIn(family, error, 'subnets'), codeIn(family, error))
    }
  }
  assert.equal(codeIn('v1', 'vpc_not_found', 'subnets'), 'VPC.0105')
  const told = spellError('v1', 'invalid_input', 'no', REQUEST_ID, 'subnets')
  assert.deepEqual(told, {
    code: 'VPC.0201',
    message: 'no',
    error_code: 'VPC.0201',
    error_msg: 'no',
    request_id: REQUEST_ID,
  })
})

test('every code can be told in every family, in its shape and with nothing beside it', () => {
  for (const error of CODES) {
    for (const family of FAMILIES) {
      const body = spellError(family, error, 'some text', REQUEST_ID) as Readonly<Record<string, unknown>>
      const what = `${error} in ${family}`
      assert.match(String(body.error_code), /^(VPC|APIGW|IAM)\.\d{4}$/, what)
      assert.equal(body.error_code, codeIn(family, error), what)
      assert.equal(body.error_msg, 'some text', what)
      assert.equal(body.request_id, REQUEST_ID, what)
      assert.ok(
        shapesOf(family).some((names) => names === Object.keys(body).sort().join()),
        what,
      )
    }
  }
})

/** The names of the members that the published schema of a family has, per alternative. */
function shapesOf(family: Family): readonly string[] {
  const schema = ERROR_SHAPES[family] as { anyOf?: readonly { properties: object }[]; properties?: object }
  const alternatives = schema.anyOf ?? [{ properties: schema.properties ?? {} }]
  return alternatives.map(({ properties }) => Object.keys(properties).sort().join())
}

test('every status is an error, and Keystone has a title for it that is no name of a class', () => {
  for (const error of CODES) {
    const { status } = SPELLINGS[error]
    assert.ok(status >= 400 && status < 600, error)
    const { error: told } = spellError('keystone', error, '', REQUEST_ID) as { error: { code: number; title: string } }
    assert.equal(told.code, status)
    assert.match(told.title, /^[A-Z][a-z]+( [A-Z][a-z]+)*$/, `${error}: ${told.title}`)
  }
})

test('one status has one title, whatever the refusal', () => {
  const titles = new Map<number, Set<string>>()
  for (const error of CODES) {
    const { error: told } = spellError('keystone', error, '', REQUEST_ID) as { error: { code: number; title: string } }
    titles.set(told.code, (titles.get(told.code) ?? new Set()).add(told.title))
  }
  assert.deepEqual(
    [...titles].filter(([, names]) => names.size > 1),
    [],
  )
})
