/**
 * P10: the real program, killed with SIGKILL again and again under a burst of changes, on one folder. The moment of
 * each kill is a number of answers, so that it falls anywhere in the life of a commit.
 */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, suite, test } from 'node:test'
import { PEERINGS, peeringBody } from '../support/peerings.ts'
import { type Program, startProgram, temporaryFolder } from '../support/program.ts'
import { type Answer, logIn, type Person, readOpenrc, send } from '../support/service.ts'

const ROUNDS = 20
const CLIENTS = 16
/** Answers in a round before the kill, at the most. */
const MAX_ANSWERS = 70
/** VPCs of each side: their pairs suffice for all rounds. */
const VPCS = 32

interface Shown {
  readonly id: string
  readonly name: string
  readonly status: string
}

/** What must be found of a peering: what was answered last, or else what was asked after that and not answered. */
interface Entry {
  readonly answered: Shown
  readonly asked: Pick<Shown, 'name' | 'status'> | undefined
}

suite('a service that is killed', () => {
  const folder = temporaryFolder()
  const book = new Map<string, Entry>()
  /** Creates without an answer, by name. */
  const lost = new Map<string, readonly [string, string]>()
  const pairs: (readonly [string, string])[] = []
  let program: Program
  let alice: Person
  let bob: Person

  before(async () => {
    program = await startProgram(folder.path, { CAUSEWAY_LOG: 'warn' })
    alice = await logIn(program.url, readOpenrc(folder.path, 'alice'))
    bob = await logIn(program.url, readOpenrc(folder.path, 'bob'))
    const admin = await logIn(program.url, readOpenrc(folder.path, 'admin'))
    const unlimited = { quotas: { vpc: -1, vpcPeer: -1 } }
    for (const { projectId } of [alice, bob]) {
      const { status } = await ask(admin, 'PUT', `/causeway/v1/projects/${projectId}/quotas`, unlimited)
      assert.equal(status, 200)
    }
    const [left, right] = await Promise.all([alice, bob].map((who) => Promise.all(vpcNames().map(makeVpc(who)))))
    for (const one of left ?? []) for (const other of right ?? []) pairs.push([one, other])
  })
  after(async () => {
    await program.stop('SIGKILL')
    folder[Symbol.dispose]()
  })

  const ask = (who: Person, method: string, path: string, body?: unknown): Promise<Answer> =>
    send(program.url, method, path, body, { 'x-auth-token': who.token })
  const makeVpc = (who: Person) => async (name: string) => {
    const { status, body } = await ask(who, 'POST', `/v1/${who.projectId}/vpcs`, { vpc: { name } })
    assert.equal(status, 200)
    return String(body.vpc.id)
  }
  const create = ([one, other]: readonly [string, string], name: string) =>
    ask(alice, 'POST', PEERINGS, peeringBody(one, other, bob.projectId, name))

  test(`keeps every acknowledged change, ${ROUNDS} times over, and nothing by halves`, async (context) => {
    let repeats = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const kill = randomInt(1, MAX_ANSWERS)
      await burst(kill)
      program = await startProgram(folder.path, { CAUSEWAY_LOG: 'warn' })
      assertWhole(folder.path)
      await assertKept(`round ${round}, killed after ${kill} answers`)
      repeats += await repeatLost()
      assertWhole(folder.path)
      assert.equal(program.log(), '')
    }
    context.diagnostic(`${book.size} peerings; ${repeats} creates were done though their answer was lost`)
    assert.ok(book.size > ROUNDS, 'the kills came too early to prove anything')
  })

  test('answers the repeat of a create, whose answer was lost, with a 409 that names the peering', async () => {
    const [one, other] = takePair()
    const body = JSON.stringify(peeringBody(one, other, bob.projectId, 'lost'))
    const gone = new AbortController()
    const headers = { 'x-auth-token': alice.token, 'content-type': 'application/json' }
    const asked = fetch(`${program.url}${PEERINGS}`, { method: 'POST', headers, body, signal: gone.signal })
    const cut = assert.rejects(asked.then(() => Promise.reject(new Error('answered'))))
    let found: Shown | undefined
    while (found === undefined) found = (await ask(alice, 'GET', `${PEERINGS}?name=lost`)).body.peerings[0]
    gone.abort()
    await cut
    for (const restarted of [false, true]) {
      if (restarted) {
        await program.stop('SIGKILL')
        program = await startProgram(folder.path, { CAUSEWAY_LOG: 'warn' })
      }
      const repeated = await create([one, other], 'lost')
      assert.equal(repeated.status, 409)
      assert.match(repeated.body.NeutronError.message, new RegExp(found.id))
    }
    assertWhole(folder.path)
  })

  /** Many clients at once, until the program has given so many answers; then it is killed. */
  async function burst(kill: number): Promise<void> {
    let answers = 0
    const idle = [...book.values()].map(({ answered }) => answered).filter(({ status }) => status !== 'DELETED')
    const answeredBy = async (asking: Promise<Answer>): Promise<Answer | undefined> => {
      try {
        const answer = await asking
        answers += 1
        if (answers === kill) process.kill(program.pid, 'SIGKILL')
        return answer
      } catch (error) {
        // fetch's own error: the connection is gone. Anything else is a wrong answer.
        if (error instanceof TypeError) return undefined
        throw error
      }
    }
    const client = async (): Promise<void> => {
      for (;;) {
        const chosen = randomInt(3) === 0 ? undefined : idle.splice(randomInt(idle.length + 1), 1)[0]
        const next = await (chosen === undefined ? makeOne(answeredBy) : changeOne(chosen, answeredBy))
        if (next === undefined) return
        if (next.status !== 'DELETED') idle.push(next)
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, client))
    assert.equal((await program.stop('SIGKILL')).signal, 'SIGKILL')
  }

  type AnsweredBy = (asking: Promise<Answer>) => Promise<Answer | undefined>

  /** Undefined where the answer is lost; likewise below. */
  async function makeOne(answeredBy: AnsweredBy): Promise<Shown | undefined> {
    const pair = takePair()
    const name = `made ${pairs.length}`
    const answer = await answeredBy(create(pair, name))
    if (answer === undefined) {
      lost.set(name, pair)
      return undefined
    }
    assert.equal(answer.status, 201)
    book.set(answer.body.peering.id, { answered: answer.body.peering, asked: undefined })
    return answer.body.peering
  }

  async function changeOne(one: Shown, answeredBy: AnsweredBy): Promise<Shown | undefined> {
    const { verb, who, status, name } = changeOf(one)
    const path = `${PEERINGS}/${one.id}${verb === 'accept' ? '/accept' : ''}`
    const body = verb === 'rename' ? { peering: { name } } : undefined
    const answer = await answeredBy(ask(who, verb === 'delete' ? 'DELETE' : 'PUT', path, body))
    if (answer === undefined) {
      book.set(one.id, { answered: one, asked: { name, status } })
      return undefined
    }
    assert.equal(answer.status, verb === 'delete' ? 204 : 200, JSON.stringify(answer.body))
    const told: Shown = verb === 'delete' ? { ...one, status } : (answer.body.peering ?? answer.body)
    assert.deepEqual({ name: told.name, status: told.status }, { name, status })
    book.set(one.id, { answered: told, asked: undefined })
    return told
  }

  function changeOf(one: Shown) {
    const dice = randomInt(6)
    const who = randomInt(2) ? alice : bob
    if (dice === 0) return { verb: 'delete', who, name: one.name, status: 'DELETED' }
    if (dice < 4 && one.status === 'PENDING_ACCEPTANCE') {
      return { verb: 'accept', who: bob, name: one.name, status: 'ACTIVE' }
    }
    return { verb: 'rename', who, name: `renamed ${randomInt(1_000_000)}`, status: one.status }
  }

  /** Every entry of the book is there as it must be, and nothing that nobody asked for; brings the book up to date. */
  async function assertKept(when: string): Promise<void> {
    const [living, dead] = await Promise.all(['', '&status=DELETED'].map((more) => listed(more)))
    const found = new Map([...(living ?? []), ...(dead ?? [])].map((each) => [each.id, each]))
    for (const [id, { answered, asked }] of book) {
      const now = found.get(id)
      assert.ok(now, `${when}: ${id} is gone`)
      if (asked === undefined && answered.status !== 'DELETED') assert.deepEqual(now, answered, when)
      const { name, status } = now
      const isDone = asked !== undefined && asked.name === name && asked.status === status
      if (!isDone) assert.deepEqual([name, status], [answered.name, answered.status], when)
      book.set(id, { answered: now, asked: undefined })
      found.delete(id)
    }
    for (const { name } of found.values()) assert.ok(lost.has(name), `${when}: nobody asked for ${name}`)
  }

  async function listed(more: string): Promise<readonly Shown[]> {
    const { status, body } = await ask(bob, 'GET', `${PEERINGS}?limit=2000${more}`)
    assert.equal(status, 200)
    return body.peerings
  }

  /** Asks again for what was not answered; returns how many had been made all the same. */
  async function repeatLost(): Promise<number> {
    let made = 0
    const there = new Map((await listed('')).map((each) => [each.name, each]))
    for (const [name, pair] of lost) {
      const answer = await create(pair, name)
      const existing = there.get(name)
      assert.equal(answer.status, existing ? 409 : 201)
      if (existing) assert.match(answer.body.NeutronError.message, new RegExp(existing.id))
      if (existing) made += 1
      const one = existing ?? answer.body.peering
      book.set(one.id, { answered: one, asked: undefined })
    }
    lost.clear()
    return made
  }

  function takePair(): readonly [string, string] {
    const pair = pairs.pop()
    assert.ok(pair, 'no pair is left')
    return pair
  }
})

