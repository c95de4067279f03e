/** The examples of README.md: shown in full as they are in examples/, and run as a reader runs them. */
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { environment, type Program, startProgram, temporaryFolder } from '../support/program.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const EXAMPLES = join(ROOT, 'examples')
/** What runs an example, what a fence calls its language, and what it needs on the machine. */
const KINDS = {
  sh: { command: 'bash', fence: 'bash', needs: ['bash', 'curl', 'jq'] },
  mjs: { command: process.execPath, fence: 'js', needs: [] },
} as const

/** What the examples of README.md print; it shows that once. */
const PRINTED = `\
alice asks for apples for pies: PENDING_ACCEPTANCE
bob accepts apples for pies: ACTIVE
alice sees ACTIVE
bob sees ACTIVE
`

/** The one that is too long for README.md, which links it. */
const LONG = 'two-tenants.sh'
const PRINTED_BY_LONG = `\
the plan warns: The CIDR block 10.1.0.0/16 overlaps one of the other VPC.
the plan has nothing against it: PENDING_ACCEPTANCE
bob accepts apples for pies: ACTIVE
alice routes 10.2.0.0/16: missing_return
bob routes 10.1.0.0/16: present
alice has 1 routes through it
bob has 1 routes through it
alice deletes the peering
alice has 0 routes through it
bob has 0 routes through it
`

const examples = readdirSync(EXAMPLES)

suite('the examples', () => {
  /** Where the reader is: the data folder is the one that the service makes there by default. */
  const home = temporaryFolder()
  const data = join(home.path, 'causeway-data')
  let program: Program
  before(async () => {
    program = await startProgram(data)
  })
  after(async () => {
    await program[Symbol.asyncDispose]()
    home[Symbol.dispose]()
  })

  test('README.md shows each example in full and as it is, but for the long one, and what they print', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
    const shown = blocksOf(readme)
    const there = Object.fromEntries(
      examples
        .filter((name) => name !== LONG)
        .map((name) => [name, { fence: kindOf(name).fence, text: readFileSync(join(EXAMPLES, name), 'utf8') }]),
    )
    assert.deepEqual(shown, there)
    assert.ok(readme.includes(`(examples/${LONG})`))
    assert.ok(readme.includes(`\`\`\`text\n${PRINTED}\`\`\``), 'README.md shows something else than is printed')
  })

  for (const name of examples) {
    const { needs } = kindOf(name)
    const missing = needs.filter((program) => spawnSync(program, ['--version']).error !== undefined)
    const skip = missing.length > 0 && process.env.CI !== 'true' && `needs ${missing.join(', ')}`

    test(`${name} prints what it should, and again when it is run again`, { skip }, async () => {
      const expected = { status: 0, stdout: name === LONG ? PRINTED_BY_LONG : PRINTED, stderr: '' }
      assert.deepEqual(await run(name, home.path), expected)
      assert.deepEqual(await run(name, ROOT, data), expected)
    })

    test(`${name} fails, and names the file that it misses, where there is no data folder`, { skip }, async () => {
      using empty = temporaryFolder()
      const { status, stdout, stderr } = await run(name, empty.path)
      assert.notEqual(status, 0)
      assert.equal(stdout, '')
      assert.match(stderr, /causeway-data\/alice\.openrc/)
    })
  }
})

function kindOf(name: string): (typeof KINDS)[keyof typeof KINDS] {
  return name.endsWith('.sh') ? KINDS.sh : KINDS.mjs
}

/** The fenced blocks after a comment such as `<!-- runs: first-peering.sh -->`, by the name in it. */
function blocksOf(markdown: string): Readonly<Record<string, { readonly fence: string; readonly text: string }>> {
  const blocks = markdown.matchAll(/^<!-- runs: (\S+) -->\n+```(\w+)\n(.*?)^```$/gms)
  return Object.fromEntries([...blocks].map(([, name, fence = '', text = '']) => [name, { fence, text }]))
}

function run(name: string, cwd: string, ...args: readonly string[]) {
  return new Promise<{ status: unknown; stdout: string; stderr: string }>((done) => {
    const options = { cwd, env: environment() }
    execFile(kindOf(name).command, [join(EXAMPLES, name), ...args], options, (error, stdout, stderr) => {
      done({ status: error === null ? 0 : error.code, stdout, stderr })
    })
  })
}
