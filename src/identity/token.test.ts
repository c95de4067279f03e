import assert from 'node:assert/strict'
import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { DomainId, ProjectId, UserId } from '../rules/ids.ts'
import { readToken, signToken, TOKEN_LIFETIME_MS, type Token } from './token.ts'

const NOW = Date.UTC(2026, 2, 4, 5, 0, 0)
const KEY = createSecretKey('00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', 'hex')
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function token(changes: Partial<Token> = {}): Token {
  return {
    id: '4f0c2b6a1d3e4c5f8a9b0c1d2e3f4a5b',
    userId: '5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f' as UserId,
    scope: { kind: 'project', projectId: '0a1b2c3d4e5f60718293a4b5c6d7e8f9' as ProjectId },
    methods: ['password'],
    issuedAt: NOW,
    expiresAt: NOW + TOKEN_LIFETIME_MS,
    ...changes,
  }
}

const SIGNED = signToken(token(), KEY)

test('what was signed is read back whole, in every scope', () => {
  for (const scope of [
    token().scope,
    { kind: 'domain', domainId: 'd0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0' as DomainId },
    { kind: 'unscoped' },
  ] as const) {
    const said = token({ scope, methods: ['token', 'password'] })
    assert.deepEqual(readToken(signToken(said, KEY), KEY, NOW), said)
  }
})

test('a token lives for 24 hours', () => assert.equal(TOKEN_LIFETIME_MS, 86_400_000))

test('a token is good until its last millisecond, and at its end it is not', () => {
  const end = NOW + TOKEN_LIFETIME_MS
  assert.deepEqual(readToken(SIGNED, KEY, end - 1), token())
  assert.equal(readToken(SIGNED, KEY, end), undefined)
  assert.equal(readToken(SIGNED, KEY, end + 1), undefined)
})

test('a token needs no quoting in a header, a shell or a URL, and fits into any of them', () => {
  assert.match(SIGNED, /^cw1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/)
  assert.ok(SIGNED.length < 512)
})

test('another key reads nothing, nor does one that differs in one bit', () => {
  const other = KEY.export()
  other[31] = (other[31] ?? 0) ^ 1
  const keys = [other, randomBytes(32), Buffer.alloc(32), Buffer.alloc(0), KEY.export().subarray(1)]
  for (const key of keys.map((bytes) => createSecretKey(bytes))) {
    assert.equal(readToken(SIGNED, key, NOW), undefined)
  }
})

test('a character changed anywhere is refused: to its neighbour, to the other case, and to what is no base64', () => {
  for (const [at, character] of [...SIGNED].entries()) {
    const next = ALPHABET.at((ALPHABET.indexOf(character) + 1) % ALPHABET.length) ?? ''
    const flipped = character === character.toUpperCase() ? character.toLowerCase() : character.toUpperCase()
    for (const other of [next, flipped, ...'.= +/']) {
      if (other === character) continue
      assert.equal(
        readToken(SIGNED.slice(0, at) + other + SIGNED.slice(at + 1), KEY, NOW),
        undefined,
        `${other} at ${at}`,
      )
    }
  }
})

test('of the four last characters that stand for the same signature only one is taken', () => {
  const taken = [...ALPHABET].filter((last) => readToken(SIGNED.slice(0, -1) + last, KEY, NOW) !== undefined)
  assert.deepEqual(taken, [SIGNED.at(-1)])
})

test('a character taken away, put in or moved is refused', () => {
  for (let at = 0; at <= SIGNED.length; at += 1) {
    const head = SIGNED.slice(0, at)
    const tail = SIGNED.slice(at)
    for (const changed of [head + tail.slice(1), `${head}A${tail}`, `${head}.${tail}`, `${head}=${tail}`, head]) {
      if (changed === SIGNED) continue
      assert.equal(readToken(changed, KEY, NOW), undefined, changed)
    }
  }
})

test('a payload of one token with the signature of another is refused', () => {
  const [version, payload] = signToken(token({ userId: 'a'.repeat(32) as UserId }), KEY).split('.')
  const [, , mac] = SIGNED.split('.')
  assert.equal(readToken([version, payload, mac].join('.'), KEY, NOW), undefined)
})

test('a version that we do not write is refused, also when it is signed', () => {
  const [, payload = ''] = SIGNED.split('.')
  for (const version of ['cw0', 'cw2', '', 'CW1']) {
    const mac = createHmac('sha256', KEY).update(`${version}.${payload}`).digest('base64url')
    assert.equal(readToken(`${version}.${payload}.${mac}`, KEY, NOW), undefined, version)
  }
})

test('the signature is the HMAC-SHA-256 of the version and the payload, as anybody computes it', () => {
  const [signed, mac] = [SIGNED.slice(0, SIGNED.lastIndexOf('.')), SIGNED.slice(SIGNED.lastIndexOf('.') + 1)]
  assert.equal(mac, createHmac('sha256', KEY).update(signed).digest('base64url'))
})

test('a token without a signature is refused', () => {
  const [version, payload] = SIGNED.split('.')
  const cases = [`${version}.${payload}.`, `${version}.${payload}`, `${version}..`, version ?? '', '', '.', '..', '...']
  for (const text of cases) assert.equal(readToken(text, KEY, NOW), undefined, text)
})

test('whatever text comes, it is refused and nothing is thrown', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.string().map((text) => `cw1.${text}`),
      ),
      (text) => {
        assert.equal(readToken(text, KEY, NOW), undefined)
      },
    ),
  )
})
