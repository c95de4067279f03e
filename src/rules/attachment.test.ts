import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  type Attachment,
  attached,
  attachmentOf,
  detached,
  parseDevice,
  parseNetns,
  parsePid,
  pidOf,
} from './attachment.ts'
import type { PortId, ProjectId, SubnetId } from './ids.ts'
import { type Port, VIP_PORT } from './port.ts'
import { Refusal } from './refusal.ts'

const FREE: Port = {
  ...{ id: 'p' as PortId, projectId: 'a' as ProjectId, networkId: 's' as SubnetId, name: 'n', adminStateUp: true },
  ...{ macAddress: 'fa:16:3e:00:00:01', fixedIps: [], deviceId: '', deviceOwner: '', status: 'DOWN' },
  ...{ binding: { hostId: '', profile: {} }, securityGroups: [], allowedAddressPairs: [], extraDhcpOpts: [] },
}
const WEB: Attachment = { netns: '/run/netns/web', inode: undefined, device: 'eth0' }

suite('where a workload is', () => {
  test('a name means what ip netns means by it, a path itself, and the old folder is the new one', () => {
    assert.equal(parseNetns('web'), '/run/netns/web')
    assert.equal(parseNetns('/run/docker/netns/5f'), '/run/docker/netns/5f')
    assert.equal(parseNetns('/var/run/netns/web'), '/run/netns/web')
  })

  test('what has two spellings, or none, is refused: a second port could be attached to the same place by another', () => {
    const bad = ['', '.', '..', '/', 'a/b', '/run//netns', '/run/./web', '/run/netns/../web', '/run/', 'a\nb', '\ud800']
    for (const text of [...bad, 'x'.repeat(245), `/${'x'.repeat(255)}`]) {
      assert.throws(() => parseNetns(text), isRefusal('invalid_input', /'netns'/), JSON.stringify(text))
    }
    assert.equal(parseNetns('x'.repeat(244)).length, 255)
  })

  test('a process is known by its path again, and only by that', () => {
    for (const pid of [1, 4711, 4_194_304]) assert.equal(pidOf(parsePid(pid)), pid)
    assert.equal(pidOf('/proc/4711/task/4712/ns/net'), 4711)
    for (const path of ['/run/netns/4711', '/proc/self/ns/net', '/proc/4711/ns/mnt'])
      assert.equal(pidOf(path), undefined)
    for (const pid of [0, -1, 4_194_305]) assert.throws(() => parsePid(pid), isRefusal('invalid_input', /'pid'/))
  })

  test('a device is named as Linux names one, and as none of its own', () => {
    for (const name of ['eth0', 'a', 'x'.repeat(15), 'veth-1.7@2']) assert.equal(parseDevice(name), name)
    for (const name of ['', 'x'.repeat(16), '.', '..', 'a b', 'a/b', 'a:1', 'eth%d', 'lo', 'all', 'default', 'ä']) {
      assert.throws(() => parseDevice(name), isRefusal('invalid_input', /'device'/), name)
    }
  })
})

suite('the binding of a port', () => {
  test('what is attached is found in it again, DOWN until the network has it, and gone when it is detached', () => {
    const process = { netns: '/proc/4711/ns/net', inode: 4_026_531_840, device: 'eth1' }
    for (const [where, name] of [[WEB, 'web'] as const, [process, 'pid 4711'] as const]) {
      const port = attached({ ...FREE, status: 'ACTIVE' }, where, 'host')
      assert.deepEqual(attachmentOf(port), where)
      const { deviceOwner, deviceId, status, binding } = port
      assert.deepEqual([deviceOwner, deviceId, status], ['causeway:netns', name, 'DOWN'])
      assert.equal(binding.hostId, 'host')
      assert.deepEqual(detached({ ...port, status: 'ACTIVE' }), FREE)
    }
    assert.deepEqual(attached(FREE, WEB, 'h').binding.profile, { netns: '/run/netns/web', device: 'eth0' })
  })

  test('the same again is the same port; anything else of it is a conflict, an inode of a reused process too', () => {
    const port: Port = { ...attached(FREE, WEB, 'host'), status: 'ACTIVE' }
    assert.equal(attached(port, { ...WEB }, 'host'), port)
    for (const other of [{ netns: '/run/netns/db' }, { device: 'eth1' }, { inode: 7 }]) {
      assert.throws(
        () => attached(port, { ...WEB, ...other }, 'host'),
        isRefusal('attachment_conflict', /^Port p is attached already, to eth0 in \/run\/netns\/web\.$/),
      )
    }
  })

  test('a port that belongs to something else, in whatever way, is not attached', () => {
    const others: readonly Partial<Port>[] = [
      ...[{ deviceOwner: 'compute:az1' }, { deviceOwner: VIP_PORT }, { deviceId: 'vm' }],
      ...[{ binding: { hostId: 'h', profile: {} } }, { binding: { hostId: '', profile: { a: 1 } } }],
      { deviceOwner: 'causeway:netns', binding: { hostId: '', profile: { netns: 7 } } },
    ]
    for (const other of others) {
      assert.throws(
        () => attached({ ...FREE, ...other }, WEB, 'host'),
        isRefusal('attachment_conflict', /belongs to something else/),
        JSON.stringify(other),
      )
    }
  })

  test('a port that is down is not attached: it would carry nothing', () => {
    const down = { ...FREE, adminStateUp: false }
    assert.throws(() => attached(down, WEB, 'h'), isRefusal('attachment_conflict', /admin_state_up is false/))
  })

  test('a profile that only looks like an attachment is none', () => {
    const profile = { netns: '/run/netns/web', device: 'eth0' }
    assert.equal(attachmentOf({ deviceOwner: 'compute:az1', binding: { hostId: '', profile } }), undefined)
    for (const bad of [{}, { netns: 7, device: 'eth0' }, { device: 'eth0' }, { ...profile, device: null }]) {
      assert.equal(attachmentOf({ deviceOwner: 'causeway:netns', binding: { hostId: '', profile: bad } }), undefined)
    }
    const short = { deviceOwner: 'causeway:netns', binding: { hostId: '', profile: { netns: '/run/netns/web' } } }
    assert.deepEqual(attachmentOf(short), WEB, 'eth0 need not be said')
    const odd = { deviceOwner: 'causeway:netns', binding: { hostId: '', profile: { ...profile, inode: '7' } } }
    assert.deepEqual(attachmentOf(odd), WEB)
  })
})

function isRefusal(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof Refusal && error.code === code && message.test(error.message)
}
