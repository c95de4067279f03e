/** What a command is: its usage, and what it does with what was given. */
import type { ParseArgsOptionsConfig } from 'node:util'
import type { Client } from './client.ts'

/** What was given, by the rules of its usage. */
export interface Given {
  /** As many as the usage names. */
  readonly words: readonly string[]
  /** The text of an option; undefined: it was not given. */
  text(option: string): string | undefined
  /** A whole number from 0 on; throws UsageError where it is none. */
  number(option: string): number | undefined
  flag(option: string): boolean
}

export interface Command {
  /** After the name. */
  readonly usage: string
  readonly about: string
  /** Names of what must stand there, in order. */
  readonly words: readonly string[]
  readonly options: ParseArgsOptionsConfig
  /** Throws UsageError. What it gives asks the service, for its answer and the lines in which a person reads it. */
  prepare(given: Given): (client: Client) => Promise<Outcome>
}

export interface Outcome {
  /** Undefined: it has no body. */
  readonly answer: unknown
  readonly lines: readonly string[]
}

/** A command that was not called as its usage says; one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
