import type { DomainId, PeeringId, ProjectId, UserId, VpcId } from '../rules/ids.ts'
import type { Peering } from '../rules/peering.ts'
import type { AccessKey, Domain, Project, User } from '../rules/people.ts'
import type { SideName } from '../rules/protection.ts'
import type { Resource } from '../rules/quota.ts'
import type { Status } from '../rules/status.ts'
import type { Vpc } from '../rules/vpc.ts'
import type { HistoryReads, HistoryWrites } from './history.ts'
import type { KeptAnswerReads, KeptAnswerWrites } from './kept-answers.ts'
import type { NetworkReads, NetworkWrites } from './networks.ts'
import type { Awaitable, Page } from './page.ts'
import type { PortReads, PortWrites } from './ports.ts'

/**
 * The seam to durable facts. It keeps what it is given and decides nothing.
 *
 * `read` and `write` take a body: a named function of a transaction and an input. Inputs and results must be plain
 * data, because a store may run write bodies in a thread of its own, which finds them by name in the module of bodies
 * that it was opened with. A body awaits nothing but its transaction: several share one commit, one after the other.
 */
export interface Store extends AsyncDisposable {
  /**
   * Runs a body that only reads. Sees every write that was acknowledged before it began. Each call on the transaction
   * is a snapshot of its own; a body that must decide on several facts at once is a write.
   */
  read<Input, Result>(body: Body<ReadTransaction, Input, Result>, input: Input): Promise<Result>
  /**
   * Runs a body, alone. When the promise resolves, what it wrote is on disk (P10); when the body throws, or the promise
   * rejects with the refusal `unavailable`, nothing of it is there.
   */
  write<Input, Result>(body: Body<WriteTransaction, Input, Result>, input: Input): Promise<Result>
  /** Is told, before the write that did it is acknowledged, that some of the people, keys or revocations changed. */
  onPeopleChanged(listener: () => void): void
  /**
   * Is told which peerings a commit has changed, before the writes that did it are acknowledged. One may be among them
   * that has not changed, such as one of a write that was undone.
   */
  onPeeringsChanged(listener: (ids: readonly PeeringId[]) => void): void
  /**
   * Is told of which VPCs a commit has changed what their networks ought to be, before the writes that did it are
   * acknowledged. One may be among them that has not changed, and one that is gone.
   */
  onNetworksChanged(listener: (ids: readonly VpcId[]) => void): void
  /** Is told, after a commit and before its writes are acknowledged, that there are new events to read. */
  onEvents(listener: () => void): void
  /** Figures for /metrics. */
  statistics(): StoreStatistics
}

export interface StoreStatistics {
  /** Commits since the start. */
  readonly commits: number
  /** Write bodies since the start, the refused ones included; bodies per commit is the gain of group commit. */
  readonly writes: number
  /** Write bodies that wait for a commit right now. */
  readonly waiting: number
  /** Times since the start that moving commits from the log into the database failed; they are tried again. */
  readonly failedCheckpoints: number
}

export interface Body<Transaction, Input, Result> {
  readonly name: string
  readonly run: (tx: Transaction, input: Input) => Awaitable<Result>
}

/** All given filters must hold. Without `status` everything but DELETED. */
export interface PeeringQuery extends Page<PeeringId> {
  /** Only peerings in which this project takes part; undefined: all (an admin's list). */
  readonly visibleTo: ProjectId | undefined
  readonly id: PeeringId | undefined
  readonly name: string | undefined
  readonly status: Status | undefined
  /** Either side's project. */
  readonly projectId: ProjectId | undefined
  /** Either side's VPC. */
  readonly vpcId: VpcId | undefined
  /** A stored PENDING_ACCEPTANCE created at or before this instant counts as EXPIRED; undefined: none does. */
  readonly overdueSince: number | undefined
  /** Tombstones deleted at or before this instant are not shown any more. */
  readonly forgottenSince: number
}

export interface VpcQuery extends Page<VpcId> {
  readonly projectId: ProjectId
  /** Any of these, where given; likewise below. */
  readonly ids: readonly VpcId[] | undefined
  readonly names: readonly string[] | undefined
  readonly descriptions: readonly string[] | undefined
  readonly cidrs: readonly string[] | undefined
  readonly enterpriseProjectId: string | undefined
}

