/** A process of its own that opens a store when it is told to, writes one thing and closes: KIND FOLDER. */
import { once } from 'node:events'
import { applyChanges } from './store-bodies.ts'
import { BODIES, STORES } from './stores.ts'

const [name = '', folder = ''] = process.argv.slice(2)
process.stdout.write('loaded')
await once(process.stdin, 'data')
await using store = await STORES[name]?.open(folder, BODIES)
const id = `${process.pid}`.padStart(32, '0')
await store?.write(applyChanges, [['insertDomain', { id, name: id } as never]])
