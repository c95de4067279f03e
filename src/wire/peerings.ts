/** The published shapes of `/v2.0/vpc/peerings`. */

import { type Peering, type Side, versionOf } from '../rules/peering.ts'
import { STATUSES } from '../rules/status.ts'
import { type Schema, type Static, Type } from './schema.ts'
import { spellTime } from './time.ts'

const VpcInfo = Type.Object({
  vpc_id: Type.String({ format: 'uuid' }),
  tenant_id: Type.String({ description: 'The project that the VPC belongs to, 32 hex digits.' }),
})

export const PeeringShape = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String({ minLength: 1, maxLength: 64 }),
  description: Type.String({ maxLength: 255 }),
  status: Type.Enum([...STATUSES]),
  request_vpc_info: VpcInfo,
  accept_vpc_info: VpcInfo,
  created_at: Type.String({ description: 'UTC, `yyyy-MM-ddTHH:mm:ss`.' }),
  updated_at: Type.String({ description: 'UTC, `yyyy-MM-ddTHH:mm:ss`.' }),
})
export type WirePeering = Static<typeof PeeringShape>

export const PeeringAnswer = Type.Object({ peering: PeeringShape })

export const PeeringListAnswer = Type.Object({
  peerings: Type.Array(PeeringShape),
  peerings_links: Type.Optional(
    Type.Array(
      Type.Object({
        rel: Type.Union([Type.Literal('next'), Type.Literal('previous')]),
        href: Type.String({ description: 'Absolute; repeats every other query parameter.' }),
      }),
    ),
  ),
})

/** Of every answer that carries one peering. */
const PeeringHeaders = {
  ETag: Type.String({ description: 'Strong: another one after every change, expiry by time included.' }),
}

export function withEtag<S extends Schema>(shape: S): S {
  return { ...shape, headers: PeeringHeaders }
}

const WaitHeaders = {
  ...PeeringHeaders,
  'Causeway-Wait': Type.String({ description: 'With `wait`, why it is over: `met`, `timeout` or `shutdown`.' }),
}

export function withWait<S extends Schema>(shape: S): S {
  return { ...shape, headers: WaitHeaders }
}

const SettledHeaders = {
  'Causeway-Dataplane': Type.String({
    description: 'With a data plane: `SYNCED`, nothing is forwarded any more; `DEGRADED`, that is not certain yet.',
  }),
}

export function withSettled<S extends Schema>(shape: S): S {
  return { ...shape, headers: SettledHeaders }
}

/** Headers of a request for one peering, for who wants them. */
export const IfMatch = Type.Object({
  'If-Match': Type.Optional(Type.String({ description: 'ETags; 412 unless the peering has one of them.' })),
})
export const IfNoneMatch = Type.Object({
  'If-None-Match': Type.Optional(Type.String({ description: 'ETags; 304 if the peering has one of them.' })),
})

/** Ours: a show that waits. */
export const ShowPeeringQuery = Type.Object({
  wait: Type.Optional(
    Type.String({ description: 'Statuses, separated by commas: answers when the peering has one of them.' }),
  ),
  timeout: Type.Optional(Type.String({ description: 'Seconds to wait at the most: 0 to 300, 30 without it.' })),
})

/** What a client says of one side. Ansible sends `''` for its own project, and others leave it out. */
export const VpcInfoRequest = Type.Object({
  vpc_id: Type.String({ description: 'UUID of the VPC.' }),
  tenant_id: Type.Optional(
    Type.Union([Type.String(), Type.Null()], { description: "The VPC's project; absent, null or empty: one's own." }),
  ),
})

export const CreatePeeringRequest = Type.Object({
  peering: Type.Object({
    name: Type.String({ description: '1 to 64 characters.' }),
    description: Type.Optional(Type.Union([Type.String(), Type.Null()], { description: 'Up to 255, no `<` or `>`.' })),
    request_vpc_info: VpcInfoRequest,
    accept_vpc_info: VpcInfoRequest,
  }),
})

export const UpdatePeeringRequest = Type.Object({
  peering: Type.Object({
    name: Type.Optional(Type.String()),
    description: Type.Optional(Type.String({ description: '`""` clears it.' })),
    status: Type.Optional(Type.Unknown({ description: 'Cannot be changed: 400.' })),
    request_vpc_info: Type.Optional(Type.Unknown({ description: 'Cannot be changed: 400.' })),
    accept_vpc_info: Type.Optional(Type.Unknown({ description: 'Cannot be changed: 400.' })),
  }),
})

export const PeeringListQuery = Type.Object({
  id: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  status: Type.Optional(Type.String({ description: 'Without it everything but DELETED.' })),
  tenant_id: Type.Optional(Type.String({ description: "Either side's project." })),
  vpc_id: Type.Optional(Type.String({ description: "Either side's VPC." })),
  limit: Type.Optional(Type.String({ description: '0 to 2000; more is read as 2000, the default.' })),
  marker: Type.Optional(Type.String({ description: 'The last id already seen; the page starts after it.' })),
  page_reverse: Type.Optional(Type.String({ description: '`True`: the page before the marker.' })),
})

/** One peering as the clouds spell it. `peering.status` must be the status at the time of the answer. */
export function spellPeering(peering: Peering): WirePeering {
  return {
    id: peering.id,
    name: peering.name,
    description: peering.description,
    status: peering.status,
    request_vpc_info: spellSide(peering.requester),
    accept_vpc_info: spellSide(peering.accepter),
    created_at: spellTime(peering.createdAt),
    updated_at: spellTime(peering.updatedAt),
  }
}

function spellSide({ vpcId, projectId }: Side) {
  return { vpc_id: vpcId, tenant_id: projectId }
}

const SPELLED = Symbol('the JSON text and the ETag of this very peering')

interface Spelled {
  readonly text: string
  readonly etag: string
}

/** The JSON text of `spellPeering`. */
export function peeringText(peering: Peering): string {
  return spelled(peering).text
}

export function peeringEtag(peering: Peering): string {
  return spelled(peering).etag
}

/**
 * Peerings are immutable, so what is answered of one is made once, however often it is read. It is kept on the object:
 * looked up in a WeakMap, it would take longer the more peerings there are.
 */
function spelled(peering: Peering & { [SPELLED]?: Spelled }): Spelled {
  const known = peering[SPELLED]
  if (known !== undefined) return known
  const made = { text: JSON.stringify(spellPeering(peering)), etag: `"${versionOf(peering)}"` }
  // Not enumerable, or else `{ ...peering, status }` would take it along and be another peering with it.
  Object.defineProperty(peering, SPELLED, { value: made })
  return made
}
