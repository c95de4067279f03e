import { actingProject } from '../../rules/access.ts'
import type { SubnetId, VpcId } from '../../rules/ids.ts'
import type { Subnet } from '../../rules/subnet.ts'
import { reading } from '../operation.ts'
import { type PageRequest, type PageResult, readPage } from '../page.ts'

export interface SubnetFilter {
  readonly vpcId: VpcId | undefined
}

/** A page of the subnets of the caller's project; without a filter, that is, with one that nothing can pass, none. */
export const listSubnets = reading<
  { readonly filter: SubnetFilter | undefined; readonly page: PageRequest<SubnetId> },
  PageResult<Subnet>
>('listSubnets', (tx, { caller }, { filter, page }) => {
  const projectId = actingProject(caller)
  if (filter === undefined) return { items: [], next: false, previous: false }
  return readPage(page, (range) => tx.subnets({ ...filter, projectId, ...range }))
})
