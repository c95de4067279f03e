/** The lines of the table about packets, each beside the least that it could cost. */
import { type Row, verdict } from '../table.ts'
import { measureBulk } from './bulk.ts'
import { type FirstPacket, measureFirstPacket, type Series } from './first-packet.ts'
import { measureLook } from './look.ts'
import type { NetworkName, NetworkPlan } from './plan.ts'
import { measureThroughput, type Throughput } from './throughput.ts'
import { percentile } from './turns.ts'

/** At the most, of 500 peerings, at the 99th percentile. */
const FIRST_PACKET_AIM_MS = 50
/** Of what goes through a bare veth, at the least. */
const TCP_AIM = 0.85
/** Of the time by hand, at the most. */
const BULK_AIM = 1.5

type Measure = (folder: string, plan: NetworkPlan) => Promise<readonly Row[]>

export const MEASURES: Readonly<Record<NetworkName, Measure>> = {
  'first-packet': firstPacketRows,
  throughput: throughputRows,
  bulk: bulkRows,
  look: lookRows,
}

async function firstPacketRows(folder: string, { populations, accepts }: NetworkPlan): Promise<readonly Row[]> {
  const rows: Row[] = []
  const largest = Math.max(...populations)
  for (const peerings of populations) {
    const measured = await measureFirstPacket(folder, peerings, accepts)
    const { first, last } = measured.service
    rows.push(
      {
        ...besideHand('accept -> first answer (automatic routes)', peerings, first, measured.byHand.first),
        ...(peerings === largest && { aim: verdict(percentile(first, 0.99), '<', FIRST_PACKET_AIM_MS, ' ms') }),
      },
      byHand('- by ip -batch', measured, 'first'),
      besideHand('delete -> last answer', peerings, last, measured.byHand.last),
      byHand('- by ip -batch', measured, 'last'),
      { what: 'accepts at once -> all SYNCED, one round', peerings, ours: ms(measured.bulk) },
    )
  }
  return rows
}

function besideHand(what: string, peerings: number, ours: readonly number[], hand: readonly number[]): Row {
  const [p50, p99, bare] = [percentile(ours, 0.5), percentile(ours, 0.99), percentile(hand, 0.5)]
  return { what, peerings, ours: ms(p50), bare: ms(bare), ratio: p50 / bare, p50, p99 }
}

function byHand(what: string, { byHand }: FirstPacket, which: keyof Series): Row {
  return { what, p50: percentile(byHand[which], 0.5), p99: percentile(byHand[which], 0.99) }
}

async function throughputRows(_folder: string, { rounds, seconds }: NetworkPlan): Promise<readonly Row[]> {
  const { tcp, udp } = await measureThroughput(rounds, seconds)
  const row = (what: string, { peered, direct, ratio }: Throughput, spell: (rate: number) => string): Row => ({
    ...{ what, ours: spell(peered), bare: spell(direct), ratio },
  })
  const gigabits = (rate: number) => `${(rate / 1e9).toFixed(1)} Gbit/s`
  const packets = (rate: number) => `${Math.round(rate / 1000)} k/s`
  return [
    { ...row('TCP over a peering / a bare veth', tcp, gigabits), aim: verdict(tcp.ratio, '>=', TCP_AIM) },
    row('UDP, 64 bytes, over a peering / a bare veth', udp, packets),
  ]
}

async function bulkRows(folder: string, { bulk, rounds }: NetworkPlan): Promise<readonly Row[]> {
  const { ours, byHand, ratio } = await measureBulk(folder, bulk, rounds)
  const what = 'driver: peerings at once / by ip -batch'
  return [{ what, peerings: bulk, ours: ms(ours), bare: ms(byHand), ratio, aim: verdict(ratio, '<=', BULK_AIM) }]
}

async function lookRows(folder: string, { look, rounds }: NetworkPlan): Promise<readonly Row[]> {
  const { ours, byHand, ratio, driver } = await measureLook(folder, look, rounds)
  return [
    { what: 'full pass, nothing to do / a dump by ip', peerings: look, ours: ms(ours), bare: ms(byHand), ratio },
    { what: '- of which the driver', peerings: look, ours: ms(driver) },
  ]
}

function ms(value: number): string {
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`
}
