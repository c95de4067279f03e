import assert from 'node:assert/strict'
import { test } from 'node:test'
import { echoRequest, verdictOf } from './icmp.ts'

const REQUEST = {
  4: echoRequest(4, 0x1234, 7, Buffer.from('payload')),
  6: echoRequest(6, 0x1234, 7, Buffer.from('payload')),
}
const TO = { 4: '10.2.0.10', 6: 'fd02::a' }
const FAR = { 4: '10.2.0.1', 6: 'fd02::1' }
const HEADERS = {
  4: Buffer.from('4500002300004000400100000a01000a0a02000a', 'hex'),
  6: Buffer.from('60000000000f3a40fd01000000000000000000000000000afd02000000000000000000000000000a', 'hex'),
}

test('an echo is answered by the address that was asked, with the same bytes', () => {
  for (const [family, reply] of [
    [4, 0],
    [6, 129],
  ] as const) {
    const answer = Buffer.from(REQUEST[family])
    answer[0] = reply
    answer.writeUInt16BE(0xbeef, 2)
    assert.equal(verdict(family, TO[family], answer)?.outcome, 'answered')
    assert.equal(verdict(family, FAR[family], answer), undefined)
    const other = Buffer.from(answer)
    other[other.length - 1] = 0
    assert.equal(verdict(family, TO[family], other), undefined)
    // Its own request comes by when a host asks itself.
    assert.equal(verdict(family, TO[family], REQUEST[family]), undefined)
  }
})

test('errors are told apart, and say who says so', () => {
  const cases = [
    [4, 3, 0, 'refused', '10.2.0.1 says: net unreachable'],
    [4, 3, 1, 'refused', '10.2.0.1 says: host unreachable'],
    [4, 3, 13, 'refused', '10.2.0.1 says: prohibited by a filter'],
    [4, 3, 15, 'refused', '10.2.0.1 says: destination unreachable (code 15)'],
    [4, 3, 4, 'too_big', '10.2.0.1 says: packet too big, the next link takes 1400 bytes'],
    [4, 11, 0, 'refused', '10.2.0.1 says: time exceeded: too many routers on the way'],
    [4, 11, 1, 'refused', '10.2.0.1 says: reassembly time exceeded'],
    [4, 12, 0, 'refused', '10.2.0.1 says: parameter problem (code 0)'],
    [6, 1, 0, 'refused', 'fd02::1 says: no route'],
    [6, 1, 3, 'refused', 'fd02::1 says: address unreachable'],
    [6, 1, 9, 'refused', 'fd02::1 says: destination unreachable (code 9)'],
    [6, 2, 0, 'too_big', 'fd02::1 says: packet too big, the next link takes 1400 bytes'],
    [6, 3, 0, 'refused', 'fd02::1 says: time exceeded: too many routers on the way'],
    [6, 4, 1, 'refused', 'fd02::1 says: parameter problem (code 1)'],
  ] as const
  for (const [family, type, code, outcome, detail] of cases) {
    assert.deepEqual(verdict(family, FAR[family], error(family, type, code)), { outcome, detail })
  }
})

test('what speaks of another packet, is cut off, or is no error is passed over', () => {
  for (const family of [4, 6] as const) {
    const header = HEADERS[family].length
    const unreachable = error(family, family === 4 ? 3 : 1, 1)
    for (const at of [8 + header - 1, 8 + header, 8 + header + 4, 8 + header + 7, 8 + (family === 4 ? 9 : 6)]) {
      const other = Buffer.from(unreachable)
      other.writeUInt8((other[at] ?? 0) ^ 1, at)
      assert.equal(verdict(family, FAR[family], other), undefined, `IPv${family}, byte ${at}`)
    }
    for (let length = 0; length < 8 + header + 8; length++) {
      assert.equal(verdict(family, FAR[family], unreachable.subarray(0, length)), undefined, `${length} bytes`)
    }
    assert.equal(verdict(family, FAR[family], error(family, family === 4 ? 5 : 137, 0)), undefined)
  }
})

function verdict(family: 4 | 6, from: string, message: Buffer) {
  return verdictOf(family, REQUEST[family], TO[family], from, message)
}

/** Quotes the request with its IP header. The MTU of "too big" is where each family has it. */
function error(family: 4 | 6, type: number, code: number): Buffer {
  const head = Buffer.from([type, code, 0, 0, 0, 0, 1400 >> 8, 1400 & 0xff])
  return Buffer.concat([head, HEADERS[family], REQUEST[family].subarray(0, 8)])
}
