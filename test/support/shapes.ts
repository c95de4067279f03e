/**
 * The shape that every answer must have: what its route declares (openapi.json is made of the same schemas), the body
 * of its path's family for an error, and no member beside those that are declared.
 */
import assert from 'node:assert/strict'
import { Ajv, type ValidateFunction } from 'ajv'
import { AcceptanceAnswer } from '../../src/wire/acceptance.ts'
import { AttachmentShape } from '../../src/wire/attachments.ts'
import { ExplainAnswer } from '../../src/wire/explain.ts'
import { HistoryAnswer } from '../../src/wire/history.ts'
import {
  CatalogAnswer,
  CredentialListAnswer,
  DomainAnswer,
  DomainListAnswer,
  NewCredentialAnswer,
  ProjectAnswer,
  ProjectListAnswer,
  RegionListAnswer,
  TokenAnswer,
  UserAnswer,
  UserListAnswer,
} from '../../src/wire/identity.ts'
import { PeeringViewShape } from '../../src/wire/peering-views.ts'
import { PeeringAnswer, PeeringListAnswer, PeeringShape } from '../../src/wire/peerings.ts'
import { PlanAnswer } from '../../src/wire/plan.ts'
import { PortAnswer, PortListAnswer } from '../../src/wire/ports.ts'
import { QuotasAnswer } from '../../src/wire/quotas.ts'
import { ERROR_SHAPES, familyOf } from '../../src/wire/refusal.ts'
import { RouteReportAnswer } from '../../src/wire/route-report.ts'
import { RouteTableAnswer, RouteTableListAnswer } from '../../src/wire/route-tables.ts'
import { RouterAnswer, RouterListAnswer } from '../../src/wire/routers.ts'
import { RouteAnswer, RouteListAnswer } from '../../src/wire/routes.ts'
import { type Schema, Type } from '../../src/wire/schema.ts'
import { SubnetAnswer, SubnetListAnswer, SubnetUpdatedAnswer } from '../../src/wire/subnets.ts'
import { TagsAnswer } from '../../src/wire/tags.ts'
import { IdentityVersionAnswer, NetworkResourcesAnswer, NetworkVersionsAnswer } from '../../src/wire/versions.ts'
import { DryRunAnswer, VpcAnswer, VpcListAnswer, VpcV3Answer, VpcV3ListAnswer } from '../../src/wire/vpcs.ts'

const HealthAnswer = Type.Object({ status: Type.Literal('ok') })

