/** The shape of the code: which part may know which, and why; and how long things may get. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'

const ROOT = resolve(import.meta.dirname, '..')

/** Parts are the folders of src/; what lies directly in src/ is `main`, the composition root. */
const MAY_IMPORT: Readonly<Record<string, { readonly parts: readonly string[]; readonly because: string }>> = {
  rules: { parts: [], because: 'rules must be readable and testable without machinery' },
  wire: { parts: ['rules'], because: 'spelling only; the command line and the console load it' },
  identity: { parts: ['rules'], because: 'says who is asking, never what they may do' },
  store: { parts: ['rules'], because: 'keeps facts, decides nothing' },
  operations: { parts: ['store', 'rules'], because: 'one use case each, the same from HTTP, command line or test' },
  dataplane: { parts: ['rules'], because: 'makes the network what it is told to be, and knows no other facts' },
  reconciler: {
    parts: ['store', 'dataplane', 'rules'],
    because: 'makes the network equal to the store, and is told nothing but where to look',
  },
  http: {
    parts: ['operations', 'wire', 'identity', 'rules'],
    because: 'a route that could reach the store, would',
  },
  cli: { parts: ['wire'], because: 'it is a client like any other, which has the API and nothing else' },
  main: {
    parts: ['http', 'cli', 'operations', 'wire', 'identity', 'store', 'reconciler', 'dataplane', 'rules'],
    because: 'the composition root puts the parts together, and nobody imports it',
  },
}

/** Rules are pure: they may not even reach for a package or for Node, except to recognise an address, and to hash. */
const RULES_PACKAGES = ['node:net', 'node:assert', 'node:crypto', 'ipaddr.js']

const MAX_LINES = 300
const MAX_COLUMNS = 120

const files = ['src', 'test', 'bench', 'scripts'].flatMap((folder) => typescriptIn(join(ROOT, folder)))

test('imports point down only', () => {
  const wrong = files
    .filter((file) => partOf(file) !== undefined && !file.endsWith('.test.ts'))
    .flatMap((file) => importsOf(file).map((target) => complaint(file, target)))
    .filter((each) => each !== undefined)
  assert.deepEqual(wrong, [])
})

test('of node:crypto rules take the hash alone, which gives the same for the same: no randomness', () => {
  const taken = files
    .filter((file) => partOf(file) === 'rules' && !file.endsWith('.test.ts'))
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/import (.+) from 'node:crypto'/g)])
    .map(([, names]) => names)
  assert.deepEqual(new Set(taken), new Set(['{ createHash }']))
})

test('the import rule names every part, and no part that is not there', () => {
  const parts = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  assert.deepEqual(Object.keys(MAY_IMPORT).sort(), [...parts.map(({ name }) => name), 'main'].sort())
})

test('the import rule bites: these imports would be refused', () => {
  const src = (path: string) => join(ROOT, 'src', path)
  assert.match(complaint(src('http/routes/x.ts'), src('store/store.ts')) ?? '', /a route that could reach the store/)
  assert.match(complaint(src('rules/x.ts'), src('store/store.ts')) ?? '', /readable and testable/)
  assert.match(complaint(src('rules/x.ts'), 'node:fs') ?? '', /pure/)
  assert.match(complaint(src('identity/x.ts'), src('wire/peerings.ts')) ?? '', /never what they may do/)
  assert.match(complaint(src('store/x.ts'), src('service.ts')) ?? '', /decides nothing/)
  assert.equal(complaint(src('operations/x.ts'), src('store/store.ts')), undefined)
})

test('no import cycle', () => {
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    assert.ok(!path.includes(file), `a cycle: ${[...path, file].map((each) => relative(ROOT, each)).join(' -> ')}`)
    if (done.has(file)) return
    for (const target of importsOf(file)) if (target.startsWith('/')) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
})

test(`no file is longer than ${MAX_LINES} lines, and no line than ${MAX_COLUMNS} columns`, () => {
  const tooLong = files.flatMap((file) => {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    const name = relative(ROOT, file)
    const wide = lines.flatMap((line, index) => (isTooWide(line) ? [`${name}:${index + 1} is too wide`] : []))
    return lines.length > MAX_LINES ? [`${name} has ${lines.length} lines`, ...wide] : wide
  })
  assert.deepEqual(tooLong, [])
})

test('no barrels, no utils: a name is found in one place', () => {
  const wrong = files.filter((file) => /(^|\/)(index|utils?|helpers?|common|types)(\.ts|\/)/.test(relative(ROOT, file)))
  assert.deepEqual(wrong, [])
})

test('only src/config.ts and src/main.ts look at the environment', () => {
  const readers = files
    .filter((file) => file.startsWith(join(ROOT, 'src')) && readFileSync(file, 'utf8').includes('process.env'))
    .map((file) => relative(ROOT, file))
  assert.deepEqual(readers, ['src/main.ts'])
})

/** The name of a test is one sentence, and stays on one line. */
function isTooWide(line: string): boolean {
  return line.length > MAX_COLUMNS && !/^\s*(test|suite)\(/.test(line)
}

/** Why one file may not import another (or a package), or undefined where it may. */
function complaint(file: string, target: string): string | undefined {
  const from = partOf(file) ?? ''
  const rule = MAY_IMPORT[from]
  if (rule === undefined) return `${relative(ROOT, file)} belongs to no part`
  if (!target.startsWith('/')) {
    if (from !== 'rules' || RULES_PACKAGES.includes(target)) return undefined
    return `${relative(ROOT, file)} imports ${target}: rules are pure`
  }
  const to = partOf(target) ?? ''
  if (to === from || rule.parts.includes(to)) return undefined
  return `${relative(ROOT, file)} imports ${relative(ROOT, target)}: ${from} may not, because ${rule.because}`
}

function partOf(file: string): string | undefined {
  const path = relative(join(ROOT, 'src'), file)
  if (path.startsWith('..')) return undefined
  return path.includes('/') ? path.split('/')[0] : 'main'
}

/** Absolute paths of files, and names of packages as they are written. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8')
  const specifiers = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, specifier]) => specifier ?? '')
  return specifiers.map((specifier) => (specifier.startsWith('.') ? resolve(dirname(file), specifier) : specifier))
}

function typescriptIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
}
