#!/usr/bin/env node
/** Starts the service, says where it answers, and stops it when it is told to. */
import { readConfig } from './config.ts'
import { createLog } from './log.ts'
import { startService } from './service.ts'

try {
  const config = readConfig(process.env)
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
} catch (error) {
  process.stderr.write(`causeway: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
