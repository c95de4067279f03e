/** What a workload may try to send to its neighbour, and whether it may. */
import type { AddressPair } from '../../src/rules/port.ts'
import { arp, BROADCAST, ethernet, icmpv6, ipv4, ipv6, TYPE, target, u16, udp } from './frames.ts'

export const OWN = { mac: 'fa:16:3e:00:00:0a', ip4: '10.1.0.10', ip6: 'fd01::a' }
export const OTHER = { mac: 'fa:16:3e:00:00:0b', ip4: '10.1.0.11', ip6: 'fd01::b' }
const LINK_LOCAL = 'fe80::f816:3eff:fe00:a'
/** As of a virtual router (RFC 5798). */
const SHARED_MAC = '00:00:5e:00:01:07'

export const PAIRS: readonly AddressPair[] = [
  { ipAddress: '10.1.0.50', macAddress: '' },
  { ipAddress: '192.168.7.9/24', macAddress: '' },
  { ipAddress: 'fd77::5/64', macAddress: '' },
  { ipAddress: '10.1.0.60', macAddress: SHARED_MAC.toUpperCase() },
  { ipAddress: 'fd01::60', macAddress: SHARED_MAC },
]

export interface FrameCase {
  readonly what: string
  readonly isFair: boolean
  /** With a token in it that it is known by where it arrives. */
  readonly make: (token: Buffer) => Buffer
}

type Make = FrameCase['make']

const ICMP_ECHO = Buffer.from([8, 0, 0, 0, 0, 1, 0, 1])
const NEXT = { ICMP: 1, UDP: 17, FRAGMENT: 44, ICMPV6: 58, OPTIONS: 60 } as const
const ND = { RS: 133, RA: 134, NS: 135, NA: 136, REDIRECT: 137, MLD_1: 131, MLD: 143 } as const

