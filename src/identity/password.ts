/** Passwords: scrypt, with its parameters in the stored text, so that they can be raised without a migration. */
import { randomBytes, type ScryptOptions, scrypt as scryptCallback, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const scrypt = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scryptCallback)

interface Cost {
  /** log2 of scrypt's N. */
  readonly logN: number
  readonly r: number
  readonly p: number
}

/** What a person chose must be slow to guess: 16 MiB and about 0.2 s of one core (OWASP's parameters for 16 MiB). */
const CHOSEN: Cost = { logN: 14, r: 8, p: 5 }
/** What we drew at random with 128 bits or more cannot be guessed at any speed; a slow hash would only delay starts. */
const RANDOM: Cost = { logN: 10, r: 8, p: 1 }

const KEY_BYTES = 32
const SALT_BYTES = 16

/** `scrypt$logN$r$p$salt$key`, the last two in base64url. */
export async function hashPassword(password: string, origin: 'chosen' | 'random'): Promise<string> {
  const cost = origin === 'chosen' ? CHOSEN : RANDOM
  const salt = randomBytes(SALT_BYTES)
  const key = await derive(password, salt, cost)
  return ['scrypt', cost.logN, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/** Compares in constant time. Throws on a stored text that is not ours. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [scheme, logN, r, p, salt, key] = stored.split('$')
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) throw new Error('not a stored password')
  const cost: Cost = { logN: Number(logN), r: Number(r), p: Number(p) }
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'base64url'), cost), Buffer.from(key, 'base64url'))
}

function derive(password: string, salt: Uint8Array, { logN, r, p }: Cost): Promise<Buffer> {
  // Normalized, because two keyboards may compose the same letter differently.
  return scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { N: 2 ** logN, r, p, maxmem: 256 * 2 ** logN * r })
}
