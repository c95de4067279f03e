/**
 * The peerings that were read, and the list pages that they stood in, kept in memory in step with the commits: a commit
 * says which peerings it touched and whose they are, and those are forgotten before its callers are answered.
 */
import type { DatabaseSync } from 'node:sqlite'
import { LRUCache } from 'lru-cache'
import type { PeeringId, ProjectId } from '../../rules/ids.ts'
import type { Peering } from '../../rules/peering.ts'
import type { PeeringQuery, ReadTransaction } from '../store.ts'
import { isFiltered, peeringPageIds } from './peering-pages.ts'

/** Peerings kept, about 1 KiB each with their text. Lists of more read rows, at a third of the speed. */
const KEPT_PEERINGS = 100_000
/** Peerings in all kept pages together, each counted as often as it stands there; a page costs 8 bytes for each. */
const KEPT_IN_PAGES = 100_000

export interface PeeringMemory {
  /** The transaction it was made of, answering from memory where it can. */
  readonly tx: ReadTransaction
  /** Forgets peerings, and every page of these projects. */
  forget(peerings: readonly PeeringId[], projects: readonly ProjectId[]): void
}

/**
 * `isSettled` is false while a commit may have happened that `forget` was not told of. Then the database answers, and
 * nobody sees the new state and then the old one.
 */
export function rememberPeerings(db: DatabaseSync, tx: ReadTransaction, isSettled: () => boolean): PeeringMemory {
  const rows = new LRUCache<PeeringId, Peering>({ max: KEPT_PEERINGS })
  const pages = new LRUCache<string, readonly Peering[]>({
    maxSize: KEPT_IN_PAGES,
    sizeCalculation: (page) => page.length + 1,
  })
  // How often a project's peerings have changed. It is part of a page's key, so that old pages are never found again.
  const changes = new Map<ProjectId, number>()
  const pageIds = peeringPageIds(db)
  const kept = (id: PeeringId) => (isSettled() ? rows.get(id) : undefined)
  const keep = (found: Peering): Peering => {
    const known = kept(found.id)
    if (known === undefined) rows.set(found.id, found)
    // One object for one peering: what is made of it, such as its text, is made once.
    return known ?? found
  }
  const readPage = (query: PeeringQuery): readonly Peering[] => {
    const page = pageIds(query)?.map(kept)
    if (page?.every((each) => each !== undefined)) return page
    return (tx.peerings(query) as readonly Peering[]).map(keep)
  }
  return {
    tx: {
      ...tx,
      peering(id) {
        const known = kept(id)
        if (known !== undefined) return known
        const found = tx.peering(id) as Peering | undefined
        return found && keep(found)
      },
      peerings(query) {
        const { visibleTo, after, before, limit } = query
        if (visibleTo === undefined || isFiltered(query) || !isSettled()) return readPage(query)
        const key = `${visibleTo} ${changes.get(visibleTo) ?? 0} ${after} ${before} ${limit}`
        const known = pages.get(key)
        if (known !== undefined) return known
        const page = readPage(query)
        pages.set(key, page)
        return page
      },
    },
    forget(peerings, projects) {
      for (const id of peerings) rows.delete(id)
      for (const project of projects) changes.set(project, (changes.get(project) ?? 0) + 1)
    },
  }
}
