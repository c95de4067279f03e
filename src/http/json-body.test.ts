import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseJsonBody } from './json-body.ts'

const bytes = (text: string) => Buffer.from(text)
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const nestedObjects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

/** The reason of the refusal, or what was read. */
function outcome(body: Uint8Array): string {
  try {
    return `read: ${JSON.stringify(parseJsonBody(body))}`
  } catch (error) {
    const { code, message } = error as Error & { code: string }
    assert.equal(code, 'malformed_body', message)
    return /^Malformed request: (.*)\.$/s.exec(message)?.[1] ?? message
  }
}

// --- members given twice ---

const TWICE = [
  '{"a":1,"a":2}',
  '{"a":1,"a":1}',
  '{"b":0,"a":1,"c":{"a":1},"a":2}',
  '{"x":{"a":1,"a":2}}',
  '[0,[{"y":[{"a":1,"b":2,"a":3}]}]]',
  '{"a":1,"\\u0061":2}',
  '{"\\u0061":1,"a":2}',
  '{"\\u0061":1,"\\u0061":2}',
  '{"a":{},"\\u0061":[]}',
  '{ "a" : null ,\r\n\t"a" : null }',
]

for (const text of TWICE) {
  test(`the member a stands twice in ${JSON.stringify(text)}`, () => {
    assert.equal(outcome(bytes(text)), "the body has the member 'a' twice in one object")
  })
}

test('every spelling of one name is that name', () => {
  for (const [first, second] of [
    ['/', '\\/'],
    ['\\n', '\\u000a'],
    ['\\"', '\\u0022'],
    ['é', '\\u00E9'],
    ['é', '\\u00e9'],
    ['🛰', '\\ud83d\\udef0'],
    ['🛰', '\\uD83D\\uDEF0'],
    ['', ''],
    ['\\ud83d', '\\uD83D'],
    ['constructor', '\\u0063onstructor'],
  ]) {
    assert.match(outcome(bytes(`{"${first}":1,"${second}":2}`)), /twice in one object$/, second)
  }
})

test('one name in two objects, and two names that only look the same, are no repetition', () => {
  for (const text of [
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '{"x":{"a":1},"a":2,"y":{"a":3}}',
    '{"a":1,"A":2,"а":3}',
    '{"é":1,"e\\u0301":2}',
    '{"a":"a","b":"a"}',
    '{"toString":1,"constructor":2,"hasOwnProperty":3}',
  ]) {
    assert.equal(outcome(bytes(text)), `read: ${JSON.stringify(JSON.parse(text))}`)
  }
})

// --- __proto__ ---

test('a member __proto__ is refused at any depth and in any spelling', () => {
  for (const text of [
    '{"__proto__":1}',
    '{"__proto__":{"admin":true}}',
    '{"peering":{"name":"x","__proto__":{}}}',
    '[[{"__proto__":null}]]',
    '{"\\u005f_proto__":1}',
    '{"\\u005f\\u005f\\u0070\\u0072\\u006f\\u0074\\u006f\\u005f\\u005f":1}',
    '{"__pr\\u006Fto__":1}',
  ]) {
    assert.equal(outcome(bytes(text)), "the body has a member '__proto__'", text)
  }
})

test('the word __proto__ as a value is a word', () => {
  assert.deepEqual(parseJsonBody(bytes('{"name":"__proto__"}')), { name: '__proto__' })
})

// --- depth ---

test('32 levels are read and the 33rd is refused', () => {
  assert.equal(outcome(bytes(nested(32))), `read: ${nested(32)}`)
  assert.equal(outcome(bytes(nestedObjects(32))), `read: ${nestedObjects(32)}`)
  for (const text of [nested(33), nestedObjects(33), `{"a":${nested(32)}}`, `[${nestedObjects(32)}]`]) {
    assert.equal(outcome(bytes(text)), 'the body is nested deeper than 32 levels')
  }
})

