/**
 * nftables, as `nft` has it, through libnftables in this process: a command costs a fraction of a millisecond where a
 * process costs several. The calls are synchronous and act in the network namespace that the thread is in.
 */
import koffi from 'koffi'

/** From nftables/libnftables.h. */
const NFT_CTX_DEFAULT = 0
const NFT_CTX_OUTPUT_JSON = 1 << 4
const NFT_CTX_OUTPUT_TERSE = 1 << 11

type Context = unknown

interface Library {
  readonly open: (flags: number) => Context
  readonly close: (context: Context) => void
  readonly setFlags: (context: Context, flags: number) => void
  readonly keepOutput: (context: Context) => number
  readonly keepErrors: (context: Context) => number
  readonly run: (context: Context, commands: string) => number
  readonly output: (context: Context) => string
  readonly errors: (context: Context) => string
}

let library: Library | undefined

/** Runs commands in nft's own language, all of them or none. Throws an Error with nft's words. */
export function runNft(commands: string): void {
  execute(commands, 0)
}

/**
 * What a `list` command gives with `nft --json --terse`: objects of libnftables-json(5), the first being about nft
 * itself. Sets that have a name are without their elements.
 */
export function listNft(command: string): readonly unknown[] {
  const { nftables } = JSON.parse(execute(command, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_TERSE)) as {
    readonly nftables: readonly unknown[]
  }
  return nftables
}

/** Throws, in one sentence for the operator, where the library is not there. */
export function loadNft(): void {
  library ??= load()
}

/** A context is a netlink socket, which stays in the namespace where it was opened: one for each call. */
function execute(commands: string, flags: number): string {
  library ??= load()
  const context = library.open(NFT_CTX_DEFAULT)
  if (context === null) throw new Error('libnftables gave no context: out of memory or of open files')
  try {
    if (library.keepOutput(context) !== 0 || library.keepErrors(context) !== 0) {
      throw new Error('libnftables gave no buffer: out of memory')
    }
    library.setFlags(context, flags)
    const failed = library.run(context, commands) !== 0
    if (failed) throw new Error(`nft: ${library.errors(context).trim() || 'it failed, and does not say why'}`)
    return library.output(context)
  } finally {
    library.close(context)
  }
}

function load(): Library {
  const nft = open()
  return {
    open: nft.func('void *nft_ctx_new(uint32_t flags)'),
    close: nft.func('void nft_ctx_free(void *context)'),
    setFlags: nft.func('void nft_ctx_output_set_flags(void *context, unsigned int flags)'),
    keepOutput: nft.func('int nft_ctx_buffer_output(void *context)'),
    keepErrors: nft.func('int nft_ctx_buffer_error(void *context)'),
    run: nft.func('int nft_run_cmd_from_buffer(void *context, const char *commands)'),
    // koffi copies the text: the library keeps its own until the context is closed.
    output: nft.func('const char *nft_ctx_get_output_buffer(void *context)'),
    errors: nft.func('const char *nft_ctx_get_error_buffer(void *context)'),
  }
}

function open(): ReturnType<typeof koffi.load> {
  try {
    return koffi.load('libnftables.so.1')
  } catch (cause) {
    throw new Error('libnftables.so.1 cannot be loaded: install it (Debian and Ubuntu: libnftables1)', { cause })
  }
}
