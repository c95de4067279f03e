import type { WireExplanation } from '../wire/explain.ts'
import { type Command, UsageError } from './command.ts'

export const explain: Command = {
  usage: 'FROM TO [--size N] [--probe] [--json]; each end PORT, ADDRESS or ADDRESS@VPC, of FROM the VPC is needed',
  about: 'Say whether a packet gets from here to there, and why not; with --probe a real one is sent as well.',
  words: ['FROM', 'TO'],
  options: { size: { type: 'string' }, probe: { type: 'boolean' } },
  prepare(given) {
    const [from, to] = [endOf(given.words[0] ?? ''), endOf(given.words[1] ?? '')]
    if (from.port === undefined && from.vpc === undefined) throw new UsageError('FROM is in no VPC: say ADDRESS@VPC')
    const question = { from, to, size: given.number('size'), probe: given.flag('probe') }
    return async (client) => {
      const answer = (await client.ask('POST', '/causeway/v1/explain', question)) as WireExplanation
      return { answer, lines: describe(answer) }
    }
  },
}

interface End {
  readonly port?: string
  readonly address?: string
  readonly vpc?: string
}

/** An address has a dot or a colon in it, and no id has. */
function endOf(word: string): End {
  const at = word.indexOf('@')
  if (at !== -1) return { address: word.slice(0, at), vpc: word.slice(at + 1) }
  return /[.:]/.test(word) ? { address: word } : { port: word }
}

function describe({ verdict, from, to, size, reasons, hops, probe, agrees }: WireExplanation): readonly string[] {
  return [
    `${to.address} is ${verdict} from ${from.address}, with packets of ${size} bytes`,
    ...reasons.flatMap(({ code, message, next }) => [`  ${code}: ${message}`, `    ${next}`]),
    `  there:  ${hops.there.map(spellHop).join(' -> ') || 'nowhere'}`,
    `  back:   ${hops.back.map(spellHop).join(' -> ') || 'nothing arrives'}`,
    ...(probe === undefined
      ? []
      : [`  probe:  ${spellProbe(probe)}${agrees === false ? '; that does not agree' : ''}`]),
  ]
}

function spellHop({ at, detail, ok }: WireExplanation['hops']['there'][number]): string {
  return `${at}${detail === undefined ? '' : ` ${detail}`}${ok ? '' : ' (ends here)'}`
}

function spellProbe({ outcome, detail, milliseconds }: NonNullable<WireExplanation['probe']>): string {
  const time = typeof milliseconds === 'number' ? ` after ${milliseconds.toFixed(1)} ms` : ''
  return `${outcome}${time}${detail === '' ? '' : `: ${detail}`}`
}
