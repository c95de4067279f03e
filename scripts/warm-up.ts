/**
 * Run by `npm ci`: starts and stops the service once in a folder of its own, so that what Node compiles is kept and the
 * first real start is as quick as every other. `npm start` looks into the same cache.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'causeway-warm-up-'))
const program = spawn(process.execPath, [resolve(import.meta.dirname, '../src/main.ts')], {
  env: { ...process.env, CAUSEWAY_DATA: folder, CAUSEWAY_LISTEN: '127.0.0.1:0', CAUSEWAY_LOG: 'silent' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
program.stdout.once('data', () => program.kill('SIGTERM'))
const [code] = await once(program, 'exit')
rmSync(folder, { recursive: true })
process.exit(code ?? 1)
