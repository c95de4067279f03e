/** The conversation with the kernel, where nothing goes as it ought to. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { removeLink } from '../../src/dataplane/netns/kernel/links.ts'
import { within } from '../../src/dataplane/netns/kernel/namespaces.ts'
import { openNetlink } from '../../src/dataplane/netns/kernel/netlink.ts'
import { openTestHost, skipNetwork } from '../support/netns.ts'

/** The first index of devices that are not there. */
const NOWHERE = 1_000_000

suite('netlink', { skip: skipNetwork }, () => {
  test('each of thousands of requests is answered, though every one of them fails', () => {
    using host = openTestHost()
    using netlink = within(host.workload(), openNetlink)
    const requests = Array.from({ length: 3_000 }, (_, at) => removeLink(NOWHERE + at))
    const codes = netlink.run(requests).map((error) => error?.code)
    assert.deepEqual(
      codes,
      requests.map(() => 'ENODEV'),
    )
  })
})
