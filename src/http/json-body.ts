/**
 * JSON as a service must read it. JSON.parse decides what is valid; what it lets pass and a service must not (a member
 * given twice, `__proto__`, absurd depth, bytes that are not UTF-8) is refused here, with the place.
 */
import { visit } from 'jsonc-parser'
import { Refusal } from '../rules/refusal.ts'

/** Objects and arrays inside one another; the deepest published body has six. */
const MAX_DEPTH = 32

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The value, or the refusal `malformed_body` that says what is wrong and where. */
export function parseJsonBody(body: Uint8Array): unknown {
  if (body.length === 0) throw malformed('the body is empty; a JSON object is expected')
  const text = decode(body)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw malformed(`the body is not valid JSON (${error instanceof Error ? error.message : String(error)})`)
  }
  refuseTraps(text)
  return value
}

function decode(body: Uint8Array): string {
  try {
    return utf8.decode(body)
  } catch {
    throw malformed('the body is not valid UTF-8')
  }
}

function refuseTraps(text: string): void {
  const open: (Set<string> | undefined)[] = []
  const enter = (names: Set<string> | undefined): void => {
    // The visitor recurses, so that this bound also keeps it from overflowing the stack.
    if (open.length === MAX_DEPTH) throw malformed(`the body is nested deeper than ${MAX_DEPTH} levels`)
    open.push(names)
  }
  visit(text, {
    onObjectBegin: () => enter(new Set()),
    onArrayBegin: () => enter(undefined),
    onObjectEnd: () => void open.pop(),
    onArrayEnd: () => void open.pop(),
    onObjectProperty: (name) => {
      const names = open.at(-1)
      if (name === '__proto__') throw malformed("the body has a member '__proto__'")
      if (names?.has(name)) throw malformed(`the body has the member '${name}' twice in one object`)
      names?.add(name)
    },
  })
}

function malformed(reason: string): Refusal {
  return new Refusal('malformed_body', `Malformed request: ${reason}.`)
}
