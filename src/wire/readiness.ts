/** Ours: how far the network is, as a peering is shown with it. */
import { createHash } from 'node:crypto'
import { type PeeringTraffic, READINESS_STATES, type Readiness, type Sides, type Traffic } from '../rules/readiness.ts'
import { type Static, Type } from './schema.ts'

const ReadinessShape = Type.Object({
  state: Type.Enum([...READINESS_STATES]),
  generation: Type.Integer({ minimum: 0, description: "How often what the VPC's network ought to be has changed." }),
  observed_generation: Type.Integer({ minimum: 0, description: 'The newest that the network was made equal to.' }),
  since: Type.String({ description: 'UTC to the millisecond, `yyyy-MM-ddTHH:mm:ss.SSSZ`.' }),
  last_error: Type.Union([Type.String(), Type.Null()], {
    description: "Why it is DEGRADED; null where it is not, and of the other side's.",
  }),
})

const TrafficShape = Type.Object({ packets: Type.Integer({ minimum: 0 }), bytes: Type.Integer({ minimum: 0 }) })

/** What a view of a peering has beside the rest. */
export const NETWORK_MEMBERS = {
  dataplane: Type.Union([Type.Object({ requester: ReadinessShape, accepter: ReadinessShape }), Type.Null()], {
    description: 'null: the service has no data plane.',
  }),
  traffic: Type.Union([Type.Object({ to_accepter: TrafficShape, to_requester: TrafficShape }), Type.Null()], {
    description: 'Since the link was made; null: there is none, or the data plane does not tell.',
  }),
}

const NetworkShape = Type.Object(NETWORK_MEMBERS)
type WireNetwork = Static<typeof NetworkShape>

/** A peering's network as one caller may see it. */
export interface PeeringNetwork {
  readonly readiness: Sides<Readiness>
  readonly traffic: PeeringTraffic | undefined
}

/** Undefined: there is no data plane. */
export function spellNetwork(network: PeeringNetwork | undefined): WireNetwork {
  if (network === undefined) return { dataplane: null, traffic: null }
  const { readiness, traffic } = network
  return {
    dataplane: { requester: spellReadiness(readiness.requester), accepter: spellReadiness(readiness.accepter) },
    traffic: traffic
      ? { to_accepter: spellTraffic(traffic.toAccepter), to_requester: spellTraffic(traffic.toRequester) }
      : null,
  }
}

function spellReadiness({ state, generation, observedGeneration, since, lastError }: Readiness) {
  return {
    ...{ state, generation, observed_generation: observedGeneration },
    ...{ since: new Date(since).toISOString(), last_error: lastError ?? null },
  }
}

function spellTraffic({ packets, bytes }: Traffic) {
  return { packets, bytes }
}

/** Characters: enough that no two states of one peering's network have the same. */
const TAG_LENGTH = 16

/**
 * What an ETag has for the network, which is no part of any version: it changes by itself, and no change of a peering
 * is made to it. `''` where there is no data plane.
 */
export function networkTag(network: PeeringNetwork | undefined): string {
  if (network === undefined) return ''
  const text = JSON.stringify(spellNetwork(network))
  return `;${createHash('sha256').update(text).digest('base64url').slice(0, TAG_LENGTH)}`
}
