/** The part of the seam that keeps ports and their addresses. */
import type { Attachment } from '../rules/attachment.ts'
import type { PortId, ProjectId, SubnetId, VpcId } from '../rules/ids.ts'
import type { Port, PortStatus } from '../rules/port.ts'
import type { Awaitable, Page } from './page.ts'

/** All given filters must hold; of a list any of its values. */
export interface PortQuery extends Page<PortId> {
  readonly projectId: ProjectId
  readonly ids: readonly PortId[] | undefined
  readonly name: string | undefined
  readonly adminStateUp: boolean | undefined
  readonly networkId: SubnetId | undefined
  readonly macAddress: string | undefined
  readonly deviceId: string | undefined
  readonly deviceOwner: string | undefined
  readonly status: PortStatus | undefined
  readonly securityGroups: readonly string[] | undefined
  /** Addresses in their one spelling. */
  readonly ipAddresses: readonly string[] | undefined
  /** As the fixed addresses have them, one for each family. */
  readonly fixedSubnetIds: readonly string[] | undefined
}

export interface PortReads {
  port(id: PortId): Awaitable<Port | undefined>
  ports(query: PortQuery): Awaitable<readonly Port[]>
  /** One of those in a subnet, if there are any. */
  anyPortIn(id: SubnetId): Awaitable<Port | undefined>
  /** The port that is attached at this very place. */
  portAttachedAt(place: Attachment): Awaitable<PortId | undefined>
  /** Those in a VPC whose workload is on this host (`device_owner` is `causeway:netns`); in no order. */
  portsOnHost(id: VpcId): Awaitable<readonly Port[]>
  isMacTaken(macAddress: string): Awaitable<boolean>
  /** The port that has an address of a subnet, in its one spelling. */
  holderOf(id: SubnetId, ipAddress: string): Awaitable<PortId | undefined>
  /**
   * The lowest address from `from` on that no port of the subnet has, whether or not it lies in the subnet; as the
   * number of src/rules/address.ts. Must not cost more in a fuller subnet.
   */
  lowestFreeAddress(id: SubnetId, from: bigint): Awaitable<bigint>
}

export interface PortWrites {
  /** Takes its addresses; none of them may be taken. */
  insertPort(port: Port): Awaitable<void>
  /** Everything but its id, its subnet, its MAC and its addresses may change. */
  updatePort(port: Port): Awaitable<void>
  /** Frees its addresses. */
  deletePort(port: Port): Awaitable<void>
}
