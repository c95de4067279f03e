/**
 * `causeway attach …` and the like. Arguments are parsed by Node's own parseArgs: four commands with three options at
 * most need no more, and a package would be one more thing to keep.
 */
import { parseArgs } from 'node:util'
import { attach, detach } from './attach.ts'
import { CommandError, type Environment, logIn } from './client.ts'
import { type Command, type Given, UsageError } from './command.ts'
import { explain } from './explain.ts'
import { status } from './status.ts'

export const COMMANDS: Readonly<Record<string, Command>> = { attach, detach, explain, status }

export interface Output {
  out(line: string): void
  error(line: string): void
}

const JSON_OPTION = { json: { type: 'boolean' } } as const

/** Gives the exit code: 0, 1 where it could not be done, 2 where it was called wrongly. */
export async function runCommand(
  name: string,
  args: readonly string[],
  environment: Environment,
  { out, error }: Output,
): Promise<number> {
  const command = COMMANDS[name]
  if (command === undefined) throw new Error(`${name} is no command of the command line`)
  try {
    const { given, isJson } = parse(command, args)
    const ask = command.prepare(given)
    const { answer, lines } = await ask(await logIn(environment))
    if (!isJson) for (const line of lines) out(line)
    else if (answer !== undefined) out(JSON.stringify(answer, null, 2))
    return 0
  } catch (problem) {
    if (problem instanceof UsageError) {
      error(`causeway ${name}: ${problem.message}; usage: causeway ${name} ${command.usage}`)
      return 2
    }
    if (!(problem instanceof CommandError)) throw problem
    error(`causeway ${name}: ${problem.message.replaceAll(/\s*\n\s*/g, ' ')}`)
    return 1
  }
}

/** For `causeway help`. */
export function usages(): readonly string[] {
  return Object.entries(COMMANDS).flatMap(([name, { usage, about }]) => [
    `  causeway ${name} ${usage}`,
    `      ${about}`,
  ])
}

function parse(command: Command, args: readonly string[]): { given: Given; isJson: boolean } {
  const { values, positionals } = parsed(command, args)
  if (positionals.length !== command.words.length) {
    throw new UsageError(`takes ${command.words.join(' and ')}, and ${positionals.length} words were given`)
  }
  const value = (option: string) => (values as Readonly<Record<string, string | boolean>>)[option]
  const text = (option: string) => value(option) as string | undefined
  return {
    given: {
      ...{ words: positionals, text, flag: (option) => value(option) === true },
      number(option) {
        const digits = text(option)
        if (digits === undefined || /^[0-9]{1,9}$/.test(digits))
          return digits === undefined ? undefined : Number(digits)
        throw new UsageError(`--${option} must be a whole number, not '${digits}'`)
      },
    },
    isJson: values.json === true,
  }
}

function parsed({ options }: Command, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { ...options, ...JSON_OPTION }, allowPositionals: true })
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (!code?.startsWith('ERR_PARSE_ARGS')) throw error
    // The first sentence; the others are about spellings of what this command may not know at all.
    throw new UsageError(/^.+?(?=\.?(\s+To specify|\s+Did you|$))/m.exec(message)?.[0] ?? message)
  }
}
