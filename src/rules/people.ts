import type { DomainId, ProjectId, UserId } from './ids.ts'
import { invalidInput, Refusal } from './refusal.ts'
import { characters, isPrintable } from './text.ts'

/** One customer ("account" on the clouds). Owns projects and users. */
export interface Domain {
  readonly id: DomainId
  readonly name: string
}

/** Where resources live; the `tenant_id` of the peering API. Its name is the region, or the region and a suffix. */
export interface Project {
  readonly id: ProjectId
  readonly domainId: DomainId
  readonly name: string
  readonly description: string
}

/** Somebody who can log in, and use every project of the domain. `admin`: the operator. */
export interface User {
  readonly id: UserId
  readonly domainId: DomainId
  readonly name: string
  /** scrypt, in the form of src/identity/password.ts. Never leaves the service. */
  readonly passwordHash: string
  readonly admin: boolean
  readonly enabled: boolean
  /** When the password was set: tokens that were issued before are refused. */
  readonly tokensSince: number
}

/** An AK/SK pair. The secret is kept as it is, because checking a signature takes the key itself. */
export interface AccessKey {
  readonly access: string
  readonly secret: string
  readonly userId: UserId
  readonly description: string
  readonly createdAt: number
}

/** A name of a domain, project or user. */
export function parsePersonName(text: string, field: string): string {
  const length = characters(text)
  if (length < 1 || length > 64) throw invalidInput(field, 'must have 1 to 64 characters')
  if (!isPrintable(text)) throw invalidInput(field, 'must not contain control characters or broken surrogates')
  return text
}

/** Bounds keep the work of hashing a password bounded, and a blank one out. */
export function parsePassword(text: string): string {
  const length = characters(text)
  if (length < 8 || length > 255) throw invalidInput('password', 'must have 8 to 255 characters')
  // scrypt pads with null characters, so that one at the end would not count.
  if (!text.isWellFormed() || text.includes('\0')) {
    throw invalidInput('password', 'must be well-formed Unicode without null characters')
  }
  return text
}

export function identityNotFound(kind: 'domain' | 'project' | 'user' | 'credential' | 'token', id: string): Refusal {
  return new Refusal('identity_not_found', `Could not find ${kind}: ${id}.`, { kind })
}

export function identityNameTaken(kind: 'domain' | 'project' | 'user', name: string): Refusal {
  return new Refusal('identity_name_taken', `Conflict: a ${kind} named '${name}' exists already.`, { kind })
}
