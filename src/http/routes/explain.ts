/** Ours: does a packet get from here to there, and an answer back? Told from intent, and by a real packet if asked. */
import { explainPath, type NamedEnd } from '../../operations/explain/explain-path.ts'
import { crossed, explain } from '../../rules/explain.ts'
import { DEFAULT_SIZE, parseHost, type Question, type World } from '../../rules/explain-facts.ts'
import { canProbe, probeAgrees } from '../../rules/explain-probe.ts'
import { parsePortId, parseVpcId } from '../../rules/ids.ts'
import { portNotFound } from '../../rules/port.ts'
import type { ProbeResult } from '../../rules/probe.ts'
import { SIDE_NAMES } from '../../rules/protection.ts'
import { invalidInput } from '../../rules/refusal.ts'
import { vpcNotFound } from '../../rules/vpc.ts'
import { ExplainAnswer, ExplainRequest, spellExplanation } from '../../wire/explain.ts'
import type { Static } from '../../wire/schema.ts'
import type { App, NetworkStatus, ServerParts } from '../app.ts'
import { asker, describe } from '../route.ts'

export function explainRoutes(app: App, { perform, network }: ServerParts): void {
  app.post(
    '/causeway/v1/explain',
    {
      schema: describe('causeway', 'Say whether a packet gets from here to there, and why not', {
        body: ExplainRequest,
        response: { 200: ExplainAnswer },
      }),
    },
    async (request) => {
      const { from, to, protocol = 'icmp', size = DEFAULT_SIZE, probe: isAsked = false } = request.body
      if (isAsked && network === undefined) {
        throw invalidInput('probe', 'takes a data plane, and this service runs without one')
      }
      const input = { from: endOf('from', from), to: endOf('to', to), size }
      const { question, world: stored } = await perform(explainPath, asker(request), input)
      const world = network === undefined ? stored : await withNetwork(network, question, stored)
      const probe = isAsked && network !== undefined ? await send(network, question, world) : undefined
      const told = explain(question, world)
      const agrees = probe && probeAgrees(told, probe)
      return spellExplanation({ ...told, protocol, size, probe, agrees })
    },
  )
}

function endOf(name: 'from' | 'to', { port, address, vpc }: Static<typeof ExplainRequest>['from']): NamedEnd {
  const portId = port === undefined ? undefined : parsePortId(port)
  if (port !== undefined && portId === undefined) throw portNotFound(port)
  const vpcId = vpc === undefined ? undefined : parseVpcId(vpc)
  if (vpc !== undefined && vpcId === undefined) throw vpcNotFound(vpc)
  return { portId, vpcId, address: address === undefined ? undefined : parseHost(`${name}.address`, address) }
}

/** With what the network says of itself: how far the two sides are that the path crosses. */
async function withNetwork(network: NetworkStatus, question: Question, stored: World): Promise<World> {
  const world = { ...stored, hasDataplane: true }
  const peering = crossed(question, world)
  const sides = peering && (await network.readinessOf(peering))
  const behind = SIDE_NAMES.flatMap((side) => {
    const state = sides?.[side].state ?? 'SYNCED'
    return peering === undefined || state === 'SYNCED' ? [] : [{ vpcId: peering[side].vpcId, state }]
  })
  return { ...world, behind }
}

/** Nothing is sent for what cannot be: the answer says why. */
async function send(network: NetworkStatus, question: Question, world: World): Promise<ProbeResult> {
  const probe = canProbe(question, world)
  return 'outcome' in probe ? probe : network.probe(probe)
}
