/** Everything random that somebody will hold as a secret. */
import { randomBytes, randomInt } from 'node:crypto'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** An access key: 20 letters and digits, as the clouds have them. Not a secret, but unique. */
export function newAccessKey(): string {
  return draw(LETTERS, 20)
}

/** A secret key: 40 letters and digits, 238 bits. */
export function newSecretKey(): string {
  return draw(ALPHANUMERIC, 40)
}

/** A password of 24 letters and digits, 142 bits, that needs no quoting in a shell. */
export function newPassword(): string {
  return draw(ALPHANUMERIC, 24)
}

/** The key that tokens are signed with: 256 bits in hex. */
export function newTokenKey(): string {
  return randomBytes(32).toString('hex')
}

function draw(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
}
