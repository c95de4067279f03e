import { isIP } from 'node:net'
import { address, type Cidr, cidr, contains, end, overlaps, parseCidr } from './cidr.ts'
import type { ProjectId, RouteTableId, SubnetId, VpcId } from './ids.ts'
import { invalidInput, Refusal } from './refusal.ts'
import type { Tag } from './tag.ts'
import { characters, isPrintable } from './text.ts'
import { blocks, type Vpc } from './vpc.ts'

/** A part of a VPC's addresses. Times are milliseconds since the epoch, UTC. */
export interface Subnet {
  readonly id: SubnetId
  /** The ids that the clouds give the two address families, beside the subnet's own; UUIDs. */
  readonly neutronSubnetId: string
  readonly neutronSubnetIdV6: string
  readonly vpcId: VpcId
  readonly projectId: ProjectId
  /** The table that its packets are routed by; a subnet that was never moved is in the VPC's default table. */
  readonly routeTableId: RouteTableId
  readonly name: string
  readonly description: string
  /** IPv4 block, inside a block of the VPC. */
  readonly cidr: string
  readonly gatewayIp: string
  /** A /64 of the VPC's own range, and its gateway; undefined: the subnet has no IPv6. */
  readonly v6: SubnetV6 | undefined
  readonly dhcpEnable: boolean
  /** Name servers in order: the first is the primary one. */
  readonly dnsList: readonly string[]
  readonly availabilityZone: string
  readonly extraDhcpOpts: readonly DhcpOption[]
  readonly tags: readonly Tag[]
  readonly createdAt: number
  readonly updatedAt: number
}

export interface SubnetV6 {
  readonly cidr: string
  readonly gatewayIp: string
}

export interface DhcpOption {
  readonly name: string
  readonly value: string
}

/** A block so small that the clouds take no subnet of it, from the published API. */
const LONGEST_PREFIX = 28
const MAX_NAME = 64

/** A subnet's name: any script, as with a VPC's; not unique. */
export function parseSubnetName(text: string): string {
  const length = characters(text)
  if (length < 1 || length > MAX_NAME) throw invalidInput('name', `must have 1 to ${MAX_NAME} characters`)
  if (!isPrintable(text)) throw invalidInput('name', 'must not contain control characters or broken surrogates')
  return text
}

/** An IPv4 block that a subnet can be made of. */
export function parseSubnetCidr(text: string): string {
  const block = parseCidr(text)
  if ('problem' in block) throw cidrInvalid(text, block.problem)
  if (block.prefix > LONGEST_PREFIX) throw cidrInvalid(text, `is smaller than a /${LONGEST_PREFIX}`)
  return text
}

function cidrInvalid(text: string, problem: string): Refusal {
  return new Refusal('subnet_cidr_invalid', `The subnet's CIDR block '${text}' ${problem}.`)
}

/** A gateway within its subnet's block; the first and the last address are no host's. */
export function parseGateway(text: string, subnetCidr: string): string {
  const gateway = isIP(text) === 4 ? address(text) : undefined
  if (gateway === undefined) throw invalidInput('gateway_ip', 'must be an IPv4 address such as 192.168.0.1')
  const block = cidr(subnetCidr)
  if (gateway <= block.base || gateway >= end(block) - 1) {
    throw invalidInput('gateway_ip', `must be an address of ${subnetCidr}, and neither its first nor its last`)
  }
  return text
}

/** What is stored as given: the name of a zone means nothing to us. */
export function parseAvailabilityZone(text: string): string {
  if (characters(text) > MAX_NAME || !isPrintable(text)) {
    throw invalidInput('availability_zone', `must have at most ${MAX_NAME} printable characters`)
  }
  return text
}

/** Refuses a block that is not the VPC's to give, or that a sister has; `sisters` are all subnets of the VPC. */
export function assertPlace(vpc: Vpc, sisters: readonly Subnet[], text: string): void {
  const block = cidr(text)
  if (!isWithin(vpc, block)) {
    throw new Refusal('subnet_outside_vpc', `The subnet's CIDR block ${text} lies in no CIDR block of VPC ${vpc.id}.`)
  }
  const clash = sisters.find((sister) => overlaps(cidr(sister.cidr), block))
  if (clash !== undefined) {
    throw new Refusal('subnet_overlap', `The CIDR block ${text} overlaps ${clash.cidr} of subnet ${clash.id}.`, {
      subnetId: clash.id,
    })
  }
}

/** The first subnet that a VPC with these blocks would have no place for. */
export function displacedBy(vpc: Vpc, subnets: readonly Subnet[]): Subnet | undefined {
  return subnets.find((subnet) => !isWithin(vpc, cidr(subnet.cidr)))
}

function isWithin(vpc: Vpc, block: Cidr): boolean {
  return blocks(vpc).some((own) => contains(cidr(own), block))
}

export function subnetNotFound(id: string): Refusal {
  return new Refusal('subnet_not_found', `Subnet ${id} could not be found.`, { subnetId: id })
}
