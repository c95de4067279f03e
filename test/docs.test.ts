/** What the documents say of the code, against the code; and that what they point at is there. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { suite, test } from 'node:test'
import { SETTINGS } from '../src/config.ts'
import { REASON_CODES } from '../src/rules/explain-reasons.ts'
import { PROBE_OUTCOMES } from '../src/rules/probe.ts'
import { STATUSES, TRANSITIONS, VERBS } from '../src/rules/status.ts'
import { BAD_REQUESTS, codeIn, type ErrorCode, SPELLINGS } from '../src/wire/refusal.ts'

const ROOT = resolve(import.meta.dirname, '..')
const HEADINGS = ['Context', 'Decision', 'Consequences', 'Rejected', 'How we would notice it is wrong']

const documents = [...markdownIn(ROOT), ...markdownIn(join(ROOT, 'docs'), true)]

suite('a list in a document is the list in the code', () => {
  test('docs/errors.md has every error, with its status, type and codes, and no other', () => {
    const written = rowsOf('docs/errors.md', 6).map(([name = '', ...rest]) => [name, ...rest.slice(0, 3)].join(' | '))
    const names = Object.keys(SPELLINGS) as ErrorCode[]
    assert.deepEqual(written.toSorted(), names.map(errorRow).toSorted())
  })

  test('docs/errors.md has the codes of wrong requests by noun', () => {
    const rows = rowsOf('docs/errors.md', 2).map((row) => row.map((cell) => cell.replaceAll('`', '')))
    const written = rows.filter(([, code]) => /^VPC\.\d{4}$/.test(code ?? ''))
    assert.deepEqual(written, [...BAD_REQUESTS])
  })

  test('docs/errors.md says for every error when it happens and what to do', () => {
    for (const [name, , , , when, remedy] of rowsOf('docs/errors.md', 6)) {
      assert.match(`${when}`, /\.$/, `${name}: when?`)
      assert.match(`${remedy}`, /\.$/, `${name}: what to do?`)
    }
  })

  test('docs/spec/peerings.md has the table of states and verbs', () => {
    const table = STATUSES.map((status) => [
      `\`${status}\``,
      ...VERBS.map((verb) => (TRANSITIONS[status][verb] === null ? '–' : `\`${TRANSITIONS[status][verb]}\``)),
    ])
    const written = rowsOf('docs/spec/peerings.md', VERBS.length + 1)
    assert.deepEqual(written, table)
    const head = `| status | ${VERBS.map((verb) => `\`${verb}\``).join(' | ')} |`
    assert.ok(read('docs/spec/peerings.md').includes(head), `the head of the table must be: ${head}`)
  })

  test('docs/spec/explain.md has every reason and every outcome of a probe, and no other', () => {
    const reasons = rowsOf('docs/spec/explain.md', 4).map(([code = '', decisive]) => `${code} ${decisive}`)
    const decisive = (code: string) => (code === 'DATAPLANE_BEHIND' ? 'no' : 'yes')
    assert.deepEqual(
      reasons,
      REASON_CODES.map((code) => `\`${code}\` ${decisive(code)}`),
    )
    const outcomes = rowsOf('docs/spec/explain.md', 2).map(([name]) => name)
    for (const outcome of PROBE_OUTCOMES) assert.ok(outcomes.includes(`\`${outcome}\``), outcome)
  })

  test('README.md has every setting with its default, and no other', () => {
    assert.ok(existsSync(join(ROOT, 'README.md')), 'there is no README.md')
    const rows = [...read('README.md').matchAll(/^\| `(CAUSEWAY_[A-Z_]+)` \| ([^|]+) \|/gm)]
    assert.deepEqual(
      Object.fromEntries(rows.map(([, name, value]) => [name, value?.trim()])),
      Object.fromEntries(Object.entries(SETTINGS).map(([name, value]) => [name, value === '' ? '–' : `\`${value}\``])),
    )
    assert.equal(rows.length, Object.keys(SETTINGS).length, 'README.md has a setting twice')
  })
})

suite('what a document points at is there', () => {
  test('every relative link resolves, its heading included', () => {
    const broken = documents.flatMap((file) =>
      linksOf(file)
        .filter((link) => !resolves(file, link))
        .map((link) => `${relative(ROOT, file)} -> ${link}`),
    )
    assert.deepEqual(broken, [])
  })

  test('every npm script that is named exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const missing = documents.flatMap((file) => {
      const text = readFileSync(file, 'utf8')
      const named = [...text.matchAll(/\bnpm run ([a-z:-]+)|\bnpm (test|start)\b/g)].map(
        ([, run, short]) => run ?? short,
      )
      return named
        .filter((name) => !Object.hasOwn(scripts, name ?? ''))
        .map((name) => `${relative(ROOT, file)}: npm run ${name}`)
    })
    assert.deepEqual(missing, [])
  })

  test('every file and folder that a document names exists', () => {
    const missing = documents.flatMap((file) =>
      pathsIn(readFileSync(file, 'utf8'))
        .filter((path) => !existsSync(join(ROOT, path)))
        .map((path) => `${relative(ROOT, file)}: ${path}`),
    )
    assert.deepEqual(missing, [])
    assert.ok(
      pathsIn(read('ARCHITECTURE.md')).length > 20,
      'ARCHITECTURE.md names hardly a file: does this test see them?',
    )
  })

  test('every invariant in ARCHITECTURE.md names a test that proves it', () => {
    const rows = [...read('ARCHITECTURE.md').matchAll(/^\| (P[0-9]+) \|.*\|([^|]+)\|$/gm)]
    assert.deepEqual(
      rows.map(([, name]) => name),
      ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10', 'P11'],
    )
    for (const [, name, proofs = ''] of rows) {
      assert.ok(
        pathsIn(proofs).some((path) => path.endsWith('.test.ts')),
        `${name} has no test`,
      )
    }
  })
})

suite('decisions', () => {
  const folder = join(ROOT, 'docs/adr')
  const names = readdirSync(folder).sort()

  test('ADRs are numbered without a gap', () => {
    assert.deepEqual(
      names.map((name) => name.slice(0, 5)),
      names.map((_, index) => `${String(index + 1).padStart(4, '0')}-`),
    )
  })

  for (const name of names) {
    test(`${name} has the five headings, a number that would prove it wrong, and fits on a page`, () => {
      const text = readFileSync(join(folder, name), 'utf8')
      assert.deepEqual(
        [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading),
        HEADINGS,
      )
      assert.match(text.split(`## ${HEADINGS.at(-1)}`)[1] ?? '', /[0-9]/)
      assert.match(text, new RegExp(`^# ${name.slice(0, 4)} `))
      assert.ok(text.split('\n').length <= 60, `${name} is longer than a page`)
    })
  }
})

function errorRow(name: ErrorCode): string {
  const { status, type, gateway } = SPELLINGS[name] as { status: number; type: string; gateway?: true }
  const codes = (['v1', 'v3', 'neutron'] as const).map((family) => `\`${codeIn(family, name)}\``)
  const code = new Set(codes).size === 1 ? codes[0] : codes.join(' · ')
  return [`\`${name}\``, status, gateway ? '–' : type, code].join(' | ')
}

/** The rows with this many cells whose first one is a single word in backticks. */
function rowsOf(document: string, cells: number): string[][] {
  return read(document)
    .split('\n')
    .filter((line) => /^\| `[A-Za-z_]+` \|/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter((row) => row.length === cells)
}

/** Targets of links that are no address: `docs/errors.md`, `#states-and-verbs`. */
function linksOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/```[\s\S]*?```/g, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '').filter((link) => !/^[a-z]+:/.test(link))
}

function resolves(file: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? file : resolve(dirname(file), path)
  if (!existsSync(target)) return false
  if (anchor === undefined || !target.endsWith('.md')) return true
  const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading ?? ''))
  return headings.includes(anchor)
}

/** How GitHub names a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

/** What stands in backticks and begins as a path of this project does. */
function pathsIn(text: string): string[] {
  const words = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`\s]+)`/g)].map(([, word]) => word ?? '')
  return words.filter((word) => /^((src|test|docs|examples|migrations|scripts|bench)\/|[A-Z]+\.md$)/.test(word))
}

function markdownIn(folder: string, recursive = false): string[] {
  return readdirSync(folder, { recursive, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}