export const FRAMES: readonly FrameCase[] = [
  fair('IPv4 from its own address', from4(OWN.mac, OWN.ip4)),
  fair('IPv4 from an address that it is allowed', from4(OWN.mac, '10.1.0.50')),
  fair('IPv4 from a block that it is allowed', from4(OWN.mac, '192.168.7.200')),
  fair('IPv4 from an allowed address and MAC', from4(SHARED_MAC, '10.1.0.60')),
  foul('IPv4 from another address', from4(OWN.mac, OTHER.ip4)),
  foul('IPv4 from beside the block', from4(OWN.mac, '192.168.8.0')),
  foul('IPv4 from another MAC', from4('fa:16:3e:00:00:0c', OWN.ip4)),
  foul('IPv4 from its own address and an allowed MAC', from4(SHARED_MAC, OWN.ip4)),
  foul('IPv4 from an allowed address and the wrong MAC', from4(OWN.mac, '10.1.0.60')),
  foul('IPv4 that is shorter than it says', (token) => longer(4, from4(OWN.mac, OWN.ip4)(token))),

  fair('ARP for another', arpFrom(1, [OWN.mac, OWN.ip4], OTHER.ip4)),
  fair('ARP that answers', arpFrom(2, [OWN.mac, OWN.ip4], OTHER.ip4)),
  fair('ARP for an allowed address and MAC', arpFrom(1, [SHARED_MAC, '10.1.0.60'], OTHER.ip4)),
  fair('ARP whether its address is free', arpFrom(1, [OWN.mac, '0.0.0.0'], OWN.ip4)),
  foul('ARP whether another address is free', arpFrom(1, [OWN.mac, '0.0.0.0'], OTHER.ip4)),
  foul('ARP with the address of another', arpFrom(2, [OWN.mac, OTHER.ip4], OTHER.ip4)),
  foul('ARP with the MAC of another', arpFrom(2, [OTHER.mac, OWN.ip4], OTHER.ip4)),
  foul('ARP in a frame of another', (token) =>
    ethernet(BROADCAST, OTHER.mac, TYPE.ARP, arp(1, [OWN.mac, OWN.ip4], OTHER.ip4, token)),
  ),
  foul('ARP that answers from nowhere', arpFrom(2, [OWN.mac, '0.0.0.0'], OWN.ip4)),
  foul('ARP of another protocol', (token) => withByte(17, 1, arpFrom(1, [OWN.mac, OWN.ip4], OTHER.ip4)(token))),
  foul('ARP of another network', (token) => withByte(15, 6, arpFrom(1, [OWN.mac, OWN.ip4], OTHER.ip4)(token))),
  foul('ARP of longer addresses', (token) => withByte(18, 8, arpFrom(1, [OWN.mac, OWN.ip4], OTHER.ip4)(token))),
  foul('ARP of another kind', arpFrom(3, [OWN.mac, OWN.ip4], OTHER.ip4)),

  fair('DHCP that asks', dhcp('0.0.0.0', '255.255.255.255', 68, 67)),
  foul('DHCP that answers', dhcp(OWN.ip4, OTHER.ip4, 67, 68)),
  foul('DHCP that asks somebody', dhcp('0.0.0.0', OTHER.ip4, 68, 67)),
  foul('DHCP that asks by another port', dhcp('0.0.0.0', '255.255.255.255', 69, 67)),
  foul('IPv4 from nowhere', dhcp('0.0.0.0', '255.255.255.255', 68, 69)),

  fair('IPv6 from its own address', from6(OWN.mac, OWN.ip6)),
  fair('IPv6 from its link-local address', from6(OWN.mac, LINK_LOCAL)),
  fair('IPv6 from a block that it is allowed', from6(OWN.mac, 'fd77::1234')),
  fair('IPv6 from an allowed address and MAC', from6(SHARED_MAC, 'fd01::60')),
  fair(
    'IPv6 in fragments',
    inFragment(OWN.ip6, NEXT.ICMPV6, 8, (token) => token),
  ),
  foul('IPv6 from another address', from6(OWN.mac, OTHER.ip6)),
  foul('IPv6 from another link-local address', from6(OWN.mac, 'fe80::b')),
  foul('IPv6 from nowhere', from6(OWN.mac, '::')),
  foul(
    'IPv6 whose headers do not end',
    from6With(OWN.ip6, NEXT.OPTIONS, (token) => Buffer.concat([Buffer.from([NEXT.OPTIONS, 99]), token])),
  ),
  foul(
    'DHCPv6 that answers',
    from6With(LINK_LOCAL, NEXT.UDP, (token) => udp(547, 546, token)),
  ),

  fair('a solicitation', nd(ND.NS, OWN.ip6, OTHER.ip6)),
  fair('a solicitation whether its address is free', nd(ND.NS, '::', OWN.ip6)),
  foul('a solicitation whether another address is free', nd(ND.NS, '::', OTHER.ip6)),
  fair('an advertisement', nd(ND.NA, OWN.ip6, OWN.ip6)),
  fair('an advertisement of an address that it is allowed', nd(ND.NA, OWN.ip6, 'fd77::9')),
  foul('an advertisement of another address', nd(ND.NA, OWN.ip6, OTHER.ip6)),
  foul('an advertisement from another address', nd(ND.NA, OTHER.ip6, OWN.ip6)),
  foul(
    'a solicitation in fragments',
    inFragment(OWN.ip6, NEXT.ICMPV6, 0, (token) => ndMessage(ND.NS, OWN.ip6, OTHER.ip6, token)),
  ),
  foul(
    'an advertisement in fragments',
    inFragment(OWN.ip6, NEXT.ICMPV6, 0, (token) => ndMessage(ND.NA, OWN.ip6, OWN.ip6, token)),
  ),
  fair('a solicitation of routers', nd(ND.RS, '::', '::')),
  fair('a report of a group', nd(ND.MLD_1, '::', '::')),
  fair('a report of groups', nd(ND.MLD, '::', '::')),
  foul('a router advertisement', nd(ND.RA, LINK_LOCAL, '::')),
  foul('a router advertisement behind options', from6With(LINK_LOCAL, NEXT.OPTIONS, behindOptions)),
  foul('a redirect', nd(ND.REDIRECT, LINK_LOCAL, OTHER.ip6)),

  foul('a frame with a VLAN tag', (token) => tagged(from4(OWN.mac, OWN.ip4)(token))),
  foul('a frame of an unknown type', (token) => ethernet(OTHER.mac, OWN.mac, 0x88b5, token)),
  foul('a frame of IEEE 802.3', (token) =>
    ethernet(OTHER.mac, OWN.mac, 3 + token.length, Buffer.concat([Buffer.from([0xaa, 0xaa, 3]), token])),
  ),
]