function vpcNames(): readonly string[] {
  return Array.from({ length: VPCS }, (_, index) => `vpc-${index}`)
}

/** Each is a query that finds what is there by halves: nothing must come of it. */
const HALVES = {
  'a peering without its memberships': `
    select id from peering p where (
      select count(*) from peering_member m
      where m.peering_id = p.id and m.project_id in (p.request_project_id, p.accept_project_id)
        and m.status = p.status and m.name = p.name and m.deleted = (p.status = 'DELETED')
    ) <> iif(p.request_project_id = p.accept_project_id, 1, 2)`,
  'a membership without its peering': `
    select peering_id from peering_member where peering_id not in (select id from peering)`,
  'a peering without its one create event': `
    select id from peering where (select count(*) from event where peering_id = id and verb = 'create') <> 1`,
  'an event without its peering': 'select seq from event where peering_id not in (select id from peering)',
  'a status that is not the last event of its peering': `
    select id from peering where status <>
      (select to_status from event where peering_id = id order by seq desc limit 1)`,
  'a counter of peerings that is not a recount (P4)': `
    select project.id from project where coalesce(
      (select used from quota_used where project_id = project.id and resource = 'vpcPeer'), 0) <>
      (select count(*) from peering p where
        (p.status in ('PENDING_ACCEPTANCE', 'ACTIVE') and p.request_project_id = project.id) or
        (p.status = 'ACTIVE' and p.accept_project_id = project.id))`,
  'a counter of VPCs that is not a recount (P4)': `
    select project.id from project where coalesce(
      (select used from quota_used where project_id = project.id and resource = 'vpc'), 0) <>
      (select count(*) from vpc where vpc.project_id = project.id)`,
} as const

function assertWhole(folder: string): void {
  const db = new DatabaseSync(join(folder, 'causeway.sqlite'), { readOnly: true })
  try {
    assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok')
    for (const [what, query] of Object.entries(HALVES)) assert.deepEqual(db.prepare(query).all(), [], what)
  } finally {
    db.close()
  }
}
