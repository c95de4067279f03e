/** What of the official Node SDK is about VPCs alone, and needs no second tenant: tags, quotas, v3, routers. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core'
import { v2, v3 } from '@huaweicloud/huaweicloud-sdk-vpc'
import { type Program, startProgram, temporaryFolder } from '../support/program.ts'
import { json, refusalOf } from '../support/sdk.ts'
import { readOpenrc } from '../support/service.ts'

suite('the Node SDK with VPCs', () => {
  const folder = temporaryFolder()
  let program: Program
  let projectId: string
  let vpcs: v2.VpcClient
  let vpcs3: v3.VpcClient
  before(async () => {
    program = await startProgram(folder.path)
    const { accessKey, secretKey, ...alice } = readOpenrc(folder.path, 'alice')
    projectId = alice.projectId
    const credential = () => new BasicCredentials().withAk(accessKey).withSk(secretKey).withProjectId(projectId)
    vpcs = v2.VpcClient.newBuilder().withCredential(credential()).withEndpoint(program.url).build()
    vpcs3 = v3.VpcClient.newBuilder().withCredential(credential()).withEndpoint(program.url).build()
  })
  after(async () => {
    await program[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  async function makeVpc(name: string): Promise<string> {
    const body = new v2.CreateVpcRequestBody(new v2.CreateVpcOption().withName(name).withCidr('10.0.0.0/16'))
    return (await json<{ vpc: { id: string } }>(vpcs.createVpc(new v2.CreateVpcRequest().withBody(body)))).vpc.id
  }

  test('tags are put on a VPC, replaced, read and taken off, one by one and many at once', async () => {
    const id = await makeVpc('tagged')
    const [env, team] = [new v2.ResourceTag('env', 'test'), new v2.ResourceTag('größe/蓝', 'a b')]
    const tags = async () => (await json<{ tags: object[] }>(vpcs.showVpcTags(new v2.ShowVpcTagsRequest(id)))).tags
    const create = new v2.BatchCreateVpcTagsRequestBody('create', [env, team])
    const created = vpcs.batchCreateVpcTags(new v2.BatchCreateVpcTagsRequest(id).withBody(create))
    assert.equal((await json(created)).httpStatusCode, 204)
    const one = new v2.CreateVpcResourceTagRequestBody(new v2.ResourceTag('env', 'live'))
    const put = vpcs.createVpcResourceTag(new v2.CreateVpcResourceTagRequest(id).withBody(one))
    assert.equal((await json(put)).httpStatusCode, 204)
    assert.deepEqual(await tags(), [
      { key: 'env', value: 'live' },
      { key: 'größe/蓝', value: 'a b' },
    ])
    assert.equal((await json(vpcs.deleteVpcTag(new v2.DeleteVpcTagRequest(id, 'env')))).httpStatusCode, 204)
    const remove = new v2.BatchDeleteVpcTagsRequestBody('delete', [team, new v2.ResourceTag('absent', '')])
    await vpcs.batchDeleteVpcTags(new v2.BatchDeleteVpcTagsRequest(id).withBody(remove))
    assert.deepEqual(await tags(), [])

    const bad = new v2.CreateVpcResourceTagRequestBody(new v2.ResourceTag('', 'x'))
    const refused = await refusalOf(vpcs.createVpcResourceTag(new v2.CreateVpcResourceTagRequest(id).withBody(bad)))
    assert.deepEqual([refused.httpStatusCode, refused.errorCode], [400, 'VPC.1801'])
  })

  test('quotas are listed, all or one, with what is used', async () => {
    interface Quotas {
      readonly quotas: { readonly resources: readonly { type: string; used: number; quota: number; min: number }[] }
    }
    const ask = (type?: string) =>
      json<Quotas>(vpcs.showQuota(Object.assign(new v2.ShowQuotaRequest(), type !== undefined && { type })))
    await makeVpc('counted')
    const { resources } = (await ask()).quotas
    // Every name that the SDK knows is served.
    const names = resources.map(({ type }) => type)
    for (const type of Object.values(v2.ShowQuotaRequestTypeEnum)) assert.ok(names.includes(type), type)
    const [vpc] = (await ask(v2.ShowQuotaRequestTypeEnum.VPC)).quotas.resources
    assert.deepEqual(vpc, { type: 'vpc', used: vpc?.used, quota: 150, min: 0 })
    assert.ok(vpc && vpc.used > 0)
    const refused = await refusalOf(ask('vpcs'))
    assert.deepEqual([refused.httpStatusCode, refused.errorCode], [400, 'VPC.1207'])
  })

  test('the v3 client makes, updates and deletes a VPC, and asks by dry run what would be', async () => {
    const create = (dryRun: boolean) => {
      const option = new v3.CreateVpcOption('v3 蓝', '10.3.0.0/16').withDescription('d')
      const body = new v3.CreateVpcRequestBody(option.withTags([new v3.Tag('env', 'test')])).withDryRun(dryRun)
      return json<{ vpc: VpcJson; error_code?: string }>(vpcs3.createVpc(new v3.CreateVpcRequest().withBody(body)))
    }
    const dry = await create(true)
    assert.deepEqual([dry.httpStatusCode, dry.error_code, dry.vpc.name], [202, 'SYS.0202', 'v3 蓝'])
    const { vpc, httpStatusCode } = await create(false)
    assert.deepEqual([httpStatusCode, vpc.name, vpc.description, vpc.cidr], [201, 'v3 蓝', 'd', '10.3.0.0/16'])
    assert.deepEqual(vpc.tags, [{ key: 'env', value: 'test' }])
    assert.deepEqual(vpc.cloud_resources, [{ resource_type: 'routetable', resource_count: 1 }])
    assert.match(vpc.created_at, /Z$/)
    const taken = await refusalOf(create(false))
    assert.deepEqual([taken.httpStatusCode, taken.errorCode], [400, 'VPC.0115'])

    const option = new v3.UpdateVpcOption().withName('v3 green').withDescription('')
    const update = new v3.UpdateVpcRequest(vpc.id).withBody(new v3.UpdateVpcRequestBody(option))
    const updated = await json<{ vpc: VpcJson }>(vpcs3.updateVpc(update))
    assert.deepEqual([updated.httpStatusCode, updated.vpc.name, updated.vpc.description], [200, 'v3 green', ''])
    assert.equal((await json(vpcs3.deleteVpc(new v3.DeleteVpcRequest(vpc.id)))).httpStatusCode, 204)
    const gone = await refusalOf(vpcs3.showVpc(new v3.ShowVpcRequest(vpc.id)))
    assert.deepEqual([gone.httpStatusCode, gone.errorCode], [404, 'VPC.9904'])
  })

  test('VPCs are listed and shown as native routers', async () => {
    interface RouterJson {
      readonly id: string
      readonly name: string
      readonly tenant_id: string
      readonly admin_state_up: boolean
    }
    const id = await makeVpc('as a router')
    const list = (request: v2.NeutronListRoutersRequest) =>
      json<{ routers: RouterJson[] }>(vpcs.neutronListRouters(request))
    const [router] = (await list(new v2.NeutronListRoutersRequest().withId(id))).routers
    assert.ok(router)
    assert.deepEqual(
      [router.id, router.name, router.tenant_id, router.admin_state_up],
      [id, 'as a router', projectId, true],
    )
    const filters = new v2.NeutronListRoutersRequest().withTenantId(projectId).withAdminStateUp(true)
    assert.ok((await list(filters.withStatus('ACTIVE'))).routers.some((each) => each.id === id))
    assert.deepEqual((await list(new v2.NeutronListRoutersRequest().withAdminStateUp(false))).routers, [])
    const shown = await json<{ router: RouterJson }>(vpcs.neutronShowRouter(new v2.NeutronShowRouterRequest(id)))
    assert.deepEqual(shown.router, router)
    const refused = await refusalOf(vpcs.neutronShowRouter(new v2.NeutronShowRouterRequest('a-name')))
    assert.equal(refused.httpStatusCode, 404)
  })
})

interface VpcJson {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly cidr: string
  readonly tags: readonly object[]
  readonly cloud_resources: readonly object[]
  readonly created_at: string
}
