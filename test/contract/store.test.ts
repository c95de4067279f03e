import { storeContract } from './store-contract.ts'
import { STORES } from './stores.ts'

for (const [name, kind] of Object.entries(STORES)) storeContract(name, kind)
