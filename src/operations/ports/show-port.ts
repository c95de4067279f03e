import type { PortId } from '../../rules/ids.ts'
import type { Port } from '../../rules/port.ts'
import { reading } from '../operation.ts'
import { loadPort } from './load-port.ts'

export const showPort = reading<PortId, Port>('showPort', loadPort)
