/** What the driver needs from the machine, said before anything is tried. */

import { loadNft } from './guards/nft.ts'
import { isNetworkAdmin } from './kernel/namespaces.ts'

/** One sentence for the operator: what is missing, and how to get it; undefined: nothing is. */
export function problemHere(): string | undefined {
  if (!isNetworkAdmin()) {
    return (
      'the data plane "netns" makes network namespaces, for which it needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN): ' +
      'run the service as root, or in a user namespace of its own with "unshare -Urnm"'
    )
  }
  try {
    loadNft()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
