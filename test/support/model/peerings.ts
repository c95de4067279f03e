/** The model's peerings (model.ts). */
import { existing, keep, type Model, type ModelPeering, ownerOf, put, type Step, type Tenant, values } from './model.ts'

export function createPeering(model: Model, key: number, from: number, to: number): Step {
  if (from === to) return { status: 400, model }
  const live = [...model.peerings].filter(([, each]) => isLive(each.status) && isPair(each, from, to))
  if (live.length > 0) return { status: 409, model, names: live.map(([each]) => each) }
  const status = ownerOf(model, from) === ownerOf(model, to) ? 'ACTIVE' : 'PENDING_ACCEPTANCE'
  return { status: 201, model: { ...model, peerings: put(model.peerings, key, { from, to, status }) } }
}

/** P2, P3: a stranger's 404 comes before a requester's 403, and that before a wrong status's 409. */
export function answer(model: Model, key: number, who: Tenant, status: 'ACTIVE' | 'REJECTED'): Step {
  const peering = model.peerings.get(key)
  if (peering === undefined || !takesPart(model, peering, who)) return { status: 404, model }
  if (ownerOf(model, peering.to) !== who) return { status: 403, model }
  if (peering.status !== 'PENDING_ACCEPTANCE') return { status: 409, model }
  return { status: 200, model: { ...model, peerings: put(model.peerings, key, { ...peering, status }) } }
}

export function deletePeering(model: Model, key: number, who: Tenant): Step {
  const peering = model.peerings.get(key)
  if (peering === undefined || !takesPart(model, peering, who)) return { status: 404, model }
  return { status: 204, model: without(model, [key]) }
}

/** With their routes on both sides, whatever the table. */
export function without(model: Model, peerings: readonly number[]): Model {
  return {
    ...model,
    peerings: keep(model.peerings, (_, key) => !peerings.includes(key)),
    routes: keep(model.routes, ({ peering }) => !peerings.includes(peering)),
  }
}

export function expire(model: Model): Model {
  const expired = [...model.peerings].map(([key, peering]): [number, ModelPeering] => [
    key,
    peering.status === 'PENDING_ACCEPTANCE' ? { ...peering, status: 'EXPIRED' } : peering,
  ])
  return { ...model, peerings: new Map(expired) }
}

/** P4, by a recount: waiting ones count for who asks, ACTIVE ones for both, once inside one project. */
export function peeringsCounted(model: Model, tenant: Tenant): number {
  return values(model.peerings).filter(
    ({ from, to, status }) =>
      (isLive(status) && ownerOf(model, from) === tenant) || (status === 'ACTIVE' && ownerOf(model, to) === tenant),
  ).length
}

export function takesPart(model: Model, peering: ModelPeering, who: Tenant): boolean {
  return ownerOf(model, peering.from) === who || ownerOf(model, peering.to) === who
}

export function isEnd({ from, to }: ModelPeering, vpc: number): boolean {
  return from === vpc || to === vpc
}

/** Whether the VPC has an ACTIVE peering. */
export function isActiveEnd(model: Model, vpc: number): boolean {
  return values(model.peerings).some((peering) => peering.status === 'ACTIVE' && isEnd(peering, vpc))
}

/** The other end of a peering. */
export function beyond(model: Model, peering: number, vpc: number): number {
  const { from, to } = existing(model.peerings, peering)
  return from === vpc ? to : from
}

function isLive(status: ModelPeering['status']): boolean {
  return status === 'PENDING_ACCEPTANCE' || status === 'ACTIVE'
}

function isPair(peering: ModelPeering, a: number, b: number): boolean {
  return isEnd(peering, a) && isEnd(peering, b)
}
