/** Ours: a peering as `/causeway/v1/peerings/{id}` shows it, which is the published object and more. */
import { type PeeringView, SIDE_NAMES, versionOfView } from '../rules/protection.ts'
import { PeeringShape, spellPeering } from './peerings.ts'
import { type Static, Type } from './schema.ts'

export const PeeringViewShape = Type.Object({
  ...PeeringShape.properties,
  protected: Type.Boolean({ description: 'Whether any side protects it against deletion.' }),
  protected_by: Type.Array(Type.Enum([...SIDE_NAMES]), { description: 'Which sides do.' }),
})

export type WirePeeringView = Static<typeof PeeringViewShape>

export const ProtectPeeringRequest = Type.Object({
  protected: Type.Boolean({ description: "Whether the caller's own side protects it against deletion." }),
})

export function spellPeeringView({ peering, protectedBy }: PeeringView): WirePeeringView {
  return { ...spellPeering(peering), protected: protectedBy.length > 0, protected_by: [...protectedBy] }
}

export function peeringViewEtag(view: PeeringView): string {
  return `"${versionOfView(view)}"`
}
