/** The command `verify-history`, on histories that somebody has changed behind the service's back. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, suite, test } from 'node:test'
import { verifyHistory } from '../../src/verify-history.ts'
import { readHistory } from '../support/history.ts'
import { PEERINGS, requestPeering } from '../support/peerings.ts'
import { environment, temporaryFolder } from '../support/program.ts'
import { startTestService, type TestService } from '../support/service.ts'

const MAIN = resolve(import.meta.dirname, '../../src/main.ts')

function verify(folder: string): { code: number | null; lines: readonly string[]; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'verify-history'], {
    env: { ...environment(), CAUSEWAY_DATA: folder },
    encoding: 'utf8',
  })
  return { code: status, lines: stdout.trimEnd().split('\n'), error: stderr }
}

suite('verify-history', () => {
  /** The folder of a stopped service with eleven events: `long` has 1, 2, 5, 8, 11, the others come between. */
  const stopped = temporaryFolder()
  let long: string
  let gone: string
  let lastHash: string
  let running: readonly string[]

  before(async () => {
    await using service = await startTestService({ settings: { tombstoneTtlMs: 1_000 } })
    const { alice, bob } = service
    const call = async (who: typeof alice, method: string, id: string, suffix = '', body?: unknown) => {
      const { status } = await service.ask(who, method, `${PEERINGS}/${id}${suffix}`, body)
      assert.ok(status < 300)
    }
    const rename = (id: string, name: string) => call(alice, 'PUT', id, '', { peering: { name } })
    long = await newPeering(service, 1)
    await rename(long, 'second')
    gone = await newPeering(service, 2)
    const other = await newPeering(service, 3)
    await call(bob, 'PUT', long, '/accept')
    await call(bob, 'PUT', gone, '/reject')
    await call(alice, 'DELETE', gone)
    await rename(long, 'eighth')
    await call(bob, 'PUT', other, '/accept')
    await rename(other, 'tenth')
    await rename(long, 'eleventh')
    service.clock.advance(1_000)
    await service.sweep()
    lastHash = (await readHistory(service, alice, long)).at(-1)?.hash ?? ''
    const { code, lines } = verify(service.folder)
    assert.equal(code, 0)
    running = lines
    await service.restart()
    cpSync(service.folder, stopped.path, { recursive: true })
  })
  after(() => stopped[Symbol.dispose]())

  async function newPeering(service: TestService, number: number): Promise<string> {
    const [a, b] = [
      await service.makeVpc(service.alice, `a-${number}`),
      await service.makeVpc(service.bob, `b-${number}`),
    ]
    return (await requestPeering(service, service.alice, a, service.bob, b)).id
  }

  /** What is said of a copy on which this SQL was run. */
  function verifyAfter(sql: string) {
    using copy = temporaryFolder()
    cpSync(stopped.path, copy.path, { recursive: true })
    using db = new DatabaseSync(join(copy.path, 'causeway.sqlite'))
    db.function('sha256', (text) => createHash('sha256').update(String(text)).digest('hex'))
    db.exec(sql)
    const lines: string[] = []
    const code = verifyHistory(copy.path, (line) => void lines.push(line))
    return { code, lines }
  }

  const clean = () => ['checked 11 entries of 3 peerings: no fault', `last: event 11, hash ${lastHash}`]
  const entry = (peering: string, place: number, seq: number) => `peering ${peering}, entry ${place} (event ${seq})`

  test('an untouched history has no fault, whether the service runs or is stopped: exit code 0', () => {
    assert.deepEqual(running, clean())
    assert.deepEqual(verify(stopped.path), { code: 0, lines: clean(), error: '' })
  })

  test('a change of any member of a row is found, and the row named', () => {
    for (const change of [
      'at = at + 1',
      "requester_project_id = replace(requester_project_id, 'a', 'b'), accepter_project_id = 'x'",
      "accepter_project_id = 'x'",
      "verb = 'reject'",
      "from_status = 'EXPIRED'",
      "to_status = 'REJECTED'",
      "why = 'time'",
      "user_id = 'somebody else'",
      "project_id = 'x'",
      "request_id = 'x'",
      'hash = zeroblob(32)',
    ]) {
      const { code, lines } = verifyAfter(`update event set ${change} where seq = 5`)
      assert.equal(code, 1, change)
      assert.equal(lines[0], `${entry(long, 3, 5)} does not fit its hash: it was changed, moved or put in`, change)
    }
  })

  test('a row that was changed and given a hash that fits is found by the one after it', () => {
    const { code, lines } = verifyAfter(`
      update event set why = 'time' where seq = 5;
      update event set hash = unhex(sha256(
        (select lower(hex(hash)) from event where seq = 2) ||
        json_array(place, at, peering_id, requester_project_id, accepter_project_id, verb, from_status, to_status,
          why, user_id, project_id, request_id)
      )) where seq = 5`)
    assert.equal(code, 1)
    assert.equal(lines[0], `${entry(long, 4, 8)} does not fit its hash: it was changed, moved or put in`)
    assert.equal(lines[1], 'checked 11 entries of 3 peerings: 1 fault')
  })

  test('a row that was removed is found: in the middle, at the beginning and at the end of a chain', () => {
    const middle = verifyAfter('delete from event where seq = 5')
    assert.deepEqual(middle.lines.slice(0, -1), [
      `${entry(long, 4, 8)} follows a gap: 3 is missing`,
      'the table of events has a gap: 5 is missing',
      'checked 10 entries of 3 peerings: 2 faults',
    ])
    const birth = verifyAfter('delete from event where seq in (1, 2)')
    assert.deepEqual(birth.lines.slice(0, 2), [
      `${entry(long, 3, 5)} follows a gap: 1 to 2 are missing`,
      'the table of events has a gap: 1 to 2 are missing',
    ])
    const end = verifyAfter('delete from event where seq = 7')
    assert.deepEqual(end.lines.slice(0, 1), ['the table of events has a gap: 7 is missing'])
    const ends = verifyAfter('delete from event where seq >= 9')
    assert.match(ends.lines[0] ?? '', /is ACTIVE, and its history ends with PENDING_ACCEPTANCE: entries were removed/)
    const whole = verifyAfter(`delete from event where peering_id = '${long}'`)
    assert.ok(whole.lines.some((line) => line.startsWith(`peering ${long} is ACTIVE, and it has no history`)))
    for (const { code } of [middle, birth, end, ends, whole]) assert.equal(code, 1)
  })

  test('a row that was put in is found: at the end of a chain, in its middle, and as a birth of its own', () => {
    const columns = `at, peering_id, requester_project_id, accepter_project_id, verb, from_status, to_status, why,
      user_id, project_id, request_id, hash`
    const putIn = (place: number, seq: number) =>
      `insert into event (seq, place, ${columns}) select ${seq}, ${place}, ${columns} from event where seq = 8;`
    const atEnd = verifyAfter(putIn(6, 12))
    assert.equal(atEnd.lines[0], `${entry(long, 6, 12)} does not fit its hash: it was changed, moved or put in`)
    // Later ones first, or else two have one place for a moment.
    const shift = 'update event set place = 6 where seq = 11; update event set place = 5 where seq = 8;'
    const inMiddle = verifyAfter(shift + putIn(4, 12))
    assert.match(inMiddle.lines.join('\n'), /entry 5 \(event 8\) does not fit its hash/)
    const orphan = verifyAfter(`${putIn(9, 12)} update event set place = 1,
      peering_id = '00000000-0000-4000-8000-000000000000' where seq = 12`)
    assert.match(orphan.lines.join('\n'), /entry 1 \(event 12\) does not fit its hash/)
    assert.match(orphan.lines.join('\n'), /entry 1 \(event 12\) is the first, and no birth/)
    for (const { code } of [atEnd, inMiddle, orphan]) assert.equal(code, 1)
  })

  test('two rows that changed places are found: in their chain, and in the table', () => {
    const inChain = verifyAfter(`update event set place = 99 where seq = 5;
      update event set place = 3 where seq = 8; update event set place = 4 where seq = 5`)
    assert.match(inChain.lines.join('\n'), /entry 3 \(event 8\) does not fit.*\n.*entry 4 \(event 5\) does not fit/)
    const inTable = verifyAfter(`update event set seq = 99 where seq = 5;
      update event set seq = 5 where seq = 8; update event set seq = 8 where seq = 99`)
    assert.equal(inTable.lines[0], `${entry(long, 4, 5)} stands before entry 3 in the table`)
    for (const { code } of [inChain, inTable]) assert.equal(code, 1)
  })

  test('a peering that was changed without an event is found', () => {
    const { code, lines } = verifyAfter(`update peering set status = 'DELETED' where id = '${long}'`)
    assert.equal(code, 1)
    assert.equal(
      lines[0],
      `peering ${long} is DELETED, and its history ends with ACTIVE: entries were removed, or the peering was changed`,
    )
  })

  test('the whole history of a peering that is long forgotten is checked too', () => {
    const { code, lines } = verifyAfter(`update event set request_id = 'x' where peering_id = '${gone}' and place = 3`)
    assert.equal(code, 1)
    assert.match(lines[0] ?? '', new RegExp(`^peering ${gone}, entry 3 \\(event 7\\) does not fit`))
  })

  test('nothing is written, and a folder without a database, or with an older one, is told so: exit code 1', () => {
    using empty = temporaryFolder()
    const none = verify(empty.path)
    assert.deepEqual([none.code, none.lines], [1, ['']])
    assert.match(none.error, /^causeway: there is no database .*causeway.sqlite/)
    assert.throws(
      () => verifyAfter('pragma user_version = 3'),
      /^Error: the database has schema 3, this program knows [0-9]+: use the program that runs on it$/,
    )
  })

  test('a command that there is not is told so', () => {
    const { status, stderr } = spawnSync(process.execPath, [MAIN, 'verify'], { env: environment(), encoding: 'utf8' })
    assert.equal(status, 1)
    assert.match(stderr, /^causeway: there is no command 'verify'; there are serve, verify-history, [a-z, ]+\n$/)
  })
})
