#!/usr/bin/env node
/** Starts the service, says where it answers, and stops it when it is told to; or runs the command that is named. */
import { type Config, readConfig } from './config.ts'
import { createLog } from './log.ts'
import { startService } from './service.ts'

/** By the first argument, and `serve` without one. They give the exit code, where they end by themselves. */
const COMMANDS: Readonly<Record<string, (config: Config) => Promise<number | undefined>>> = {
  serve,
  'verify-history': async ({ dataFolder }) => {
    const { verifyHistory } = await import('./verify-history.ts')
    return verifyHistory(dataFolder, (line) => process.stdout.write(`${line}\n`))
  },
}

try {
  const name = process.argv.slice(2).join(' ') || 'serve'
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) {
    throw new Error(`there is no command '${name}'; there are ${Object.keys(COMMANDS).join(', ')}`)
  }
  process.exitCode = await command(readConfig(process.env))
} catch (error) {
  process.stderr.write(`causeway: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

async function serve(config: Config): Promise<undefined> {
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
