import { dataplaneContract } from './dataplane-contract.ts'
import { DATAPLANES } from './dataplanes.ts'

for (const [name, kind] of Object.entries(DATAPLANES)) dataplaneContract(name, kind)