/** What a route answers, by status, when it does what it was asked; null: no body. */
const ANSWERS: Readonly<Record<string, Readonly<Record<number, Schema | null>>>> = {
  'GET /': { 200: NetworkVersionsAnswer },
  'GET /v2.0': { 200: NetworkResourcesAnswer },
  'GET /v3': { 200: IdentityVersionAnswer },
  'POST /v3/auth/tokens': { 201: TokenAnswer },
  'GET /v3/auth/tokens': { 200: TokenAnswer },
  'DELETE /v3/auth/tokens': { 204: null },
  'GET /v3/auth/catalog': { 200: CatalogAnswer },
  'GET /v3/auth/projects': { 200: ProjectListAnswer },
  'GET /v3/auth/domains': { 200: DomainListAnswer },
  'GET /v3/domains': { 200: DomainListAnswer },
  'POST /v3/domains': { 201: DomainAnswer },
  'GET /v3/projects': { 200: ProjectListAnswer },
  'POST /v3/projects': { 201: ProjectAnswer },
  'GET /v3/users': { 200: UserListAnswer },
  'POST /v3/users': { 201: UserAnswer },
  'PATCH /v3/users/:user_id': { 200: UserAnswer },
  'GET /v3/regions': { 200: RegionListAnswer },
  'GET /v3.0/OS-CREDENTIAL/credentials': { 200: CredentialListAnswer },
  'POST /v3.0/OS-CREDENTIAL/credentials': { 201: NewCredentialAnswer },
  'DELETE /v3.0/OS-CREDENTIAL/credentials/:access_key': { 204: null },
  'GET /v2.0/vpc/peerings': { 200: PeeringListAnswer },
  'POST /v2.0/vpc/peerings': { 201: PeeringAnswer },
  'GET /v2.0/vpc/peerings/:id': { 200: PeeringAnswer, 304: null },
  'PUT /v2.0/vpc/peerings/:id': { 200: PeeringAnswer },
  'DELETE /v2.0/vpc/peerings/:id': { 204: null },
  'PUT /v2.0/vpc/peerings/:id/accept': { 200: PeeringShape },
  'PUT /v2.0/vpc/peerings/:id/reject': { 200: PeeringShape },
  'GET /causeway/v1/peerings/:id/history': { 200: HistoryAnswer },
  'GET /causeway/v1/events': { 200: null },
  'GET /v1/:project_id/vpcs': { 200: VpcListAnswer },
  'POST /v1/:project_id/vpcs': { 200: VpcAnswer },
  'GET /v1/:project_id/vpcs/:vpc_id': { 200: VpcAnswer },
  'PUT /v1/:project_id/vpcs/:vpc_id': { 200: VpcAnswer },
  'DELETE /v1/:project_id/vpcs/:vpc_id': { 204: null },
  'GET /v2.0/:project_id/vpcs/:vpc_id/tags': { 200: TagsAnswer },
  'POST /v2.0/:project_id/vpcs/:vpc_id/tags': { 204: null },
  'POST /v2.0/:project_id/vpcs/:vpc_id/tags/action': { 204: null },
  'DELETE /v2.0/:project_id/vpcs/:vpc_id/tags/:key': { 204: null },
  'GET /v2.0/:project_id/subnets/:subnet_id/tags': { 200: TagsAnswer },
  'POST /v2.0/:project_id/subnets/:subnet_id/tags': { 204: null },
  'POST /v2.0/:project_id/subnets/:subnet_id/tags/action': { 204: null },
  'DELETE /v2.0/:project_id/subnets/:subnet_id/tags/:key': { 204: null },
  'GET /v3/:project_id/vpc/vpcs': { 200: VpcV3ListAnswer },
  'POST /v3/:project_id/vpc/vpcs': { 201: VpcV3Answer, 202: DryRunAnswer },
  'GET /v3/:project_id/vpc/vpcs/:vpc_id': { 200: VpcV3Answer },
  'PUT /v3/:project_id/vpc/vpcs/:vpc_id': { 200: VpcV3Answer, 202: DryRunAnswer },
  'DELETE /v3/:project_id/vpc/vpcs/:vpc_id': { 204: null },
  'PUT /v3/:project_id/vpc/vpcs/:vpc_id/add-extend-cidr': { 200: VpcV3Answer, 202: DryRunAnswer },
  'PUT /v3/:project_id/vpc/vpcs/:vpc_id/remove-extend-cidr': { 200: VpcV3Answer, 202: DryRunAnswer },
  'GET /causeway/v1/vpcs/:vpc_id/acceptance': { 200: AcceptanceAnswer },
  'PUT /causeway/v1/vpcs/:vpc_id/acceptance': { 200: AcceptanceAnswer },
  'GET /causeway/v1/peerings/:id/routes': { 200: RouteReportAnswer },
  'POST /causeway/v1/plan': { 200: PlanAnswer },
  'POST /causeway/v1/explain': { 200: ExplainAnswer },
  'GET /v2.0/routers': { 200: RouterListAnswer },
  'GET /v2.0/routers/:id': { 200: RouterAnswer },
  'GET /v1/:project_id/quotas': { 200: QuotasAnswer },
  'GET /v2.0/vpc/routes': { 200: RouteListAnswer },
  'POST /v2.0/vpc/routes': { 201: RouteAnswer },
  'GET /v2.0/vpc/routes/:id': { 200: RouteAnswer },
  'DELETE /v2.0/vpc/routes/:id': { 204: null },
  'GET /v1/:project_id/routetables': { 200: RouteTableListAnswer },
  'POST /v1/:project_id/routetables': { 200: RouteTableAnswer },
  'GET /v1/:project_id/routetables/:routetable_id': { 200: RouteTableAnswer },
  'PUT /v1/:project_id/routetables/:routetable_id': { 200: RouteTableAnswer },
  'DELETE /v1/:project_id/routetables/:routetable_id': { 204: null },
  'POST /v1/:project_id/routetables/:routetable_id/action': { 200: RouteTableAnswer },
  'GET /v1/:project_id/subnets': { 200: SubnetListAnswer },
  'POST /v1/:project_id/subnets': { 200: SubnetAnswer },
  'GET /v1/:project_id/subnets/:subnet_id': { 200: SubnetAnswer },
  'PUT /v1/:project_id/vpcs/:vpc_id/subnets/:subnet_id': { 200: SubnetUpdatedAnswer },
  'DELETE /v1/:project_id/vpcs/:vpc_id/subnets/:subnet_id': { 204: null },
  'GET /v1/:project_id/ports': { 200: PortListAnswer },
  'POST /v1/:project_id/ports': { 200: PortAnswer },
  'GET /v1/:project_id/ports/:port_id': { 200: PortAnswer },
  'PUT /v1/:project_id/ports/:port_id': { 200: PortAnswer },
  'DELETE /v1/:project_id/ports/:port_id': { 204: null },
  'GET /causeway/v1/peerings/:id': { 200: PeeringViewShape, 304: null },
  'PUT /causeway/v1/peerings/:id': { 200: PeeringViewShape },
  'PUT /causeway/v1/ports/:port_id/attachment': { 200: AttachmentShape },
  'GET /causeway/v1/ports/:port_id/attachment': { 200: AttachmentShape },
  'DELETE /causeway/v1/ports/:port_id/attachment': { 204: null },
  'GET /causeway/v1/projects/:target_id/quotas': { 200: QuotasAnswer },
  'PUT /causeway/v1/projects/:target_id/quotas': { 200: QuotasAnswer },
  'GET /healthz': { 200: HealthAnswer },
  'GET /readyz': { 200: HealthAnswer },
  'GET /metrics': { 200: Type.String() },
}

