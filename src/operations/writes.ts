/** The write bodies by name, for a store that runs them in a thread of its own. A test compares it with the tree. */
import { forgetAnswers } from './idempotency/forget-answers.ts'
import { keepInstance } from './network/keep-instance.ts'
import { markPorts } from './network/mark-ports.ts'
import { acceptPeering } from './peerings/accept-peering.ts'
import { changeOwnSide } from './peerings/change-own-side.ts'
import { createPeering } from './peerings/create-peering.ts'
import { deletePeering } from './peerings/delete-peering.ts'
import { rejectPeering } from './peerings/reject-peering.ts'
import { sweepPeerings } from './peerings/sweep-peerings.ts'
import { updatePeering } from './peerings/update-peering.ts'
import { createAccessKey, deleteAccessKey } from './people/access-keys.ts'
import { createDomain } from './people/create-domain.ts'
import { createProject } from './people/create-project.ts'
import { createUser } from './people/create-user.ts'
import { setQuotas } from './people/quotas.ts'
import { revokeToken } from './people/revoke-token.ts'
import { seedPeople } from './people/seed-people.ts'
import { updateUser } from './people/update-user.ts'
import { attachPort } from './ports/attach-port.ts'
import { createPort } from './ports/create-port.ts'
import { deletePort } from './ports/delete-port.ts'
import { detachPort } from './ports/detach-port.ts'
import { updatePort } from './ports/update-port.ts'
import { createRouteTable } from './route-tables/create-route-table.ts'
import { deleteRouteTable } from './route-tables/delete-route-table.ts'
import { moveSubnets } from './route-tables/move-subnets.ts'
import { updateRouteTable } from './route-tables/update-route-table.ts'
import { createRoute } from './routes/create-route.ts'
import { deleteRoute } from './routes/delete-route.ts'
import { createSubnet } from './subnets/create-subnet.ts'
import { deleteSubnet } from './subnets/delete-subnet.ts'
import { updateSubnet } from './subnets/update-subnet.ts'
import { deleteTags } from './tags/delete-tags.ts'
import { setTags } from './tags/set-tags.ts'
import { changeExtendCidrs } from './vpcs/change-extend-cidrs.ts'
import { createVpc } from './vpcs/create-vpc.ts'
import { deleteVpc } from './vpcs/delete-vpc.ts'
import { setAcceptance } from './vpcs/set-acceptance.ts'
import { updateVpc } from './vpcs/update-vpc.ts'

export const WRITES = [
  acceptPeering,
  attachPort,
  changeExtendCidrs,
  changeOwnSide,
  createAccessKey,
  createDomain,
  createPeering,
  createPort,
  createProject,
  createRoute,
  createRouteTable,
  createSubnet,
  createUser,
  createVpc,
  deleteAccessKey,
  deletePeering,
  deleteTags,
  deletePort,
  deleteRoute,
  deleteRouteTable,
  deleteSubnet,
  deleteVpc,
  detachPort,
  markPorts,
  moveSubnets,
  forgetAnswers,
  keepInstance,
  rejectPeering,
  revokeToken,
  seedPeople,
  setAcceptance,
  setQuotas,
  setTags,
  sweepPeerings,
  updatePeering,
  updatePort,
  updateRouteTable,
  updateSubnet,
  updateUser,
  updateVpc,
] as const
