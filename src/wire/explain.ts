/** Ours: does a packet get from here to there, and why not? `POST /causeway/v1/explain`. */
import { type ExplainedEnd, type Explanation, VERDICTS } from '../rules/explain.ts'
import { MAX_SIZE, MIN_SIZE, PROTOCOLS, type Protocol, type Question } from '../rules/explain-facts.ts'
import { type Hop, PLACES } from '../rules/explain-hops.ts'
import { ENDS, OBJECT_TYPES, REASON_CODES, type Reason } from '../rules/explain-reasons.ts'
import { PROBE_OUTCOMES, type ProbeResult } from '../rules/probe.ts'
import { type Static, Type } from './schema.ts'

const EndRequest = Type.Object({
  port: Type.Optional(Type.String({ description: 'The id of a port that the caller can see.' })),
  address: Type.Optional(
    Type.String({ description: 'IPv4 or IPv6, without a prefix; with a port, which one of its.' }),
  ),
  vpc: Type.Optional(Type.String({ description: 'The id of the VPC; of `from` it is needed where there is no port.' })),
})

export const ExplainRequest = Type.Object({
  from: EndRequest,
  to: EndRequest,
  protocol: Type.Optional(Type.Enum(PROTOCOLS)),
  size: Type.Optional(
    Type.Integer({
      ...{ minimum: MIN_SIZE, maximum: MAX_SIZE },
      description: 'Bytes of the packet with its IP header; it is not to be fragmented.',
    }),
  ),
  probe: Type.Optional(Type.Boolean({ description: 'Whether to send a real packet as well; takes a data plane.' })),
})

const EndShape = Type.Object({
  vpc_id: Type.Optional(Type.String({ format: 'uuid' })),
  subnet_id: Type.Optional(Type.String({ format: 'uuid' })),
  port_id: Type.Optional(Type.String({ format: 'uuid' })),
  address: Type.String(),
})

const ReasonShape = Type.Object({
  code: Type.Enum(REASON_CODES),
  end: Type.Optional(Type.Enum(ENDS)),
  decisive: Type.Boolean({ description: 'Whether it is enough by itself for the verdict `unreachable`.' }),
  message: Type.String(),
  objects: Type.Array(Type.Object({ type: Type.Enum(OBJECT_TYPES), id: Type.String() }), {
    description: 'What it is about, as far as the caller may know.',
  }),
  next: Type.String({ description: 'What to do.' }),
})

const HopShape = Type.Object({
  at: Type.Enum(PLACES),
  vpc_id: Type.String({ format: 'uuid' }),
  id: Type.Optional(Type.String({ format: 'uuid' })),
  detail: Type.Optional(Type.String({ description: 'The address, the block or the destination.' })),
  ok: Type.Boolean({ description: 'Whether it goes on from there.' }),
})

export const ExplainAnswer = Type.Object({
  verdict: Type.Enum(VERDICTS),
  from: EndShape,
  to: EndShape,
  protocol: Type.Enum(PROTOCOLS),
  size: Type.Integer(),
  reasons: Type.Array(ReasonShape, { description: 'All that apply; the first one decides.' }),
  hops: Type.Object({
    there: Type.Array(HopShape, { description: 'Where the packet goes, as far as it gets.' }),
    back: Type.Array(HopShape, { description: 'And the answer; empty where nothing arrives.' }),
  }),
  probe: Type.Optional(
    Type.Object({
      outcome: Type.Enum(PROBE_OUTCOMES),
      detail: Type.String(),
      milliseconds: Type.Union([Type.Unknown({ type: 'number' }), Type.Null()]),
    }),
  ),
  agrees: Type.Optional(
    Type.Union([Type.Boolean(), Type.Null()], {
      description: 'Whether the packet did what is intended; null: it cannot be told, or not to the caller.',
    }),
  ),
})

export interface Answered extends Explanation {
  readonly protocol: Protocol
  readonly size: Question['size']
  readonly probe: ProbeResult | undefined
  /** Undefined: it cannot be told. */
  readonly agrees: boolean | undefined
}

export type WireExplanation = Static<typeof ExplainAnswer>

export function spellExplanation(told: Answered): WireExplanation {
  const { verdict, from, to, protocol, size, reasons, there, back, probe, agrees } = told
  return {
    ...{ verdict, from: spellEnd(from), to: spellEnd(to), protocol, size, reasons: reasons.map(spellReason) },
    hops: { there: there.map(spellHop), back: back.map(spellHop) },
    ...(probe && { probe: { ...probe, milliseconds: probe.milliseconds ?? null }, agrees: agrees ?? null }),
  }
}

function spellEnd({ vpcId, subnetId, portId, address }: ExplainedEnd): Static<typeof EndShape> {
  return {
    ...(vpcId !== undefined && { vpc_id: vpcId }),
    ...(subnetId !== undefined && { subnet_id: subnetId }),
    ...(portId !== undefined && { port_id: portId }),
    address,
  }
}

function spellReason({ code, end, decisive, message, objects, next }: Reason): Static<typeof ReasonShape> {
  return { code, ...(end && { end }), decisive, message, objects: [...objects], next }
}

function spellHop({ at, vpcId, id, detail, ok }: Hop): Static<typeof HopShape> {
  return {
    ...{ at, vpc_id: vpcId },
    ...(id !== undefined && { id }),
    ...(detail !== undefined && { detail }),
    ok,
  }
}
