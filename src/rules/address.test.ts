import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import * as rules from './address.ts'

suite('addresses', () => {
  test('are numbers in one order, IPv4 where RFC 4291 maps it, and spelled in one way', () => {
    const table = [
      ['0.0.0.0', 0xffff_0000_0000n, '0.0.0.0'],
      ['192.168.0.255', 0xffff_c0a8_00ffn, '192.168.0.255'],
      ['255.255.255.255', 0xffff_ffff_ffffn, '255.255.255.255'],
      ['::ffff:10.0.0.1', 0xffff_0a00_0001n, '10.0.0.1'],
      ['::', 0n, '::'],
      ['FD00:0::0001', (0xfd00n << 112n) + 1n, 'fd00::1'],
    ] as const
    for (const [text, address, spelled] of table) {
      assert.deepEqual([rules.parseAddress(text), rules.spellAddress(address)], [address, spelled], text)
    }
  })

  test('a text that is none is none', () => {
    for (const text of ['', '10.0.0', '10.0.0.256', '010.0.0.1', '10.0.0.1/32', 'fe80::1%eth0', ':::', 'x']) {
      assert.equal(rules.parseAddress(text), undefined, text)
    }
  })

  test('every address is read back as it is spelled', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const address = rules.parseAddress(text)
        assert.ok(address !== undefined, text)
        assert.equal(rules.parseAddress(rules.spellAddress(address)), address)
      }),
    )
  })
})

suite('the pool of a subnet', () => {
  const usableOf = (block: string, gateway: string): string[] => {
    const pool = rules.poolOf4('s', block, gateway)
    const all: string[] = []
    for (let address = pool.block.first; address <= pool.block.last; address += 1n) {
      if (rules.isUsable(pool, address)) all.push(rules.spellAddress(address))
    }
    return all
  }

  test('leaves out the first address, the gateway and the last three', () => {
    const ports = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => `10.0.0.${from + index}`)
    assert.deepEqual(usableOf('10.0.0.0/28', '10.0.0.1'), ports(2, 12))
    assert.deepEqual(usableOf('10.0.0.16/28', '10.0.0.20'), [...ports(17, 19), ...ports(21, 28)])
    assert.deepEqual(usableOf('10.0.0.0/28', '10.0.0.14'), ports(1, 12))
  })

  test('of a /64 is all of it but those', () => {
    const pool = rules.poolOf6('s', 'fd00:1:2:3::/64', 'fd00:1:2:3::1')
    const table = [
      ['fd00:1:2:3::', false],
      ['fd00:1:2:3::1', false],
      ['fd00:1:2:3::2', true],
      ['fd00:1:2:3:ffff:ffff:ffff:fffc', true],
      ['fd00:1:2:3:ffff:ffff:ffff:fffd', false],
      ['fd00:1:2:3:ffff:ffff:ffff:ffff', false],
      ['fd00:1:2:4::2', false],
    ] as const
    for (const [text, usable] of table) {
      assert.equal(rules.isUsable(pool, rules.parseAddress(text) ?? -1n), usable, text)
    }
  })

  test('is never made of what is no block or no gateway', () => {
    assert.throws(() => rules.poolOf6('s', 'fd00::', 'fd00::1'), /must be an IPv6 block/)
    assert.throws(() => rules.poolOf4('s', '10.0.0.0/28', 'none'), /is no address/)
  })
})

suite('runs of taken addresses', () => {
  test('an address joins the neighbours that touch it, and leaves two behind', () => {
    const run = (first: bigint, last: bigint) => ({ first, last })
    assert.deepEqual(rules.take(5n, undefined, undefined), { gone: [], made: [run(5n, 5n)] })
    assert.deepEqual(rules.take(5n, run(1n, 4n), run(6n, 9n)), {
      gone: [run(1n, 4n), run(6n, 9n)],
      made: [run(1n, 9n)],
    })
    assert.deepEqual(rules.free(5n, run(1n, 9n)), { gone: [run(1n, 9n)], made: [run(1n, 4n), run(6n, 9n)] })
    assert.deepEqual(rules.free(5n, run(5n, 5n)), { gone: [run(5n, 5n)], made: [] })
  })

  test('after any sequence of taking and freeing are those of a plain set, and give its lowest free address', () => {
    const anySteps = fc.array(fc.bigInt({ min: 0n, max: 24n }), { maxLength: 120, size: 'max' })
    fc.assert(
      fc.property(anySteps, (steps) => {
        const taken = new Set<bigint>()
        let runs: rules.AddressRange[] = []
        const runAt = (address: bigint) => runs.findLast(({ first }) => first <= address)
        for (const address of steps) {
          const { gone, made } = taken.has(address)
            ? rules.free(address, runs.find((run) => rules.includes(run, address)) ?? assert.fail('in no run'))
            : rules.take(
                address,
                runs.find(({ last }) => last === address - 1n),
                runs.find(({ first }) => first === address + 1n),
              )
          runs = [...runs.filter((run) => !gone.includes(run)), ...made].sort((a, b) => (a.first < b.first ? -1 : 1))
          if (!taken.delete(address)) taken.add(address)
          assert.deepEqual(runs, runsOf(taken))
          for (let from = 0n; from <= 26n; from += 1n) {
            assert.equal(rules.lowestFree(from, runAt(from)), lowestFreeIn(taken, from))
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})

function runsOf(taken: ReadonlySet<bigint>): rules.AddressRange[] {
  const firsts = [...taken].filter((address) => !taken.has(address - 1n)).sort((a, b) => (a < b ? -1 : 1))
  return firsts.map((first) => ({ first, last: lowestFreeIn(taken, first) - 1n }))
}

function lowestFreeIn(taken: ReadonlySet<bigint>, from: bigint): bigint {
  return taken.has(from) ? lowestFreeIn(taken, from + 1n) : from
}
