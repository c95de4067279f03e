/** The command line, over HTTP: as a shell runs it, and what it prints. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { COMMANDS, runCommand } from '../../src/cli/cli.ts'
import type { ProbeResult } from '../../src/rules/probe.ts'
import { FakeDataplane } from '../support/fake-dataplane.ts'
import { toldHost } from '../support/host.ts'
import { NOBODYS_ID, requestPeering } from '../support/peerings.ts'
import { makeSubnet, portCalls } from '../support/ports.ts'
import { environment, readVariables, temporaryFolder } from '../support/program.ts'
import { startTestService, type TestService } from '../support/service.ts'

const PROGRAM = resolve(import.meta.dirname, '../../bin/causeway')

suite('the command line', () => {
  const network = new FakeDataplane()
  const probed: ProbeResult = { outcome: 'answered', detail: '', milliseconds: 0.25 }
  let service: TestService
  let port = ''
  let vpc = ''
  let peering = ''
  before(async () => {
    service = await startTestService({
      host: toldHost(),
      openDataplane: async (...names) => ({ ...(await network.open(...names)), probe: async () => probed }),
    })
    const { alice, bob } = service
    const [hers, his] = [await service.makeVpc(alice, 'a'), await service.makeVpc(bob, 'b')]
    vpc = hers
    const subnet = await makeSubnet(service, alice, hers, { cidr: '10.0.0.0/24' })
    port = (await portCalls(service, alice).create(subnet.id)).body.port.id
    peering = (await requestPeering(service, alice, hers, bob, his)).id
  })
  after(() => service[Symbol.asyncDispose]())

  /** As the shell of somebody who has sourced their openrc file, with more variables, or others. */
  async function run(who: string, line: string, more: Readonly<Record<string, string>> = {}) {
    const [name = '', ...args] = line.split(' ')
    const out: string[] = []
    const error: string[] = []
    const code = await runCommand(...([name, args, { ...readVariables(service.folder, who), ...more }] as const), {
      out: (text) => out.push(text),
      error: (text) => error.push(text),
    })
    return { code, out: out.join('\n'), error: error.join('\n') }
  }

  test('attach tells what the workload has; the same again too, and detach ends it', async () => {
    const mac = (await portCalls(service, service.alice).show(port)).body.port.mac_address
    const expected = [
      `port ${port} is eth1 in /run/netns/web`,
      `  mac      ${mac}`,
      '  address  10.0.0.2/24, gateway 10.0.0.1',
      '  network  SYNCED',
    ]
    for (const line of [`attach ${port} --netns web --device eth1`, `attach --device=eth1 --netns=web ${port}`]) {
      assert.deepEqual(await run('admin', line), { code: 0, out: expected.join('\n'), error: '' })
    }
    const detached = { code: 0, out: `port ${port} is attached to nothing now`, error: '' }
    assert.deepEqual(await run('admin', `detach ${port}`), detached)
    const pid = await run('admin', `attach ${port} --pid 4711 --json`)
    assert.equal(JSON.parse(pid.out).netns, '/proc/4711/ns/net')
    assert.deepEqual(await run('admin', `detach ${port} --json`), { code: 0, out: '', error: '' })
  })

  test("a refusal is one line with the server's code, words and request id, and exit code 1", async () => {
    const table: readonly [string, string, RegExp][] = [
      [
        'admin',
        `detach ${port}`,
        /^causeway detach: VPC\.1551: Port \S+ is attached to no workload .*\(request \w{32}\)$/,
      ],
      [
        'admin',
        `attach ${port} --netns gone`,
        /^causeway attach: VPC\.1502: .*'netns'.*there is none.*\(request \w{32}\)$/,
      ],
      ['alice', `attach ${port} --netns web`, /^causeway attach: VPC\.2201: Policy does not allow this call/],
      ['bob', `detach ${port}`, /^causeway detach: VPC\.2502: /],
      ['admin', `attach ../../v3 --netns web`, /^causeway attach: VPC\.2502: Port \.\.\/\.\.\/v3 could not be found/],
      ['admin', `status ${NOBODYS_ID}`, /^causeway status: VPC\.1503: /],
    ]
    for (const [who, line, message] of table) {
      const { code, out, error } = await run(who, line)
      assert.deepEqual([code, out], [1, ''], line)
      assert.match(error, message)
    }
  })

  test('who cannot log in, or finds nobody there, is told why', async () => {
    const line = `detach ${port}`
    const table: readonly [Readonly<Record<string, string>>, RegExp][] = [
      [{ OS_PASSWORD: 'wrong' }, /^causeway detach: APIGW\.0301: /],
      [{ OS_PASSWORD: '' }, /^causeway detach: OS_PASSWORD is not set; in the data folder: source admin\.openrc$/],
      [{ CAUSEWAY_URL: '' }, /^causeway detach: CAUSEWAY_URL is not set/],
      [{ CAUSEWAY_URL: 'http://127.0.0.1:9' }, /^causeway detach: no answer from http:\/\/127\.0\.0\.1:9: /],
      [{ CAUSEWAY_URL: 'nonsense' }, /^causeway detach: CAUSEWAY_URL is no address: nonsense$/],
      [{ CAUSEWAY_URL: `${service.url}/elsewhere` }, /^causeway detach: APIGW\.0101: /],
    ]
    for (const [more, message] of table) {
      const { code, error } = await run('admin', line, more)
      assert.equal(code, 1)
      assert.match(error, message)
    }
  })

  test('what answers and is not this service is said to be none', async () => {
    const { createServer } = await import('node:http')
    const other = createServer((_request, response) => response.writeHead(502).end('<html>')).listen(0, '127.0.0.1')
    await new Promise((listening) => other.once('listening', listening))
    const url = `http://127.0.0.1:${(other.address() as { port: number }).port}`
    const { code, error } = await run('admin', `detach ${port}`, { CAUSEWAY_URL: url })
    other.close()
    const said = `causeway detach: 502 from ${url}/v3/auth/tokens, which is no answer of this service`
    assert.deepEqual([code, error], [1, said])
  })

  test('wrong usage is one line with the usage, and exit code 2, whether or not there is a service', async () => {
    const lines = [
      ...[
        'attach',
        `attach ${port}`,
        `attach ${port} --netns web --pid 7`,
        `attach ${port} --netns`,
        'attach a b --pid 1',
      ],
      ...[`attach ${port} --pid x`, `attach ${port} --nets web`, 'detach', 'detach --netns x', 'status', 'status a b'],
      ...[`explain ${port}`, `explain 10.0.0.2 ${port}`, `explain ${port} ${port} --size -1`, 'explain --probe=1 a b'],
    ]
    for (const line of lines) {
      const { code, out, error } = await run('admin', line, { CAUSEWAY_URL: '' })
      assert.deepEqual([code, out], [2, ''], line)
      const name = line.split(' ')[0] ?? ''
      assert.match(error, /^causeway \w+: [^\n]+; usage: causeway [^\n]+$/)
      assert.ok(error.endsWith(`usage: causeway ${name} ${COMMANDS[name]?.usage}`), error)
    }
  })

  test('explain says whether it gets there, why not, what to do, and what a real packet did', async () => {
    const to = '10.9.9.9'
    const { code, out } = await run('alice', `explain ${port} ${to} --size 100`)
    assert.equal(code, 0)
    const [verdict = '', reason = '', next = '', ...more] = out.split('\n')
    assert.equal(verdict, `${to} is unreachable from 10.0.0.2, with packets of 100 bytes`)
    assert.match(reason, /^ {2}[A-Z_]+: \S.*\.$/)
    assert.match(next, /^ {4}\S.*\.$/)
    assert.match(more.at(-2) ?? '', /^ {2}there: {2}port 10\.0\.0\.2.*\(ends here\)$/)
    assert.equal(more.at(-1), '  back:   nothing arrives')
    await run('admin', `attach ${port} --netns web`)
    const sent = await run('alice', `explain 10.0.0.2@${vpc} 10.0.0.1 --probe`)
    assert.match(sent.out, /^10\.0\.0\.1 is reachable from 10\.0\.0\.2, with packets of 84 bytes$/m)
    assert.match(sent.out, /^ {2}probe: {2}answered after 0\.3 ms$/m)
    const json = JSON.parse((await run('alice', `explain ${port} 10.0.0.1 --json`)).out)
    assert.equal(json.verdict, 'reachable')
    await run('admin', `detach ${port}`)
  })

  test('status tells how far the network is with each side, why not, and what the peering has carried', async () => {
    const { alice, bob } = service
    const [hers, his] = [await service.makeVpc(alice, 'c'), await service.makeVpc(bob, 'd')]
    const { id } = await requestPeering(service, alice, hers, bob, his)
    await service.ask(bob, 'PUT', `/v2.0/vpc/peerings/${id}/accept`)
    network.carry(id, { toAccepter: { packets: 3, bytes: 294 }, toRequester: { packets: 2, bytes: 196 } })
    await service.reconcile()
    // Counters may be a second old.
    service.clock.advance(2_000)
    const { code, out } = await run('bob', `status ${id}`)
    assert.equal(code, 0)
    const [first = '', requester = '', accepter = '', ...traffic] = out.split('\n')
    assert.match(first, new RegExp(`^peering ${id} \\(.+\\) is ACTIVE$`))
    assert.match(requester, new RegExp(`^  requester     vpc ${hers}: SYNCED since \\d{4}-.*Z$`))
    assert.match(accepter, new RegExp(`^  accepter      vpc ${his}: SYNCED since \\d{4}-.*Z$`))
    assert.deepEqual(traffic, ['  to accepter   3 packets, 294 bytes', '  to requester  2 packets, 196 bytes'])
    network.broken.set(his, 'It is gone.')
    await service.reconcile()
    assert.match((await run('bob', `status ${id}`)).out, /accepter .*: DEGRADED since .*Z: It is gone\.$/m)
    network.broken.clear()
  })

  test('the program runs from anywhere on the Node that npm brought, through a link too', async () => {
    using folder = temporaryFolder()
    const link = join(folder.path, 'causeway')
    symlinkSync(PROGRAM, link)
    // A Node that the system has, such as one that is too old, must not be what runs.
    symlinkSync('/bin/false', join(folder.path, 'node'))
    const env = {
      ...environment(),
      PATH: `${folder.path}:${process.env.PATH}`,
      ...readVariables(service.folder, 'bob'),
    }
    const child = spawn(link, ['status', peering], { cwd: '/', env, stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    const code = await new Promise((done) => child.once('close', done))
    assert.equal(code, 0)
    assert.match(out, new RegExp(`^peering ${peering} `))
  })
})

test('help names every command, and what is no command names them too', () => {
  const help = spawnSync(PROGRAM, ['help'], { encoding: 'utf8' })
  assert.equal(help.status, 0)
  const wrong = spawnSync(PROGRAM, ['nonsense'], { encoding: 'utf8', env: environment() })
  assert.equal(wrong.status, 1)
  for (const name of ['serve', 'verify-history', ...Object.keys(COMMANDS)]) {
    assert.match(help.stdout, new RegExp(`^  causeway \\[?${name}`, 'm'))
    assert.match(wrong.stderr, new RegExp(`\\b${name}\\b`))
  }
})
