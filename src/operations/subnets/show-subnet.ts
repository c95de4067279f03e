import type { SubnetId } from '../../rules/ids.ts'
import type { Subnet } from '../../rules/subnet.ts'
import { reading } from '../operation.ts'
import { loadSubnet } from './load-subnet.ts'

export const showSubnet = reading<SubnetId, Subnet>('showSubnet', loadSubnet)
