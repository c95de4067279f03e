/** One full pass: marks every VPC to be looked at, page by page, and what is there without a VPC that it belongs to. */
import type { VpcId } from '../rules/ids.ts'
import type { Generation } from '../store/networks.ts'

/** VPCs in a page: some 2 ms of reading. */
const PAGE = 500

export interface PassParts {
  /** The VPCs of which anything of ours is there. */
  readonly present: () => Promise<readonly VpcId[]>
  readonly page: (after: VpcId | undefined, limit: number) => Promise<readonly Generation[]>
  /** Whether there was to be no router at this generation, and none was made. */
  readonly wasEmpty: (id: VpcId, generation: number) => boolean
  readonly mark: (id: VpcId) => void
}

export class FullPass {
  readonly #parts: PassParts
  #unclaimed: Set<VpcId> | undefined
  #after: VpcId | undefined
  #isOver = false

  constructor(parts: PassParts) {
    this.#parts = parts
  }

  /** Whether everything has been marked. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Marks what comes next. Rejects where the driver or the store cannot tell; may then be called again. */
  async next(): Promise<void> {
    const { present, page, wasEmpty, mark } = this.#parts
    // Asked before the first page, so that what is there and has no row can only be left over.
    this.#unclaimed ??= new Set(await present())
    const vpcs = await page(this.#after, PAGE)
    for (const { vpcId, generation } of vpcs) {
      // Most VPCs may have no network at all: of those nothing is there that could differ.
      const isThere = this.#unclaimed.delete(vpcId)
      if (isThere || !wasEmpty(vpcId, generation)) mark(vpcId)
    }
    this.#after = vpcs.at(-1)?.vpcId ?? this.#after
    if (vpcs.length === PAGE) return
    for (const id of this.#unclaimed) mark(id)
    this.#isOver = true
  }
}
