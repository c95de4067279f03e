import type { VpcId } from '../../rules/ids.ts'
import type { Vpc } from '../../rules/vpc.ts'
import { reading } from '../operation.ts'
import { loadVpc } from './load-vpc.ts'

export const showVpc = reading<VpcId, Vpc>('showVpc', loadVpc)
