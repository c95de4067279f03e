import type { AcceptanceRule } from './acceptance.ts'
import { type Cidr, cidr, contains, overlaps, parseCidr } from './cidr.ts'
import type { ProjectId, VpcId } from './ids.ts'
import { invalidInput, Refusal } from './refusal.ts'
import type { Tag } from './tag.ts'
import { characters } from './text.ts'

/** A VPC. Times are milliseconds since the epoch, UTC. */
export interface Vpc {
  readonly id: VpcId
  readonly projectId: ProjectId
  /** `''` for none; otherwise unique within the project. */
  readonly name: string
  readonly description: string
  /** Primary IPv4 block, `''` where none was given. */
  readonly cidr: string
  /** Secondary IPv4 blocks in the order in which they were added. */
  readonly extendCidrs: readonly string[]
  /** `'0'` is the default enterprise project; stored as given and never interpreted. */
  readonly enterpriseProjectId: string
  readonly tags: readonly Tag[]
  /** What its owner has decided beforehand about requests of others; the first rule that fits holds. */
  readonly acceptance: readonly AcceptanceRule[]
  readonly createdAt: number
  readonly updatedAt: number
}

/** How many things lie in a VPC. */
export interface VpcContents {
  readonly subnets: number
  readonly routeTables: number
}

/** What a VPC is born with: its default route table. */
export const NEWBORN_CONTENTS: VpcContents = { subnets: 0, routeTables: 1 }

/** Where a primary block may lie, and how large and how small it may be: the ranges of the published API. */
const PRIMARY_RANGES = [
  { range: cidr('10.0.0.0/8'), longest: 24 },
  { range: cidr('172.16.0.0/12'), longest: 24 },
  { range: cidr('192.168.0.0/16'), longest: 24 },
] as const

/** Where no secondary block may lie: private, reserved and the clouds' own ranges, from the published API. */
const FORBIDDEN_SECONDARY = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '214.0.0.0/7',
  '198.18.0.0/15',
  '169.254.0.0/16',
  '0.0.0.0/8',
  '127.0.0.0/8',
  '240.0.0.0/4',
].map(cidr)

/** Secondary blocks of one VPC, from the published API. */
export const MAX_EXTEND_CIDRS = 5
/** The smallest secondary block: a /28 is also the smallest subnet. */
const LONGEST_SECONDARY_PREFIX = 28

const NAME = /^[\p{L}\p{M}\p{N}_.\- ]*$/u

/** A VPC's name. Blanks are taken beyond the published rule, because recorded client traffic contains them. */
export function parseVpcName(text: string): string {
  if (characters(text) > 64) throw invalidInput('name', 'must have at most 64 characters')
  if (!NAME.test(text)) throw invalidInput('name', "may contain only letters, digits, '_', '-', '.' and blanks")
  return text
}

/** A primary block, or `''` for a VPC that has none yet. */
export function parsePrimaryCidr(text: string): string {
  if (text === '') return text
  const block = parseCidr(text)
  if ('problem' in block) throw primaryInvalid(block.problem)
  const fits = PRIMARY_RANGES.some(({ range, longest }) => contains(range, block) && block.prefix <= longest)
  if (!fits) {
    throw primaryInvalid(
      'must lie in 10.0.0.0/8 (/8 to /24), 172.16.0.0/12 (/12 to /24) or 192.168.0.0/16 (/16 to /24)',
    )
  }
  return text
}

/** In the words of other fields, but with a code that v3 has for blocks alone. */
function primaryInvalid(reason: string): Refusal {
  const { message, facts } = invalidInput('cidr', reason)
  return new Refusal('vpc_cidr_invalid', message, facts)
}

/** The VPC with more secondary blocks, or the first refusal; nothing is added unless all can be. */
export function addExtendCidrs(vpc: Vpc, added: readonly string[], now: number): Vpc {
  const extendCidrs = [...vpc.extendCidrs]
  for (const text of added) {
    const block = parseSecondary(text)
    const clash = [vpc.cidr, ...extendCidrs].find((own) => own !== '' && overlaps(cidr(own), block))
    if (clash !== undefined) {
      throw new Refusal('extend_cidr_conflict', `The CIDR block ${text} conflicts with ${clash} of VPC ${vpc.id}.`)
    }
    // Here, and not behind the loop, which compares each block with all before it and may be sent very many.
    if (extendCidrs.length >= MAX_EXTEND_CIDRS) {
      throw new Refusal('extend_cidr_over_limit', `A VPC can have at most ${MAX_EXTEND_CIDRS} secondary CIDR blocks.`)
    }
    extendCidrs.push(text)
  }
  return { ...vpc, extendCidrs, updatedAt: now }
}

/** The VPC without these secondary blocks; one that is not there is refused, and then nothing is removed. */
export function removeExtendCidrs(vpc: Vpc, removed: readonly string[], now: number): Vpc {
  const missing = removed.find((text) => !vpc.extendCidrs.includes(text))
  if (missing !== undefined) {
    throw new Refusal('extend_cidr_not_found', `VPC ${vpc.id} has no secondary CIDR block ${missing}.`)
  }
  return { ...vpc, extendCidrs: vpc.extendCidrs.filter((text) => !removed.includes(text)), updatedAt: now }
}

/** The first two blocks, one of each VPC, that overlap: primary or secondary. */
export function overlapOf(a: Vpc, b: Vpc): readonly [string, string] | undefined {
  for (const left of blocksOf(a)) {
    for (const right of blocksOf(b)) {
      if (overlaps(cidr(left), cidr(right))) return [left, right]
    }
  }
  return undefined
}

/** All IPv4 blocks of a VPC, the primary one first. */
export function blocksOf(vpc: Vpc): readonly string[] {
  return [vpc.cidr, ...vpc.extendCidrs].filter((text) => text !== '')
}

function parseSecondary(text: string): Cidr {
  const block = parseCidr(text)
  if ('problem' in block) throw new Refusal('vpc_cidr_invalid', `The CIDR block '${text}' ${block.problem}.`)
  if (block.prefix > LONGEST_SECONDARY_PREFIX) {
    throw new Refusal('vpc_cidr_invalid', `The CIDR block '${text}' is smaller than a /${LONGEST_SECONDARY_PREFIX}.`)
  }
  if (FORBIDDEN_SECONDARY.some((range) => overlaps(range, block))) {
    throw new Refusal('extend_cidr_forbidden', `The CIDR block ${text} lies in a private or reserved range.`)
  }
  return block
}

export function vpcNotFound(id: string): Refusal {
  return new Refusal('vpc_not_found', `VPC ${id} could not be found.`, { vpcId: id })
}

/** The same in the words of Neutron, which knows a VPC as a router. */
export function routerNotFound(id: string): Refusal {
  return new Refusal('vpc_not_found', `Router ${id} could not be found`, { vpcId: id })
}

/** An enterprise project is a label of the customer's own; the clouds send `0`, or a UUID. */
export function parseEnterpriseProjectId(text: string): string {
  if (!/^[0-9a-zA-Z-]{1,36}$/.test(text)) throw invalidInput('enterprise_project_id', "must be '0' or a UUID")
  return text
}
