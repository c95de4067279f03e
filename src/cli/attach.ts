import type { WireAttachment } from '../wire/attachments.ts'
import { type Command, UsageError } from './command.ts'

export const attach: Command = {
  usage: 'PORT (--netns NAME | --pid N) [--device NAME] [--json]',
  about: 'Make a port an interface (eth0) of a workload on the host of the service; for an admin.',
  words: ['PORT'],
  options: { netns: { type: 'string' }, pid: { type: 'string' }, device: { type: 'string' } },
  prepare(given) {
    const [netns, pid, device] = [given.text('netns'), given.number('pid'), given.text('device')]
    if ((netns === undefined) === (pid === undefined)) throw new UsageError('takes one of --netns and --pid')
    return async (client) => {
      const answer = (await client.ask('PUT', pathOf(given.words), { netns, pid, device })) as WireAttachment
      return { answer, lines: describe(answer) }
    }
  },
}

export const detach: Command = {
  usage: 'PORT [--json]',
  about: 'Take a port out of its workload again; for an admin.',
  words: ['PORT'],
  options: {},
  prepare:
    ({ words }) =>
    async (client) => {
      await client.ask('DELETE', pathOf(words))
      return { answer: undefined, lines: [`port ${words[0]} is attached to nothing now`] }
    },
}

function pathOf([port = '']: readonly string[]): string {
  return `/causeway/v1/ports/${encodeURIComponent(port)}/attachment`
}

function describe({ port_id, device, netns, mac_address, addresses, state, last_error }: WireAttachment) {
  return [
    `port ${port_id} is ${device} in ${netns}`,
    `  mac      ${mac_address}`,
    ...addresses.map(
      ({ ip_address, prefix_length, gateway }) => `  address  ${ip_address}/${prefix_length}, gateway ${gateway}`,
    ),
    `  network  ${state ?? 'none'}${last_error === null ? '' : `: ${last_error}`}`,
  ]
}
