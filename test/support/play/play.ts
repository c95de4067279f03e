/** A sequence of calls: what the model (../model) says of each, and the service answers over HTTP. */
import assert from 'node:assert/strict'
import { EMPTY, type Model, ownerOf, type Step, TENANTS, type Tenant } from '../model/model.ts'
import { expire } from '../model/peerings.ts'
import { NOBODYS_ID, PEERINGS } from '../peerings.ts'
import type { Answer, TestService } from '../service.ts'

/** The model as it is by now, and by number the ids that the service has given. */
export class Play {
  readonly calls: string[] = []
  readonly service: TestService
  model: Model = EMPTY
  readonly #ttlMs: number
  readonly #ids = new Map<number, string>()
  /** Of default tables, by the number of their VPC. */
  readonly #mainIds = new Map<number, string>()
  #made = 0

  /** `ttlMs`: how long a request waits in this service, by its clock. */
  constructor(service: TestService, ttlMs: number) {
    this.service = service
    this.#ttlMs = ttlMs
  }

  /** Time goes by, until whatever waits has waited too long. */
  expire(): void {
    this.service.clock.advance(this.#ttlMs)
    this.model = expire(this.model)
  }

  /** Fails unless the call is answered as the model says. */
  async ask(
    tenant: Tenant,
    { status, names }: Pick<Step, 'status' | 'names'>,
    method: string,
    path: string,
    body?: object,
  ): Promise<Answer['body']> {
    const data = body === undefined ? '' : ` -d '${JSON.stringify(body)}'`
    this.calls.push(`curl -X ${method} "$URL${path}" -H "X-Auth-Token: $${tenant.toUpperCase()}"${data}`)
    const answer = await this.service.ask(this.service[tenant], method, path, body)
    assert.equal(answer.status, status, `${method} ${path}: ${answer.status} and not ${status}`)
    if (names !== undefined) {
      const isNamed = names.some((key) => answer.body.error_msg.includes(this.id(key)))
      assert.ok(
        isNamed,
        `${method} ${path}: '${answer.body.error_msg}' names none of ${names.map((key) => this.id(key))}`,
      )
    }
    return answer.body
  }

  /** A call that changes what is there, as the model says. */
  async change(tenant: Tenant, step: Step, method: string, path: string, body?: object): Promise<Answer['body']> {
    const answered = await this.ask(tenant, step, method, path, body)
    this.model = step.model
    return answered
  }

  /** A call that makes something, where the model says that it does; `stepAs` is given its number. */
  async make(
    tenant: Tenant,
    stepAs: (key: number) => Step,
    path: string,
    noun: string,
    body: object,
  ): Promise<{ readonly key: number; readonly made: Answer['body'] | undefined }> {
    const key = this.#made
    const step = stepAs(key)
    const answered = await this.change(tenant, step, 'POST', path, { [noun]: body })
    if (step.status >= 300) return { key, made: undefined }
    this.see(this.number(), answered[noun].id)
    return { key, made: answered[noun] }
  }

  /** The next number, for what has been made. */
  number(): number {
    this.#made += 1
    return this.#made - 1
  }

  /** The number that the next thing will get. */
  get next(): number {
    return this.#made
  }

  /** Ids are told apart from all others when they are first seen, and stay. */
  see(key: number, id: string): void {
    const known = this.#ids.get(key)
    if (known === undefined) assert.ok(![...this.#ids.values()].includes(id), `two things have the id ${id}`)
    else assert.equal(id, known, `the id ${known} has become ${id}`)
    this.#ids.set(key, id)
  }

  seeMainTable(vpc: number, id: string): void {
    this.#mainIds.set(vpc, id)
  }

  /** One that nothing has, for a number that nothing has. */
  id(key: number): string {
    return this.#ids.get(key) ?? NOBODYS_ID
  }

  tableId(key: number): string {
    return this.#mainIds.get(key) ?? this.id(key)
  }

  ownerOf(vpc: number): Tenant {
    return ownerOf(this.model, vpc)
  }

  path(tenant: Tenant, rest: string): string {
    return `/v1/${this.service[tenant].projectId}/${rest}`
  }

  /** Everything goes, in an order in which nothing holds anything; false where a service that is broken keeps some. */
  async cleanUp(): Promise<boolean> {
    const left = await Promise.all(TENANTS.map((tenant) => this.#cleanUpOf(tenant)))
    return left.every((rows) => rows.length === 0)
  }

  async #cleanUpOf(tenant: Tenant): Promise<readonly unknown[]> {
    const who = this.service[tenant]
    const list = async (path: string, key: string): Promise<readonly Kept[]> =>
      (await this.service.ask(who, 'GET', path)).body?.[key] ?? []
    const remove = (path: string) => this.service.ask(who, 'DELETE', path)
    const [nested, tables] = [this.path(tenant, 'vpcs'), this.path(tenant, 'routetables')]
    for (const { id } of await list(PEERINGS, 'peerings')) await remove(`${PEERINGS}/${id}`)
    for (const { id, vpc_id } of await list(this.path(tenant, 'subnets'), 'subnets')) {
      await remove(`${nested}/${vpc_id}/subnets/${id}`)
    }
    for (const { id, ...table } of await list(tables, 'routetables'))
      if (!table.default) await remove(`${tables}/${id}`)
    for (const { id } of await list(nested, 'vpcs')) await remove(`${nested}/${id}`)
    return [
      ...(await list(nested, 'vpcs')),
      ...(await list(PEERINGS, 'peerings')),
      ...(await list(tables, 'routetables')),
    ]
  }
}

interface Kept {
  readonly id: string
  readonly vpc_id: string
  readonly default: boolean
}
