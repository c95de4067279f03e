/** Commands on VPCs and subnets, as calls. */
import type { VpcCommand } from '../model/commands.ts'
import { blockOf, existing, type ModelVpc, pick, type Tenant } from '../model/model.ts'
import { addBlock, createSubnet, createVpc, deleteSubnet, deleteVpc, removeBlock, setPrimary } from '../model/vpcs.ts'
import { blockIn, choose } from './choices.ts'
import type { Play } from './play.ts'

export async function playVpc(play: Play, command: VpcCommand): Promise<void> {
  if (command.kind === 'createVpc') return makeVpc(play, command.owner, blockOf(command.nth, true))
  if (command.kind === 'deleteSubnet') return removeSubnet(play, pick(play.model.subnets, command.at))
  const isLikely = (vpc: ModelVpc) => command.kind !== 'removeBlock' || vpc.extended.length > 0
  const vpc = choose(play.model.vpcs, command.at, isLikely)
  if (vpc === undefined) return
  const owner = play.ownerOf(vpc)
  const path = play.path(owner, `vpcs/${play.id(vpc)}`)
  switch (command.kind) {
    case 'deleteVpc':
      await play.change(owner, deleteVpc(play.model, vpc), 'DELETE', path)
      break
    case 'setPrimary': {
      const cidr = blockOf(command.nth % 8, command.wide)
      await play.change(owner, setPrimary(play.model, vpc, cidr), 'PUT', path, { vpc: { cidr } })
      break
    }
    case 'addBlock':
    case 'removeBlock': {
      const block = secondary(play, vpc, command)
      const [step, verb] = command.kind === 'addBlock' ? [addBlock, 'add'] : [removeBlock, 'remove']
      const v3 = `/v3/${play.service[owner].projectId}/vpc/vpcs/${play.id(vpc)}/${verb}-extend-cidr`
      await play.change(owner, step(play.model, vpc, block), 'PUT', v3, { vpc: { extend_cidrs: [block] } })
      break
    }
    case 'createSubnet':
      await makeSubnet(play, owner, vpc, blockIn(play.model, vpc, command))
  }
}

async function makeVpc(play: Play, owner: Tenant, cidr: string): Promise<void> {
  const { key, made } = await play.make(
    owner,
    (key) => createVpc(play.model, key, owner, cidr),
    play.path(owner, 'vpcs'),
    'vpc',
    { cidr },
  )
  const tables = await play.service.ask(play.service[owner], 'GET', play.path(owner, `routetables?vpc_id=${made.id}`))
  play.seeMainTable(key, tables.body.routetables[0].id)
}

async function makeSubnet(play: Play, owner: Tenant, vpc: number, cidr: string): Promise<void> {
  const subnet = { name: 's', vpc_id: play.id(vpc), cidr, gateway_ip: cidr.replace(/0\/\d+$/, '1') }
  const step = (key: number) => createSubnet(play.model, key, vpc, cidr)
  await play.make(owner, step, play.path(owner, 'subnets'), 'subnet', subnet)
}

async function removeSubnet(play: Play, key: number | undefined): Promise<void> {
  if (key === undefined) return
  const { vpc } = existing(play.model.subnets, key)
  const owner = play.ownerOf(vpc)
  const path = play.path(owner, `vpcs/${play.id(vpc)}/subnets/${play.id(key)}`)
  await play.change(owner, deleteSubnet(play.model, key), 'DELETE', path)
}

/** One that the VPC has, where a removal comes upon some, most often. */
function secondary(play: Play, vpc: number, { kind, nth, wide }: { kind: string; nth: number; wide: boolean }): string {
  const { extended } = existing(play.model.vpcs, vpc)
  const there = kind === 'removeBlock' && nth % 4 !== 3 ? extended[nth % Math.max(1, extended.length)] : undefined
  return there ?? blockOf(8 + (nth % 8), wide)
}
