/** Forgets what is kept of requests with an Idempotency-Key when its day is over; no answer depends on it. */
import { keptSince } from '../../rules/idempotency.ts'
import { reading, writing } from '../operation.ts'

/** Answers per transaction, so that no request waits long behind a sweep. */
const BATCH = 500

/** Whether there is anything to forget: an idle service writes nothing. */
export const isForgettingDue = reading<void, boolean>('isForgettingDue', async (tx, { now }) => {
  return (await tx.keptAnswersBefore(keptSince(now), 1)).length > 0
})

/** Forgets one batch. Returns how many those were. */
export const forgetAnswers = writing<void, number>('forgetAnswers', async (tx, { now }) => {
  const ids = await tx.keptAnswersBefore(keptSince(now), BATCH)
  for (const id of ids) await tx.forgetAnswer(id)
  return ids.length
})