test('depth counts what is open, not what was', () => {
  const many = `[${Array.from({ length: 100 }, () => nested(31)).join()}]`
  assert.equal(outcome(bytes(many)), `read: ${many}`)
})

test('a mebibyte of brackets is refused with a reason and in no time, open or closed', () => {
  const mebibyte = 1024 * 1024
  const started = performance.now()
  assert.match(outcome(bytes('['.repeat(mebibyte))), /^the body is not valid JSON/)
  assert.match(outcome(bytes('{"a":'.repeat(mebibyte / 5))), /^the body is not valid JSON/)
  assert.equal(outcome(bytes(nested(mebibyte / 2))), 'the body is nested deeper than 32 levels')
  assert.equal(outcome(bytes(nestedObjects(mebibyte / 7))), 'the body is nested deeper than 32 levels')
  // Milliseconds: all four take about 100, and minutes where each level looks at all others.
  assert.ok(performance.now() - started < 5000)
})

test('a mebibyte of members, the last of them given twice, is read in no time', () => {
  const members = Array.from({ length: 70_000 }, (_, index) => `"k${index}":0`)
  const started = performance.now()
  assert.match(outcome(bytes(`{${members.join()},"k0":1}`)), /member 'k0' twice/)
  // Milliseconds: it takes about 100.
  assert.ok(performance.now() - started < 5000)
})

// --- bytes ---

test('bytes that are not UTF-8 are refused', () => {
  for (const [what, wrong] of Object.entries({
    'a byte that begins nothing': [0xff],
    'a byte that only continues': [0x80],
    'a sequence cut short': [0xe2, 0x82],
    'a slash in two bytes': [0xc0, 0xaf],
    'a null character in two bytes': [0xc0, 0x80],
    'half a surrogate pair': [0xed, 0xa0, 0xbd],
    'a number beyond Unicode': [0xf4, 0x90, 0x80, 0x80],
    'Latin-1': [0xfc],
  })) {
    const body = Buffer.concat([bytes('{"name":"'), Buffer.from(wrong), bytes('"}')])
    assert.equal(outcome(body), 'the body is not valid UTF-8', what)
  }
  for (const mark of ['fffe', 'feff']) {
    assert.equal(outcome(Buffer.from(`${mark}7b007d00`, 'hex')), 'the body is not valid UTF-8')
  }
})

test('a byte order mark in front is skipped, and one anywhere else is no JSON', () => {
  assert.deepEqual(parseJsonBody(bytes('\ufeff{"a":1}')), { a: 1 })
  for (const text of ['\ufeff\ufeff{}', '{}\ufeff', '{\ufeff}', '\ufeff']) {
    assert.match(outcome(bytes(text)), /^the body is not valid JSON/)
  }
  assert.deepEqual(parseJsonBody(bytes('{"a":"\ufeff"}')), { a: '\ufeff' })
})

test('a body of no bytes is told what is expected', () => {
  assert.equal(outcome(new Uint8Array()), 'the body is empty; a JSON object is expected')
})

test('a surrogate half that is escaped is read, for the parsers of texts to refuse', () => {
  assert.deepEqual(parseJsonBody(bytes('{"name":"\\ud83d"}')), { name: '\ud83d' })
  assert.deepEqual(parseJsonBody(bytes('{"name":"\\udef0\\ud83d"}')), { name: '\udef0\ud83d' })
  assert.deepEqual(parseJsonBody(bytes('{"name":"\\ud83d\\udef0"}')), { name: '🛰' })
})

// --- what is no JSON ---

