#!/usr/bin/env node
/** Starts the service, says where it answers, and stops it when it is told to. */
import { pino } from 'pino'
import { readConfig } from './config.ts'
import { startService } from './service.ts'

try {
  const config = readConfig(process.env)
  // To standard error: standard output is for the line that says where the service answers.
  const logger = pino({ level: config.logLevel, base: null }, pino.destination({ fd: 2, sync: true }))
  const service = await startService(config, logger, steadyClock())
  process.stdout.write(`ready ${service.url}\n`)
  const stop = (signal: NodeJS.Signals): void => {
    logger.info({ signal }, 'stopping')
    service[Symbol.asyncDispose]().then(
      () => process.exit(0),
      (error) => {
        logger.error({ err: error }, 'stopping failed')
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
} catch (error) {
  process.stderr.write(`causeway: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

/** Milliseconds since the epoch that never go back, so that what has expired stays expired when the clock is set. */
function steadyClock(): () => number {
  let last = 0
  return () => {
    last = Math.max(last, Date.now())
    return last
  }
}
