/** Ours: a peering as `/causeway/v1/peerings/{id}` shows it, which is the published object and more. */
import { type PeeringView, versionOfView } from '../rules/peering-view.ts'
import { SIDE_NAMES } from '../rules/protection.ts'
import { PeeringShape, ShowPeeringQuery, spellPeering } from './peerings.ts'
import { NETWORK_MEMBERS, networkTag, type PeeringNetwork, spellNetwork } from './readiness.ts'
import { type Static, Type } from './schema.ts'

/** What is each side's own business. */
const OfOwnSide = Type.Union([Type.Boolean(), Type.Null()], { description: "null: not the caller's to know." })

export const PeeringViewShape = Type.Object({
  ...PeeringShape.properties,
  protected: Type.Boolean({ description: 'Whether any side protects it against deletion.' }),
  protected_by: Type.Array(Type.Enum([...SIDE_NAMES]), { description: 'Which sides do.' }),
  auto_routes: Type.Object({ requester: OfOwnSide, accepter: OfOwnSide }),
  ...NETWORK_MEMBERS,
})

export type WirePeeringView = Static<typeof PeeringViewShape>

export const ShowPeeringViewQuery = Type.Object({
  ...ShowPeeringQuery.properties,
  wait: Type.Optional(
    Type.String({
      description:
        'Statuses and `SYNCED`, separated by commas: answers when the peering has one, or both sides are SYNCED.',
    }),
  ),
})

/** At least one member; each for the caller's own side. */
export const ChangeOwnSideRequest = Type.Object({
  protected: Type.Optional(
    Type.Boolean({ description: "Whether the caller's own side protects it against deletion." }),
  ),
  auto_routes: Type.Optional(
    Type.Boolean({ description: "Whether the service keeps routes to the other side's blocks in the default table." }),
  ),
})

/** `network` undefined: there is no data plane. */
export function spellPeeringView(view: PeeringView, network: PeeringNetwork | undefined): WirePeeringView {
  const { peering, protectedBy, autoRoutes } = view
  return {
    ...spellPeering(peering),
    ...{ protected: protectedBy.length > 0, protected_by: [...protectedBy] },
    auto_routes: { requester: autoRoutes.requester ?? null, accepter: autoRoutes.accepter ?? null },
    ...spellNetwork(network),
  }
}

/** Of all that is shown, the network included; what comes before the semicolon is the version. */
export function peeringViewEtag(view: PeeringView, network: PeeringNetwork | undefined): string {
  return `"${versionOfView(view)}${networkTag(network)}"`
}