const ROUTES = Object.entries(ANSWERS).map(([route, answers]) => {
  const [method = '', path = ''] = route.split(' ')
  const pattern = path.replaceAll('.', '\\.').replace(/:[a-z_]+/g, '[^/]+')
  return { method, pattern: new RegExp(`^${path === '/' ? '' : pattern}/?$`), answers }
})

interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** Fails where an answer is not what its route declares. A HEAD has no body to look at. */
export function assertShape(method: string, url: string, { status, headers, body }: Answered): void {
  if (method === 'HEAD') return
  const path = url.split('?')[0] ?? ''
  const what = `${status} to ${method} ${path}`
  const requestId = headers.get('x-request-id')
  assert.match(requestId ?? '', /^[0-9a-f]{32}$/, `${what}: X-Request-Id`)
  const shape = status < 400 ? declared(method, path, status) : ERROR_SHAPES[familyOf(path)]
  assert.notEqual(shape, undefined, `${what}: no route declares this; a new one takes a line in ANSWERS`)
  if (shape === null || shape === undefined) {
    assert.equal(body, undefined, `${what}: a body where none is declared`)
    return
  }
  assertMatches(shape, body, what)
  if (typeof body === 'string') return
  assert.equal(headers.get('content-type')?.split(';')[0], 'application/json', `${what}: Content-Type`)
  const told = (body as { request_id?: string }).request_id
  if (told !== undefined) assert.equal(told, requestId, `${what}: request_id is not X-Request-Id`)
}

function declared(method: string, path: string, status: number): Schema | null | undefined {
  return ROUTES.find((route) => route.method === method && route.pattern.test(path))?.answers[status]
}

const ajv = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  formats: { uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/ },
})
const checks = new Map<Schema, ValidateFunction>()

function assertMatches(shape: Schema, body: unknown, what: string): void {
  const check = checks.get(shape) ?? ajv.compile(closed(shape))
  checks.set(shape, check)
  if (check(body)) return
  const problems = check.errors?.map(
    (error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
  )
  assert.fail(`${what} is not of its shape: ${problems?.join('; ')}: ${JSON.stringify(body)}`)
}

/** The schema with every object closed: the routes' own let through what they do not name. */
function closed(schema: Schema): Schema {
  const { properties, items, anyOf } = schema as {
    properties?: Record<string, Schema>
    items?: Schema
    anyOf?: Schema[]
  }
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, closed(member)])),
      additionalProperties: false,
    }),
    ...(items && { items: closed(items) }),
    ...(anyOf && { anyOf: anyOf.map(closed) }),
  }
}
