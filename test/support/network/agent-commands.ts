/** What a test may tell the program in a workload to do, and what comes back. */

export const UDP_PORT = 7007
export const TCP_PORT = 7008

/** By name, from what is given to what is answered. */
export interface Commands {
  /** Sends one question, from another address where one is given; the error of the sending, or null. */
  send(input: {
    readonly to: string
    readonly nonce: string
    readonly from?: string
    /** Bytes of the payload, at least. */
    readonly size?: number
  }): Promise<string | null>
  /** Nonces of the questions that have arrived here, each with the time at which it was sent. */
  heard(input: null): Promise<readonly (readonly [nonce: string, sentAt: string])[]>
  /** Nonces of the questions sent from here that were answered. */
  answered(input: null): Promise<readonly string[]>
  /** Sends questions `NAME-1`, `NAME-2` and so on until it is stopped. */
  stream(input: { readonly to: string; readonly name: string; readonly everyMs: number }): Promise<null>
  /** How many of the stream so far. */
  sent(input: null): Promise<number>
  /** How many it sent in all. */
  stop(input: null): Promise<number>
  /** Sends so many bytes on a new connection; null where all of them arrived, and were the same. */
  tcp(input: { readonly to: string; readonly bytes: number; readonly timeoutMs: number }): Promise<string | null>
  /** Runs a program in the workload. */
  run(input: {
    readonly program: string
    readonly args: readonly string[]
  }): Promise<{ readonly ok: boolean; readonly output: string }>
}

export type CommandName = keyof Commands

export interface Told {
  /** Of the command; 0: the program is ready. */
  readonly id: number
  readonly result?: unknown
  /** Why it could not be done. */
  readonly error?: string
}

/** A look-up by a name that comes over a wire; the compiler has checked the other end of it. */
export function commands(all: Commands): (name: CommandName, input: unknown) => Promise<unknown> {
  return (name, input) => (all[name] as (input: unknown) => Promise<unknown>)(input)
}
