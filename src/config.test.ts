import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Config, ConfigError, readConfig, SETTINGS } from './config.ts'

const DAY = 86_400_000

const DEFAULTS: Config = {
  host: '127.0.0.1',
  port: 9696,
  dataFolder: './causeway-data',
  dataplane: 'none',
  region: 'region-1',
  publicUrl: undefined,
  pendingTtlMs: 7 * DAY,
  tombstoneTtlMs: 7 * DAY,
  strictCidr: false,
  logLevel: 'info',
}

type Cases = { readonly taken: Readonly<Record<string, Partial<Config>>>; readonly refused: readonly string[] }

const durations = (name: 'pendingTtlMs' | 'tombstoneTtlMs'): Cases => ({
  taken: {
    '0': { [name]: 0 },
    '0d': { [name]: 0 },
    '250ms': { [name]: 250 },
    '90s': { [name]: 90_000 },
    '30m': { [name]: 1_800_000 },
    '12h': { [name]: 43_200_000 },
    '7d': { [name]: 7 * DAY },
    '007d': { [name]: 7 * DAY },
  },
  refused: [
    '7',
    '00',
    '-1d',
    '+1d',
    '1.5h',
    '7 d',
    ' 7d',
    '7d ',
    '7D',
    'd',
    '7w',
    '1d12h',
    'never',
    'P7D',
    '1234567890s',
  ],
})

const CASES: Readonly<Record<keyof typeof SETTINGS, Cases>> = {
  CAUSEWAY_LISTEN: {
    taken: {
      '0.0.0.0:80': { host: '0.0.0.0', port: 80 },
      'localhost:0': { host: 'localhost', port: 0 },
      'vpc-1.example.test:65535': { host: 'vpc-1.example.test', port: 65535 },
      '[::1]:9696': { host: '::1', port: 9696 },
      '[::ffff:127.0.0.1]:1': { host: '::ffff:127.0.0.1', port: 1 },
    },
    refused: [
      ...['9696', ':9696', 'localhost', 'localhost:', 'localhost:http', 'localhost:65536', 'localhost:-1', '::1:9696'],
      ...['[::1]', '[::1:9696', 'a b:80', ' localhost:80', 'localhost:80 ', 'http://localhost:80', 'localhost:000080'],
      ...['localhost:80\n', '[]:80', '[local]:80', '[::1]]:80'],
    ],
  },
  CAUSEWAY_DATA: { taken: { '/srv/cause way': { dataFolder: '/srv/cause way' } }, refused: [] },
  CAUSEWAY_DATABASE: { taken: {}, refused: ['postgres://localhost/causeway', 'sqlite', ' '] },
  CAUSEWAY_DATAPLANE: { taken: { none: {}, netns: { dataplane: 'netns' } }, refused: ['ovn', 'None', 'net', ' '] },
  CAUSEWAY_REGION: {
    taken: {
      'eu-de': { region: 'eu-de' },
      RegionOne_2: { region: 'RegionOne_2' },
      [`r${'1'.repeat(63)}`]: { region: `r${'1'.repeat(63)}` },
    },
    refused: ['r'.repeat(65), 'eu de', 'eu.de', 'eu/de', "eu'de", 'eu-de\n', 'über', '$(id)'],
  },
  CAUSEWAY_PUBLIC_URL: {
    taken: {
      'https://vpc.example.test': { publicUrl: 'https://vpc.example.test' },
      'https://vpc.example.test/': { publicUrl: 'https://vpc.example.test' },
      'http://[::1]:9696//': { publicUrl: 'http://[::1]:9696' },
      'https://example.test:8443/cloud/eu-de/': { publicUrl: 'https://example.test:8443/cloud/eu-de' },
    },
    refused: [
      ...[
        'vpc.example.test',
        '//vpc.example.test',
        'ftp://vpc.example.test',
        'http://',
        'http:///',
        'http:/a',
        'http:a',
      ],
      ...[
        'http://a?',
        'http://a?b=c',
        'http://a#',
        'http://a/#b',
        'http://a b',
        ' http://a',
        'http://a ',
        'http://a\n',
      ],
      ...['http://user:secret@a', 'http://a:65536', 'http://[::1', "http://a/'", 'http://a/$(id)', 'http://a/`id`'],
      ...['http://a\\b', 'javascript:alert(1)', 'http://ü.test'],
    ],
  },
  CAUSEWAY_PENDING_TTL: durations('pendingTtlMs'),
  CAUSEWAY_TOMBSTONE_TTL: durations('tombstoneTtlMs'),
  CAUSEWAY_STRICT_CIDR: {
    taken: { true: { strictCidr: true }, false: { strictCidr: false } },
    refused: ['True', 'FALSE', '1', '0', 'yes', 'no', 'on', ' true', 'true\n'],
  },
  CAUSEWAY_LOG: {
    taken: Object.fromEntries(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'].map((logLevel) => [logLevel, { logLevel }]),
    ),
    refused: ['Info', 'warning', 'off', '30', 'toString', ' info'],
  },
}

test('without a setting everything is as the table of settings says', () => {
  assert.deepEqual(readConfig({}), DEFAULTS)
})

test('the table of settings spells what is read where it is not set', () => {
  assert.deepEqual(readConfig(SETTINGS), DEFAULTS)
})

for (const [name, { taken, refused }] of Object.entries(CASES)) {
  test(`${name}: an empty one is one that was not set`, () => {
    assert.deepEqual(readConfig({ [name]: '' }), DEFAULTS)
    assert.deepEqual(readConfig({ [name]: undefined }), DEFAULTS)
  })

  for (const [text, changes] of Object.entries(taken)) {
    test(`${name} may be ${JSON.stringify(text)}`, () => {
      assert.deepEqual(readConfig({ [name]: text }), { ...DEFAULTS, ...changes })
    })
  }

  for (const text of refused) {
    test(`${name} may not be ${JSON.stringify(text)}, and the message names it`, () => {
      assert.throws(
        () => readConfig({ [name]: text }),
        (error) => error instanceof ConfigError && error.message.startsWith(name),
      )
    })
  }
}

test('a setting that is mistyped stops the start, even an empty one, and the message names those there are', () => {
  for (const name of ['CAUSEWAY_LISTENS', 'CAUSEWAY_PORT', 'CAUSEWAY_', 'CAUSEWAY_listen', 'CAUSEWAY_DATAPLAN']) {
    for (const value of ['x', '']) {
      assert.throws(() => readConfig({ [name]: value }), {
        name: 'ConfigError',
        message: new RegExp(`^${name} is no setting; there are ${Object.keys(SETTINGS).join(', ')}`),
      })
    }
  }
})

test('what clients set, and what is not ours, is no concern of the service', () => {
  assert.deepEqual(
    readConfig({
      CAUSEWAY_URL: 'http://a',
      PATH: '/bin',
      OS_AUTH_URL: 'x',
      MY_CAUSEWAY_LISTEN: 'x',
      causeway_log: 'x',
    }),
    DEFAULTS,
  )
})
