import type { PeeringId } from '../../rules/ids.ts'
import type { Peering } from '../../rules/peering.ts'
import { reading } from '../operation.ts'
import { loadPeering } from './load-peering.ts'

export const showPeering = reading<PeeringId, Peering>('showPeering', loadPeering)