export interface ReadTransaction extends NetworkReads, PortReads, HistoryReads, KeptAnswerReads {
  peering(id: PeeringId): Awaitable<Peering | undefined>
  peerings(query: PeeringQuery): Awaitable<readonly Peering[]>
  /** Those of a VPC, on either side, that are not DELETED; ascending by id. */
  peeringsOfVpc(id: VpcId): Awaitable<readonly Peering[]>
  /** Stored as PENDING_ACCEPTANCE or ACTIVE between these two, in either direction (P1). */
  livePeeringBetween(a: VpcId, b: VpcId): Awaitable<Peering | undefined>
  /** Stored as PENDING_ACCEPTANCE and created at or before an instant, oldest first; of one requester, or of all. */
  overduePeerings(since: number, limit: number, requester?: ProjectId): Awaitable<readonly Peering[]>
  /** Tombstones deleted at or before an instant, oldest first. */
  forgottenPeerings(since: number, limit: number): Awaitable<readonly Peering[]>
  /** The sides that protect a peering against deletion, the requester first. */
  protectedBy(id: PeeringId): Awaitable<readonly SideName[]>

  vpc(id: VpcId): Awaitable<Vpc | undefined>
  vpcs(query: VpcQuery): Awaitable<readonly Vpc[]>
  vpcNamed(projectId: ProjectId, name: string): Awaitable<Vpc | undefined>

  /** What a project uses of a quota (P4). */
  used(projectId: ProjectId, resource: Resource): Awaitable<number>
  /** The limit that an admin has set, if any. */
  limit(projectId: ProjectId, resource: Resource): Awaitable<number | undefined>

  domain(id: DomainId): Awaitable<Domain | undefined>
  /** All, or the one of this name; by name. */
  domains(name?: string): Awaitable<readonly Domain[]>
  project(id: ProjectId): Awaitable<Project | undefined>
  /** Those of a domain, or the one of this name; by name. */
  projects(domainId: DomainId, name?: string): Awaitable<readonly Project[]>
  user(id: UserId): Awaitable<User | undefined>
  /** Those of a domain, or the one of this name; by name. */
  users(domainId: DomainId, name?: string): Awaitable<readonly User[]>
  accessKey(access: string): Awaitable<AccessKey | undefined>
  /** Oldest first. */
  accessKeys(userId: UserId): Awaitable<readonly AccessKey[]>
  isRevoked(tokenId: string): Awaitable<boolean>
  setting(name: string): Awaitable<string | undefined>
}

export interface WriteTransaction extends ReadTransaction, NetworkWrites, PortWrites, HistoryWrites, KeptAnswerWrites {
  /** Adds a peering, its memberships, and what it uses of the quotas. */
  insertPeering(peering: Peering): Awaitable<void>
  /** Replaces one with its next self, `before` being what is stored. */
  updatePeering(before: Peering, after: Peering): Awaitable<void>
  /** Removes a tombstone for good, with its protection; its events stay. */
  forgetPeering(id: PeeringId): Awaitable<void>
  setProtection(id: PeeringId, side: SideName, isProtected: boolean): Awaitable<void>

  insertVpc(vpc: Vpc): Awaitable<void>
  updateVpc(vpc: Vpc): Awaitable<void>
  deleteVpc(vpc: Vpc): Awaitable<void>
  /** Sets, or with undefined takes back, a project's own limit. */
  setLimit(projectId: ProjectId, resource: Resource, limit: number | undefined): Awaitable<void>

  insertDomain(domain: Domain): Awaitable<void>
  insertProject(project: Project): Awaitable<void>
  insertUser(user: User): Awaitable<void>
  updateUser(user: User): Awaitable<void>
  insertAccessKey(key: AccessKey): Awaitable<void>
  deleteAccessKey(access: string): Awaitable<void>
  /** Takes a token back, and forgets those whose own time is over at `now`. */
  revokeToken(tokenId: string, expiresAt: number, now: number): Awaitable<void>
  insertSetting(name: string, value: string): Awaitable<void>
}
