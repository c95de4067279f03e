/**
 * `npm run demo`: two tenants peer their VPCs on this machine, and real packets go through, or do not. It runs the real
 * service, and asks it for everything over its public API. All of it happens in namespaces that end with it: nothing
 * touches the machine's own network, whoever runs it, and however it ends.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { isolated, whatIsMissing } from './isolation.ts'
import { createLines } from './lines.ts'
import { perform } from './performance.ts'

const INSIDE = '--inside'

process.exitCode = process.argv[2] === INSIDE ? await inside() : await outside()

/** Runs this program again, isolated; ends as that one does. */
async function outside(): Promise<number> {
  const missing = whatIsMissing()
  if (missing.length > 0) {
    for (const line of missing) process.stderr.write(`${line}\n`)
    return 1
  }
  const [program, args] = isolated([process.execPath, import.meta.filename, INSIDE])
  const child = spawn(program, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Between the two stands unshare, which passes no signal on.
    process.on(signal, () => child.connected && child.disconnect())
  }
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

async function inside(): Promise<number> {
  const stopping = new AbortController()
  const stop = (): void => stopping.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  process.once('disconnect', stop)
  // Nobody may be there any more to read a line, and the service must still be stopped.
  process.stdout.on('error', stop)
  try {
    return await perform(createLines(process.stdout), stopping.signal)
  } finally {
    if (process.connected) process.disconnect()
  }
}
