/** The write bodies by name, for a store that runs them in a thread of its own. A test compares it with the tree. */
import { forgetAnswers } from './idempotency/forget-answers.ts'
import { acceptPeering } from './peerings/accept-peering.ts'
import { createPeering } from './peerings/create-peering.ts'
import { deletePeering } from './peerings/delete-peering.ts'
import { protectPeering } from './peerings/protect-peering.ts'
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
import { changeExtendCidrs } from './vpcs/change-extend-cidrs.ts'
import { createVpc } from './vpcs/create-vpc.ts'
import { deleteVpc } from './vpcs/delete-vpc.ts'
import { updateVpc } from './vpcs/update-vpc.ts'

export const WRITES = [
  acceptPeering,
  changeExtendCidrs,
  createAccessKey,
  createDomain,
  createPeering,
  createProject,
  createUser,
  createVpc,
  deleteAccessKey,
  deletePeering,
  deleteVpc,
  forgetAnswers,
  protectPeering,
  rejectPeering,
  revokeToken,
  seedPeople,
  setQuotas,
  sweepPeerings,
  updatePeering,
  updateUser,
  updateVpc,
] as const
