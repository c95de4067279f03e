/** The settings, and the only reader of the environment. The table in README.md is checked against `SETTINGS`. */

/** Every setting with its default, as the environment spells it. */
export const SETTINGS = {
  CAUSEWAY_LISTEN: '127.0.0.1:9696',
  CAUSEWAY_DATA: './causeway-data',
  CAUSEWAY_DATABASE: '',
  CAUSEWAY_DATAPLANE: 'none',
  CAUSEWAY_REGION: 'region-1',
  CAUSEWAY_PUBLIC_URL: '',
  CAUSEWAY_PENDING_TTL: '7d',
  CAUSEWAY_TOMBSTONE_TTL: '7d',
  CAUSEWAY_STRICT_CIDR: 'false',
  CAUSEWAY_LOG: 'info',
} as const
type Setting = keyof typeof SETTINGS

/** What carries the packets: nothing, or Linux network namespaces on this host. */
export const DRIVER_NAMES = ['none', 'netns'] as const
export type DriverName = (typeof DRIVER_NAMES)[number]

export interface Config {
  readonly host: string
  /** 0: the system picks a free one. */
  readonly port: number
  readonly dataFolder: string
  readonly dataplane: DriverName
  readonly region: string
  /** Without a slash at its end; undefined: the address that a client used. */
  readonly publicUrl: string | undefined
  /** Milliseconds; 0: requests never expire. */
  readonly pendingTtlMs: number
  /** Milliseconds. */
  readonly tombstoneTtlMs: number
  readonly strictCidr: boolean
  readonly logLevel: string
}

/** Something in the settings that cannot be; the message names the setting. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

type Environment = Readonly<Record<string, string | undefined>>

/** In the openrc files, for clients; found in the environment of whoever starts the service after sourcing one. */
const CLIENT_VARIABLE = 'CAUSEWAY_URL'

/** Throws ConfigError. */
export function readConfig(env: Environment): Config {
  refuseUnknown(env)
  const { host, port } = listenOf(get(env, 'CAUSEWAY_LISTEN'))
  refuseUnbuilt(env)
  return {
    host,
    port,
    dataFolder: get(env, 'CAUSEWAY_DATA'),
    dataplane: driverOf(env),
    region: regionOf(get(env, 'CAUSEWAY_REGION')),
    publicUrl: urlOf(get(env, 'CAUSEWAY_PUBLIC_URL')),
    pendingTtlMs: durationOf(env, 'CAUSEWAY_PENDING_TTL'),
    tombstoneTtlMs: durationOf(env, 'CAUSEWAY_TOMBSTONE_TTL'),
    strictCidr: oneOf(env, 'CAUSEWAY_STRICT_CIDR', ['true', 'false']) === 'true',
    logLevel: oneOf(env, 'CAUSEWAY_LOG', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  }
}

/** An empty variable is one that was not set. */
function get(env: Environment, name: Setting): string {
  return env[name] || SETTINGS[name]
}

/** A mistyped setting would silently be the default, so it stops the start. */
function refuseUnknown(env: Environment): void {
  const known = [...Object.keys(SETTINGS), CLIENT_VARIABLE]
  const unknown = Object.keys(env).find((name) => name.startsWith('CAUSEWAY_') && !known.includes(name))
  if (unknown !== undefined) throw new ConfigError(`${unknown} is no setting; there are ${known.join(', ')}`)
}

/** Designed, and not built yet: better no start than one without the database that was asked for. */
function refuseUnbuilt(env: Environment): void {
  if (get(env, 'CAUSEWAY_DATABASE') !== '') {
    throw new ConfigError('CAUSEWAY_DATABASE: this version stores in SQLite only; leave it empty')
  }
}

function driverOf(env: Environment): DriverName {
  if (get(env, 'CAUSEWAY_DATAPLANE') === 'ovn') {
    throw new ConfigError("CAUSEWAY_DATAPLANE: this version has no driver for 'ovn' yet")
  }
  return oneOf(env, 'CAUSEWAY_DATAPLANE', DRIVER_NAMES)
}

function listenOf(text: string): { host: string; port: number } {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:\s[\]]+):([0-9]{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (match?.[1] === undefined || port > 65535) {
    throw new ConfigError(`CAUSEWAY_LISTEN must be host:port, such as 127.0.0.1:9696, not '${text}'`)
  }
  return { host: match[1].replace(/^\[|\]$/g, ''), port }
}

function regionOf(text: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(text)) {
    throw new ConfigError(`CAUSEWAY_REGION must be 1 to 64 letters, digits, '_' or '-', not '${text}'`)
  }
  return text
}

/** No user, query or fragment, and nothing that a shell would read: the address stands in the openrc files. */
const ADDRESS = /^https?:\/\/[A-Za-z0-9.:[\]_~%/-]+$/

function urlOf(text: string): string | undefined {
  if (text === '') return undefined
  if (!ADDRESS.test(text) || URL.parse(text) === null) {
    throw new ConfigError(`CAUSEWAY_PUBLIC_URL must be an http or https address, not '${text}'`)
  }
  return text.replace(/\/+$/, '')
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function durationOf(env: Environment, name: Setting): number {
  const text = get(env, name)
  const match = /^([0-9]{1,9})(ms|s|m|h|d)$/.exec(text)
  const unit = UNITS[match?.[2] ?? '']
  if (text === '0') return 0
  if (unit === undefined) throw new ConfigError(`${name} must be 0 or such as 90s, 30m, 12h or 7d, not '${text}'`)
  return Number(match?.[1]) * unit
}

function oneOf<Choice extends string>(env: Environment, name: Setting, choices: readonly Choice[]): Choice {
  const text = get(env, name)
  const choice = choices.find((each) => each === text)
  if (choice === undefined) throw new ConfigError(`${name} must be one of ${choices.join(', ')}, not '${text}'`)
  return choice
}
