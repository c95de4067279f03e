import type { DatabaseSync } from 'node:sqlite'
import type { KeptAnswerReads, KeptAnswerWrites } from '../kept-answers.ts'
import { limitTo } from './planning.ts'

export function keptAnswerReads(db: DatabaseSync): KeptAnswerReads {
  const byId = db.prepare('select * from kept_answer where id = ?')
  const before = db.prepare(`select id from kept_answer where at <= ? order by at ${limitTo('?')}`)
  return {
    keptAnswer(id) {
      const row = byId.get(id)
      return row && { id, fingerprint: row.fingerprint as string, result: parse(row.result), at: row.at as number }
    },
    keptAnswersBefore: (since, limit) => before.all(since, limit).map((row) => row.id as string),
  }
}

export function keptAnswerWrites(db: DatabaseSync): KeptAnswerWrites {
  const keep = db.prepare('insert or replace into kept_answer (id, fingerprint, result, at) values (?, ?, ?, ?)')
  const forget = db.prepare('delete from kept_answer where id = ?')
  return {
    keepAnswer({ id, fingerprint, result, at }) {
      keep.run(id, fingerprint, JSON.stringify(result) ?? null, at)
    },
    forgetAnswer(id) {
      forget.run(id)
    },
  }
}

function parse(result: unknown): unknown {
  return result === null ? undefined : JSON.parse(result as string)
}
