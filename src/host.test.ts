import assert from 'node:assert/strict'
import { test } from 'node:test'
import { thisHost } from './host.ts'

test("the service's own network namespace is known as its own, by whatever path", async () => {
  for (const path of ['/proc/self/ns/net', `/proc/${process.pid}/ns/net`, '/proc/thread-self/ns/net']) {
    const found = await thisHost.namespace(path)
    assert.ok('inode' in found && found.isOwn && found.inode > 0, path)
  }
})

test('what is no network namespace is said to be none, and why', async () => {
  const table = [
    ['/run/netns/there-is-none', 'there is none'],
    ['/proc/4194304/ns/net', 'there is none'],
    [`${import.meta.filename}/x`, 'there is none'],
    [import.meta.filename, 'it is a file of another kind'],
    ['/', 'it is a file of another kind'],
  ] as const
  for (const [path, problem] of table) assert.deepEqual(await thisHost.namespace(path), { problem }, path)
  assert.match(JSON.stringify(await thisHost.namespace(`/${'x'.repeat(300)}`)), /ENAMETOOLONG/)
})
