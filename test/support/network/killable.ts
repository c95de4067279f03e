/** A service in a process of its own, with a real network, that can be killed and started again. */
import { dump } from '../dump.ts'
import { type Program, startProgram } from '../program.ts'
import { logIn, type Person, readOpenrc, send, type TestService } from '../service.ts'

export interface Killable extends Pick<TestService, 'ask' | 'makeVpc' | 'alice' | 'bob' | 'admin'>, AsyncDisposable {
  readonly folder: string
  readonly instance: string
  /** Kills the process and no other; resolves when it is gone. */
  kill(): Promise<void>
  /** Starts it again, on the same folder; tokens stay good. */
  start(): Promise<void>
}

export async function startKillable(folder: string): Promise<Killable> {
  const settings = { CAUSEWAY_DATAPLANE: 'netns' }
  let program: Program = await startProgram(folder, settings)
  const person = (name: string): Promise<Person> => logIn(program.url, readOpenrc(folder, name))
  const people = { alice: await person('alice'), bob: await person('bob'), admin: await person('admin') }
  const ask: TestService['ask'] = (who, method, path, body) =>
    send(program.url, method, path, body, who ? { 'x-auth-token': who.token } : {})
  return {
    ...people,
    ...{ folder, ask, instance: instanceIn(folder) },
    async makeVpc(who, name, cidr) {
      const { status, body } = await ask(who, 'POST', `/v1/${who.projectId}/vpcs`, { vpc: { name, cidr } })
      if (status !== 200) throw new Error(`no VPC: ${JSON.stringify(body)}`)
      return body.vpc.id
    },
    async kill() {
      await program.stop('SIGKILL')
    },
    async start() {
      program = await startProgram(folder, settings)
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}

function instanceIn(folder: string): string {
  const settings = (dump(folder).setting ?? []) as readonly { readonly name: string; readonly value: string }[]
  const instance = settings.find(({ name }) => name === 'instance')?.value
  if (instance === undefined) throw new Error('the service has drawn no instance')
  return instance
}
