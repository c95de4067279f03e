import { createHash } from 'node:crypto'
import { type Cidr6, spellAddress6, spellCidr6 } from './cidr6.ts'
import type { VpcId } from './ids.ts'
import { overQuota } from './quota.ts'
import type { Subnet, SubnetV6 } from './subnet.ts'

/** Unique local addresses (RFC 4193): `fd`, then 40 bits that are one network's own. */
const ULA = 0xfdn
const NETWORK_BITS = 40n
/** A VPC has a /48, and each of its subnets a /64 of it. */
const VPC_PREFIX = 48
const SUBNET_PREFIX = 64
const HOST_BITS = BigInt(128 - SUBNET_PREFIX)
const SUBNETS = 1n << BigInt(SUBNET_PREFIX - VPC_PREFIX)

/** A VPC's own IPv6 block. A hash of its id, so that it needs no room in the store and never changes. */
export function ownBlock(vpcId: VpcId): Cidr6 {
  const digest = createHash('sha256').update(vpcId).digest('hex')
  const network = BigInt(`0x${digest}`) & ((1n << NETWORK_BITS) - 1n)
  return { base: ((ULA << NETWORK_BITS) | network) << BigInt(128 - VPC_PREFIX), prefix: VPC_PREFIX }
}

/** The lowest /64 of the VPC's own block that none of its subnets has; the gateway is its first host. */
export function freeV6(vpcId: VpcId, subnets: readonly Subnet[]): SubnetV6 {
  const taken = new Set(subnets.map(({ v6 }) => v6?.cidr))
  const { base } = ownBlock(vpcId)
  for (let index = 0n; index < SUBNETS; index += 1n) {
    const block = { base: base + (index << HOST_BITS), prefix: SUBNET_PREFIX }
    const text = spellCidr6(block)
    if (!taken.has(text)) return { cidr: text, gatewayIp: spellAddress6(block.base + 1n) }
  }
  throw overQuota('subnet')
}
