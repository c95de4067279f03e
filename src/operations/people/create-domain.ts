import { requireAdmin } from '../../rules/access.ts'
import type { DomainId } from '../../rules/ids.ts'
import { type Domain, identityNameTaken } from '../../rules/people.ts'
import { writing } from '../operation.ts'
import { hexId } from './hex-id.ts'

export const createDomain = writing<{ readonly name: string }, Domain>(
  'createDomain',
  async (tx, { caller, newId }, { name }) => {
    requireAdmin(caller)
    if ((await tx.domains(name)).length > 0) throw identityNameTaken('domain', name)
    const domain: Domain = { id: hexId<DomainId>(newId), name }
    await tx.insertDomain(domain)
    return domain
  },
)
