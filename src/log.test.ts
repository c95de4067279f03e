import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

/** The messages on standard error of a process that runs a script with a log of its own. */
function logged(script: string): readonly string[] {
  const module = JSON.stringify(new URL('./log.ts', import.meta.url).href)
  const source = `import { createLog } from ${module}; const log = createLog('info'); ${script}`
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], { encoding: 'utf8' })
  return stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).msg)
}

test('the lines of the last turn are written before the process ends', () => {
  assert.deepEqual(logged("log.info('one'); log.info('two'); log.debug('not asked for'); process.exit(3)"), [
    'one',
    'two',
  ])
})

test('lines come in their order, and none twice, whatever their level', () => {
  const script = "log.info('one'); log.error('two'); log.info('three'); setImmediate(() => log.warn('four'))"
  assert.deepEqual(logged(script), ['one', 'two', 'three', 'four'])
})

test('what may tell why the process ended is written at once, with what came before it', () => {
  assert.deepEqual(
    logged("log.info('one'); log.error('two'); log.info('lost'); process.kill(process.pid, 'SIGKILL')"),
    ['one', 'two'],
  )
})
