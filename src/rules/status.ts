/**
 * The life of a peering as one total table (P3). Operations step through it; docs/spec/peerings.md and the tests are
 * checked against it.
 */
export const STATUSES = ['PENDING_ACCEPTANCE', 'REJECTED', 'EXPIRED', 'DELETED', 'ACTIVE'] as const
export type Status = (typeof STATUSES)[number]

export const VERBS = ['accept', 'reject', 'expire', 'update', 'delete'] as const
export type Verb = (typeof VERBS)[number]

/** What a verb makes of a status; null: the verb is refused there. DELETED is final (P11). */
export const TRANSITIONS = {
  PENDING_ACCEPTANCE: {
    accept: 'ACTIVE',
    reject: 'REJECTED',
    expire: 'EXPIRED',
    update: 'PENDING_ACCEPTANCE',
    delete: 'DELETED',
  },
  REJECTED: { accept: null, reject: null, expire: null, update: 'REJECTED', delete: 'DELETED' },
  EXPIRED: { accept: null, reject: null, expire: null, update: 'EXPIRED', delete: 'DELETED' },
  DELETED: { accept: null, reject: null, expire: null, update: null, delete: null },
  ACTIVE: { accept: null, reject: null, expire: null, update: 'ACTIVE', delete: 'DELETED' },
} as const satisfies Record<Status, Record<Verb, Status | null>>

/** A live peering holds its pair of VPCs: no second one between them (P1). */
export const LIVE_STATUSES = ['PENDING_ACCEPTANCE', 'ACTIVE'] as const satisfies readonly Status[]

export function isStatus(text: string): text is Status {
  return (STATUSES as readonly string[]).includes(text)
}

export function isLive(status: Status): boolean {
  return (LIVE_STATUSES as readonly Status[]).includes(status)
}

/** The status a peering is born with: two VPCs of one project need nobody's consent. */
export function firstStatus(sameProject: boolean): Status {
  return sameProject ? 'ACTIVE' : 'PENDING_ACCEPTANCE'
}
