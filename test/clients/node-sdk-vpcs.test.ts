/** What of the official Node SDK is about VPCs alone, and needs no second tenant: tags, quotas. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core'
import { v2 } from '@huaweicloud/huaweicloud-sdk-vpc'
import { type Program, startProgram, temporaryFolder } from '../support/program.ts'
import { json, refusalOf } from '../support/sdk.ts'
import { readOpenrc } from '../support/service.ts'

suite('the Node SDK with VPCs', () => {
  const folder = temporaryFolder()
  let program: Program
  let projectId: string
  let vpcs: v2.VpcClient
  before(async () => {
    program = await startProgram(folder.path)
    const { accessKey, secretKey, ...alice } = readOpenrc(folder.path, 'alice')
    projectId = alice.projectId
    const credential = () => new BasicCredentials().withAk(accessKey).withSk(secretKey).withProjectId(projectId)
    vpcs = v2.VpcClient.newBuilder().withCredential(credential()).withEndpoint(program.url).build()
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
})
