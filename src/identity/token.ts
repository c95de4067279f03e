/**
 * Tokens carry their own facts and are signed with the service's key (HMAC-SHA-256): they survive a restart, and a
 * login writes nothing. Only those taken back early are remembered, by their id.
 */
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { DomainId, ProjectId, UserId } from '../rules/ids.ts'

/** From the published API. */
export const TOKEN_LIFETIME_MS = 24 * 60 * 60 * 1000

export type Scope =
  | { readonly kind: 'project'; readonly projectId: ProjectId }
  | { readonly kind: 'domain'; readonly domainId: DomainId }
  | { readonly kind: 'unscoped' }

/** What a token says. Times are milliseconds since the epoch, UTC. */
export interface Token {
  /** 32 hex digits. */
  readonly id: string
  readonly userId: UserId
  readonly scope: Scope
  readonly methods: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
}

const VERSION = 'cw1'

/** The token as it stands in a header: three parts of URL-safe base64, joined by dots. */
export function signToken(token: Token, key: KeyObject): string {
  const payload = Buffer.from(JSON.stringify(token)).toString('base64url')
  return `${VERSION}.${payload}.${macOf(payload, key).toString('base64url')}`
}

/** What a token says, or undefined where we did not sign it or its time is over: at `expiresAt` it already is. */
export function readToken(text: string, key: KeyObject, now: number): Token | undefined {
  const [version, payload, mac, ...rest] = text.split('.')
  if (version !== VERSION || payload === undefined || mac === undefined || rest.length > 0) return undefined
  const given = Buffer.from(mac, 'base64url')
  const expected = macOf(payload, key)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  // base64url is read leniently, so that several texts stand for one token; only the one that we wrote is it.
  if (given.toString('base64url') !== mac) return undefined
  const token = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Token
  return now < token.expiresAt ? token : undefined
}

function macOf(payload: string, key: KeyObject): Buffer {
  return createHmac('sha256', key).update(VERSION).update('.').update(payload).digest()
}
