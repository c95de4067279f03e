/** The log: JSON lines on standard error, since standard output is for the line that says where the service answers. */
import { type Logger, pino } from 'pino'

/** Characters kept for a disk that is full; beyond that, lines are lost. */
const MAX_UNWRITTEN = 1024 * 1024

/** Pino's number of `warn`: what may tell why the service ended is written at once. */
const URGENT = 40

/**
 * The lines of one turn of the event loop go in one write, since each write is a system call that every answer would
 * wait for. Who kills the process outright may lose the lines of that turn; any other end writes them.
 */
export function createLog(level: string): Logger {
  const destination = pino.destination({ fd: 2, sync: true, maxLength: MAX_UNWRITTEN })
  // A log that cannot be written, as on a full disk, must not take the answers with it.
  destination.on('error', () => {})
  let lines: string[] = []
  const flush = (): void => {
    if (lines.length > 0) destination.write(lines.join(''))
    lines = []
  }
  const stream = {
    // Makes pino tell the level of a line before it writes it.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string): void {
      const isFirst = lines.push(line) === 1
      if (stream.lastLevel >= URGENT) flush()
      else if (isFirst) setImmediate(flush)
    },
  }
  process.on('exit', flush)
  return pino({ level, base: null }, stream)
}
