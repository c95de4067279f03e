#!/usr/bin/env node
/** Starts the service, says where it answers, and stops it when it is told to; or runs the command that is named. */
import { type Config, readConfig } from './config.ts'

type Run = (args: readonly string[]) => Promise<number | undefined>

/**
 * By the first argument, and `serve` without one. They give the exit code, where they end by themselves. Each loads
 * what it needs when it is called: a client must not wait until a service is loaded.
 */
const COMMANDS: Readonly<Record<string, Run>> = {
  serve: operator(serve),
  'verify-history': operator(async ({ dataFolder }) => {
    const { verifyHistory } = await import('./verify-history.ts')
    return verifyHistory(dataFolder, (line) => process.stdout.write(`${line}\n`))
  }),
  attach: client('attach'),
  detach: client('detach'),
  explain: client('explain'),
  status: client('status'),
  help,
}

try {
  const [name = 'serve', ...args] = process.argv.slice(2)
  const run = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (run === undefined) {
    throw new Error(`there is no command '${name}'; there are ${Object.keys(COMMANDS).join(', ')}`)
  }
  process.exitCode = await run(args)
} catch (error) {
  process.stderr.write(`causeway: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

/** What runs on the machine of the service, by its settings. */
function operator(run: (config: Config) => Promise<number | undefined>): Run {
  return async (args) => {
    if (args.length > 0) throw new Error(`there is no '${args[0]}' to be said here; settings are in the environment`)
    return run(readConfig(process.env))
  }
}

/** What asks a service over HTTP. */
function client(name: string): Run {
  return async (args) => {
    const { runCommand } = await import('./cli/cli.ts')
    return runCommand(name, args, process.env, {
      out: (line) => process.stdout.write(`${line}\n`),
      error: (line) => process.stderr.write(`${line}\n`),
    })
  }
}

async function help(): Promise<number> {
  const { usages } = await import('./cli/cli.ts')
  const own = [
    '  causeway [serve]',
    '      Run the service; settings are in the environment.',
    '  causeway verify-history',
    '      Tell whether the history of peerings in the data folder is as it was written.',
  ]
  process.stdout.write(`${[...own, ...usages()].join('\n')}\n`)
  return 0
}

async function serve(config: Config): Promise<undefined> {
  const [{ createLog }, { startService }] = await Promise.all([import('./log.ts'), import('./service.ts')])
  const logger = createLog(config.logLevel)
  const service = await startService(config, logger, Date.now)
  let stopping = false
  const stop = (signal: NodeJS.Signals): void => {
    // A terminal and npm both pass a Ctrl-C on: the second one must not cut off what the first lets finish.
    if (stopping) return
    stopping = true
    logger.info({ signal }, 'stopping')
    service[Symbol.asyncDispose]().then(
      () => process.exit(0),
      (error) => {
        logger.error({ err: error }, 'stopping failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // Last: whoever reads it may stop the service at once.
  process.stdout.write(`ready ${service.url}\n`)
}
