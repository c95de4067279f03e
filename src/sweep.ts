/** Writes down, every few seconds, what time has done. */
import type { Logger } from 'pino'
import type { Metrics } from './metrics.ts'
import { forgetAnswers, isForgettingDue } from './operations/idempotency/forget-answers.ts'
import { isSweepDue, sweepPeerings } from './operations/peerings/sweep-peerings.ts'
import type { Perform } from './operations/perform.ts'
import type { DomainId, UserId } from './rules/ids.ts'

/** The service acting by itself. */
const ITSELF = {
  caller: { userId: 'causeway' as UserId, domainId: 'causeway' as DomainId, admin: true, projectId: undefined },
  requestId: 'sweep',
}

export async function sweepAll(perform: Perform, metrics: Metrics, logger: Logger): Promise<void> {
  while (await perform(isSweepDue, ITSELF, undefined)) {
    const { expired, forgotten } = await perform(sweepPeerings, ITSELF, undefined)
    // What was due may have been answered meanwhile, by a request that came in time and whose write came first.
    if (expired + forgotten === 0) break
    metrics.swept(expired, forgotten)
    logger.info({ expired, forgotten }, 'swept')
  }
  while (await perform(isForgettingDue, ITSELF, undefined)) await perform(forgetAnswers, ITSELF, undefined)
}
