/** Ours: a peering as `/causeway/v1/peerings/{id}` shows it, which is the published object and more. */
import { type PeeringView, versionOfView } from '../rules/peering-view.ts'
import { SIDE_NAMES } from '../rules/protection.ts'
import { PeeringShape, spellPeering } from './peerings.ts'
import { type Static, Type } from './schema.ts'

/** What is each side's own business. */
const OfOwnSide = Type.Union([Type.Boolean(), Type.Null()], { description: "null: not the caller's to know." })

export const PeeringViewShape = Type.Object({
  ...PeeringShape.properties,
  protected: Type.Boolean({ description: 'Whether any side protects it against deletion.' }),
  protected_by: Type.Array(Type.Enum([...SIDE_NAMES]), { description: 'Which sides do.' }),
  auto_routes: Type.Object({ requester: OfOwnSide, accepter: OfOwnSide }),
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

export function spellPeeringView(view: PeeringView): Static<typeof PeeringViewShape> {
  const { peering, protectedBy, autoRoutes } = view
  return {
    ...spellPeering(peering),
    ...{ protected: protectedBy.length > 0, protected_by: [...protectedBy] },
    auto_routes: { requester: autoRoutes.requester ?? null, accepter: autoRoutes.accepter ?? null },
  }
}

export function peeringViewEtag(view: PeeringView): string {
  return `"${versionOfView(view)}"`
}