const NOT_JSON = [
  ...[' ', '\n', '\0', 'x', 'NaN', '-NaN', 'Infinity', '-Infinity', 'undefined', 'True', 'nul', "'a'", '`a`'],
  ...['{', '}', '[', ']', '{]', '[}', '"', '"a', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a" 1}', '{:1}', '{"a":}'],
  ...['{"a":1,}', '[1,]', '[,1]', '[1,,2]', '{,}', '{a:1}', "{'a':1}", '{1:1}', '{null:1}', '["a":1]', '{"a",1}'],
  ...[
    '{}{}',
    '{} {}',
    '{}x',
    '[]]',
    '1 2',
    '{"a":1}\0',
    '{};',
    '{}//c',
    '{}/*c*/',
    '/*c*/{}',
    '{"a":/*c*/1}',
    '#c\n{}',
  ],
  ...['01', '+1', '.5', '5.', '1e', '1e+', '0x10', '1_000', '--1', '1n', '-', '"\\x41"', '"\\u12"', '"\\u{41}"'],
  ...[
    '"\\a"',
    '"\n"',
    '"\t"',
    '"\0"',
    '\u00a0{}',
    '{}\u2028',
    '\v{}',
    '\f{}',
    '<a/>',
    'a=1',
    '{"a":NaN}',
    '[-Infinity]',
  ],
]

for (const text of NOT_JSON) {
  test(`${JSON.stringify(text)} is no JSON`, () =>
    assert.match(outcome(bytes(text)), /^the body is not valid JSON \(./))
}

test('whatever is around it, JSON is white space, a value and white space', () => {
  assert.deepEqual(parseJsonBody(bytes(' \t\r\n{"a" : [ 1 , 2 ] }\n')), { a: [1, 2] })
  for (const text of ['null', 'true', '0', '-0', '1e400', '""', '[]', '{}']) {
    assert.deepEqual(parseJsonBody(bytes(text)), JSON.parse(text))
  }
})

// --- everything else ---

/** Values that set no trap: fast-check makes no object with a name twice. */
const harmless = fc
  .jsonValue({ maxDepth: 6, stringUnit: 'grapheme' })
  .filter((value) => !JSON.stringify(value).includes('__proto__'))

test('every value without a trap is read as JSON.parse reads it, however it is spaced', () => {
  fc.assert(
    fc.property(harmless, fc.constantFrom(undefined, 1, '\t', '\r\n'), (value, space) => {
      const text = JSON.stringify(value, undefined, space)
      assert.deepEqual(parseJsonBody(bytes(text)), JSON.parse(text))
    }),
    { numRuns: 300 },
  )
})

test('every value with one member given twice is refused, wherever it stands', () => {
  const path = fc.array(fc.oneof(fc.nat(3), fc.string({ maxLength: 5 })), { maxLength: 20 })
  fc.assert(
    fc.property(
      harmless,
      path,
      fc.string({ unit: 'grapheme', maxLength: 5 }),
      fc.boolean(),
      (value, steps, name, isEscaped) => {
        fc.pre(name !== '__proto__')
        const plain = JSON.stringify(name)
        const second = isEscaped ? escaped(name) : plain
        const trap = `{${plain}:${JSON.stringify(value)},"other${name.length}":0,${second}:1}`
        const text = steps.reduce<string>(
          (inner, step) =>
            typeof step === 'number' ? `[${'0,'.repeat(step)}${inner}]` : `{${JSON.stringify(`_${step}`)}:${inner}}`,
          trap,
        )
        assert.match(outcome(bytes(text)), /twice in one object$/s)
      },
    ),
    { numRuns: 300 },
  )
})

/** Every UTF-16 unit as \uXXXX. */
function escaped(name: string): string {
  const units = Array.from({ length: name.length }, (_, at) => name.charCodeAt(at).toString(16).padStart(4, '0'))
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`
}

test('whatever bytes come, they are read as JSON.parse reads them or refused as malformed', () => {
  const scraps = fc.constantFrom(...'{}[]:,"\\ \n0-1.eEtrufalsn/*_'.split(''), '\\u0061', 'null', '"a"', '"__proto__"')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.array(scraps).map((parts) => bytes(parts.join(''))),
      ),
      (body) => {
        const said = outcome(body)
        if (said.startsWith('read: ')) {
          assert.equal(said, `read: ${JSON.stringify(JSON.parse(new TextDecoder().decode(body)))}`)
        }
      },
    ),
    { numRuns: 1000 },
  )
})
