/** One endpoint at one number of connections: every site and the bare server, turn by turn, round by round. */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { BareAnswer } from './bare.ts'
import type { Endpoint } from './endpoints.ts'
import type { LoadResult } from './load.ts'
import type { Bare, Loader } from './processes.ts'
import type { Site } from './site.ts'
import { median } from './table.ts'

export interface Plan {
  readonly rounds: number
  /** Of one window. */
  readonly seconds: number
}

export interface Measured {
  readonly sites: ReadonlyMap<Site, Figures>
  readonly bare: Figures
}

/** Medians of the rounds. */
export type Figures = Pick<LoadResult, 'rate' | 'p50' | 'p99' | 'busy'>

export async function measure(
  endpoint: Endpoint,
  connections: number,
  { rounds, seconds }: Plan,
  sites: readonly Site[],
  bare: Bare,
  loader: Loader,
): Promise<Measured> {
  const { status, once } = endpoint
  const requestsOf = (site: Site) => endpoint.requests(site, seconds)
  const kept = new Map(once ? [] : sites.map((site) => [site, requestsOf(site)]))
  const results = new Map(sites.map((site): [Site, LoadResult[]] => [site, []]))
  const bareResults: LoadResult[] = []
  let told = false
  // One round more, the first, warms all of them up and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    const window = { connections, seconds: round === 0 ? seconds / 2 : seconds, status }
    let requests: readonly string[] = []
    for (const [site, own] of results) {
      requests = kept.get(site) ?? requestsOf(site)
      if (!told) {
        await bare.tell(await askOnce(site, requests[0] ?? '', once))
        told = true
        if (once) requests = requests.slice(1)
      }
      const result = await loader.run({ ...window, port: site.program.port, requests, once })
      if (once) site.created += result.answers
      own.push(result)
    }
    // To the bare server all requests are the same, and it may be sent one twice.
    bareResults.push(await loader.run({ ...window, port: bare.port, requests, once: false }))
  }
  return {
    sites: new Map([...results].map(([site, own]) => [site, figuresOf(own)])),
    bare: figuresOf(bareResults),
  }
}

function figuresOf([, ...counted]: readonly LoadResult[]): Figures {
  const of = (figure: keyof Figures) => median(counted.map((result) => result[figure]))
  return { rate: of('rate'), p50: of('p50'), p99: of('p99'), busy: of('busy') }
}

/** One answer of the service, for the bare server to repeat. */
async function askOnce(site: Site, request: string, creates: boolean): Promise<BareAnswer> {
  const socket = connect(site.program.port, '127.0.0.1')
  socket.write(request.replace('\r\n', '\r\nconnection: close\r\n'))
  const answer = await text(socket)
  if (creates) site.created += 1
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const type = /^content-type: (.*)$/im.exec(head)?.[1]
  if (type === undefined) throw new Error(`an answer without a content type: ${answer}`)
  return { status: Number(head.split(' ')[1]), type, body }
}