function fair(what: string, make: Make): FrameCase {
  return { what, isFair: true, make }
}

function foul(what: string, make: Make): FrameCase {
  return { what, isFair: false, make }
}

function from4(senderMac: string, address: string): Make {
  return (token) => {
    const packet = ipv4(address, OTHER.ip4, NEXT.ICMP, Buffer.concat([ICMP_ECHO, token]))
    return ethernet(OTHER.mac, senderMac, TYPE.IP4, packet)
  }
}

/** Of the whole frame. */
function withByte(at: number, value: number, frame: Buffer): Buffer {
  frame[at] = value
  return frame
}

/** Its header says that there is more than there is. */
function longer(at: number, frame: Buffer): Buffer {
  frame.writeUInt16BE(frame.readUInt16BE(14 - 2 + at) + 500, 14 - 2 + at)
  return frame
}

function arpFrom(operation: number, sender: readonly [string, string], targetIp: string): Make {
  const from = sender[0] === SHARED_MAC ? SHARED_MAC : OWN.mac
  return (token) => ethernet(BROADCAST, from, TYPE.ARP, arp(operation, sender, targetIp, token))
}

function dhcp(from: string, to: string, source: number, destination: number): Make {
  return (token) => ethernet(BROADCAST, OWN.mac, TYPE.IP4, ipv4(from, to, NEXT.UDP, udp(source, destination, token)))
}

function from6(senderMac: string, address: string): Make {
  return (token) => {
    const echo = icmpv6(128, address, OTHER.ip6, Buffer.concat([Buffer.from([0, 1, 0, 1]), token]))
    return ethernet(OTHER.mac, senderMac, TYPE.IP6, ipv6(address, OTHER.ip6, NEXT.ICMPV6, echo))
  }
}

function from6With(address: string, next: number, payload: Make): Make {
  return (token) => ethernet(OTHER.mac, OWN.mac, TYPE.IP6, ipv6(address, OTHER.ip6, next, payload(token)))
}

/** `offset`: in bytes, a multiple of 8. */
function inFragment(address: string, next: number, offset: number, payload: Make): Make {
  const header = Buffer.concat([Buffer.from([next, 0]), u16(offset | 1), Buffer.from([0, 0, 0, 7])])
  return from6With(address, NEXT.FRAGMENT, (token) => Buffer.concat([header, payload(token)]))
}

function behindOptions(token: Buffer): Buffer {
  return Buffer.concat([Buffer.from([NEXT.ICMPV6, 0, 1, 4, 0, 0, 0, 0]), ndMessage(ND.RA, LINK_LOCAL, '::', token)])
}

function nd(type: number, from: string, about: string): Make {
  return from6With(from, NEXT.ICMPV6, (token) => ndMessage(type, from, about, token))
}

function ndMessage(type: number, from: string, about: string, token: Buffer): Buffer {
  return icmpv6(type, from, OTHER.ip6, target(about, token))
}

function tagged(frame: Buffer): Buffer {
  return Buffer.concat([frame.subarray(0, 12), u16(TYPE.VLAN), u16(5), frame.subarray(12)])
}
