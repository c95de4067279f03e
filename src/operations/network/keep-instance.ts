import type { Body, WriteTransaction } from '../../store/store.ts'

/** The setting that tells what is of this data folder from what is of another one, on the same host. */
const INSTANCE = 'instance'

/** Gives the name that the data folder has, which is `drawn` if it has none yet: 8 lower-case hex digits. */
export const keepInstance: Body<WriteTransaction, string, string> = {
  name: 'keepInstance',
  run: async (tx, drawn) => {
    const known = await tx.setting(INSTANCE)
    if (known !== undefined) return known
    await tx.insertSetting(INSTANCE, drawn)
    return drawn
  },
}
