/** Debian's Ansible, unmodified: what is there already is left alone, and what is to go goes. */
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { environment, readVariables, startProgram, temporaryFolder } from '../support/program.ts'

const PLAYBOOK = join(import.meta.dirname, '../fixtures/ansible.yml')
const isMissing = spawnSync('ansible-playbook', ['--version']).error !== undefined
const skip = isMissing && process.env.CI !== 'true' && 'needs ansible-playbook (Debian: ansible, python3-keystoneauth1)'

/** The tasks that find something to do; all others must leave everything as it is. */
const CHANGING = ['a VPC', 'its peer', 'a subnet', 'a peering', 'a route']
const REMOVING = ['no route', 'no peering', 'no subnet', 'no VPC', 'no peer']

interface Task {
  readonly task: { readonly name: string }
  readonly hosts: {
    readonly localhost: { readonly changed?: boolean; readonly failed?: boolean; readonly msg?: unknown }
  }
}

test('present twice is unchanged the second time, absent removes, and absent twice is unchanged again', {
  skip,
}, async () => {
  using folder = temporaryFolder()
  await using program = await startProgram(folder.path)
  const env = {
    ...environment(),
    ...readVariables(folder.path, 'alice'),
    ...{ ANSIBLE_STDOUT_CALLBACK: 'json', ANSIBLE_LOCAL_TEMP: folder.path, ANSIBLE_REMOTE_TEMP: folder.path },
  }
  const output = await new Promise<string>((done) => {
    execFile('ansible-playbook', ['-i', 'localhost,', PLAYBOOK], { env }, (_error, stdout, stderr) =>
      done(stdout || stderr),
    )
  })
  const tasks: readonly Task[] = JSON.parse(output).plays[0].tasks
  const told = tasks.map(({ task, hosts: { localhost } }) => [
    task.name,
    localhost.failed ? `failed: ${localhost.msg}` : Boolean(localhost.changed),
  ])
  const names = tasks.map(({ task }) => task.name)
  assert.deepEqual(
    told,
    names.map((name) => [name, [...CHANGING, ...REMOVING].includes(name)]),
  )
  assert.equal(names.length, 16, 'are these all of the tasks?')
  assert.doesNotMatch(program.log(), /internal error/)
})
