/**
 * The official Node SDK where it asks who somebody is: the project that its VPC client looks up by the region, and
 * those calls of its IAM client (v3) that the service serves.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { BasicCredentials, GlobalCredentials, Region } from '@huaweicloud/huaweicloud-sdk-core'
// Not by the package's own name: its entry loads v5, which names a file that it was published without.
import * as iam from '@huaweicloud/huaweicloud-sdk-iam/v3/public-api.js'
import { v2 } from '@huaweicloud/huaweicloud-sdk-vpc'
import { type Program, readVariables, startProgram, temporaryFolder } from '../support/program.ts'
import { type AccessKey, json, refusalOf, tenantOf } from '../support/sdk.ts'

const REGION = 'region-1'

interface Named {
  readonly id: string
  readonly name: string
}
interface KeyJson {
  readonly access: string
  readonly secret?: string
  readonly user_id: string
  readonly status: string
  readonly create_time: string
}
interface TokenJson {
  readonly token: { readonly user: Named; readonly project?: Named; readonly domain?: Named }
  readonly 'X-Subject-Token': string
}

suite('the Node SDK and identity', () => {
  const folder = temporaryFolder()
  let program: Program
  before(async () => {
    program = await startProgram(folder.path)
  })
  after(async () => {
    await program[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  const variable = (who: string, name: string) => String(readVariables(folder.path, who)[name])

  function keyOf(who: string): AccessKey {
    return {
      accessKey: variable(who, 'HUAWEICLOUD_SDK_AK'),
      secretKey: variable(who, 'HUAWEICLOUD_SDK_SK'),
      projectId: variable(who, 'HUAWEICLOUD_SDK_PROJECT_ID'),
    }
  }

  function iamClient({ accessKey, secretKey }: AccessKey): iam.IamClient {
    const credential = new GlobalCredentials().withAk(accessKey).withSk(secretKey)
    return iam.IamClient.newBuilder().withCredential(credential).withEndpoint(program.url).build()
  }

  /** A client that is told its region and not its project. */
  function vpcClientIn(region: string, { accessKey, secretKey }: Omit<AccessKey, 'projectId'>): v2.VpcClient {
    const credential = new BasicCredentials().withAk(accessKey).withSk(secretKey).withIamEndpoint(program.url)
    return v2.VpcClient.newBuilder().withCredential(credential).withRegion(new Region(region, program.url)).build()
  }

  const idOf = async (who: string) => {
    const { users } = await json<{ users: Named[] }>(
      iamClient(keyOf(who)).keystoneListUsers(Object.assign(new iam.KeystoneListUsersRequest(), { name: who })),
    )
    assert.equal(users.length, 1)
    return String(users[0]?.id)
  }

  test('a region without a project id: the SDK looks the project up by the name of the region', async () => {
    const option = new v2.CreateVpcOption().withName('found by region')
    const request = new v2.CreateVpcRequest().withBody(new v2.CreateVpcRequestBody(option))
    const { vpc } = await json<{ vpc: { tenant_id: string } }>(vpcClientIn(REGION, keyOf('alice')).createVpc(request))
    assert.equal(vpc.tenant_id, variable('alice', 'OS_PROJECT_ID'))
    const { vpcs } = await json<{ vpcs: Named[] }>(vpcClientIn(REGION, keyOf('bob')).listVpcs(new v2.ListVpcsRequest()))
    assert.deepEqual(vpcs, [], "bob's client finds bob's project")
  })

  test('a region that is not there: the SDK says so, and makes no project for it', async () => {
    const list = vpcClientIn('atlantis', keyOf('bob')).listVpcs(new v2.ListVpcsRequest())
    await assert.rejects(list, /the region input is not supported/)
    const { projects } = await json<{ projects: Named[] }>(iamClient(keyOf('bob')).keystoneListAuthProjects())
    assert.equal(projects.length, 1)
  })

  test('a wrong secret key in the look-up is a 401 that says so', async () => {
    const thief = { accessKey: variable('admin', 'OS_ACCESS_KEY'), secretKey: 'x'.repeat(40) }
    const refused = await refusalOf(vpcClientIn(REGION, thief).listVpcs(new v2.ListVpcsRequest()))
    assert.equal(refused.httpStatusCode, 401)
    assert.match(refused.errorMsg, /signature/)
  })

  test('the IAM client lists the domain, the projects, the users and the regions that are one’s own', async () => {
    const client = iamClient(keyOf('alice'))
    const names = (list: readonly Named[]) => list.map(({ name }) => name)
    const { domains } = await json<{ domains: Named[] }>(client.keystoneListAuthDomains())
    assert.deepEqual(names(domains), ['alpha'])
    const own = { id: variable('alice', 'OS_PROJECT_ID'), name: REGION }
    const asked = Object.assign(new iam.KeystoneListProjectsRequest(), { name: REGION })
    for (const call of [client.keystoneListAuthProjects(), client.keystoneListProjects(asked)]) {
      const { projects } = await json<{ projects: Named[] }>(call)
      assert.deepEqual(
        projects.map(({ id, name }) => ({ id, name })),
        [own],
      )
    }
    const { users } = await json<{ users: Named[] }>(client.keystoneListUsers(new iam.KeystoneListUsersRequest()))
    assert.deepEqual(names(users), ['alice'])
    const { regions } = await json<{ regions: { id: string; type: string }[] }>(client.keystoneListRegions())
    assert.deepEqual(
      regions.map(({ id, type }) => [id, type]),
      [[REGION, 'public']],
    )
    const { catalog } = await json<{ catalog: { type: string }[] }>(client.keystoneShowCatalog())
    assert.deepEqual(catalog.map(({ type }) => type).sort(), ['identity', 'network', 'vpc'])
  })

  test('a global credential without a domain id: the SDK looks the domain up, and the calls go through', async () => {
    const { accessKey, secretKey } = keyOf('alice')
    const credential = new GlobalCredentials().withAk(accessKey).withSk(secretKey).withIamEndpoint(program.url)
    const region = new Region(REGION, program.url)
    const client = iam.IamClient.newBuilder().withCredential(credential).withRegion(region).build()
    const { users } = await json<{ users: Named[] }>(client.keystoneListUsers(new iam.KeystoneListUsersRequest()))
    assert.deepEqual(
      users.map(({ name }) => name),
      ['alice'],
    )
  })

  test('a token by password, with the project and with the domain as its scope, and its validation', async () => {
    const client = iamClient(keyOf('alice'))
    const user = new iam.PwdPasswordUser(
      new iam.PwdPasswordUserDomain('alpha'),
      'alice',
      variable('alice', 'OS_PASSWORD'),
    )
    const logIn = (scope: iam.AuthScope, by = user) => {
      const auth = new iam.PwdAuth(new iam.PwdIdentity(['password'], new iam.PwdPassword(by)), scope)
      const body = new iam.KeystoneCreateUserTokenByPasswordRequestBody(auth)
      return json<TokenJson>(
        client.keystoneCreateUserTokenByPassword(new iam.KeystoneCreateUserTokenByPasswordRequest().withBody(body)),
      )
    }
    const inProject = new iam.AuthScope().withProject(new iam.AuthScopeProject().withName(REGION))
    const scoped = await logIn(inProject)
    assert.deepEqual([scoped.httpStatusCode, scoped.token.user.name], [201, 'alice'])
    assert.equal(scoped.token.project?.id, variable('alice', 'OS_PROJECT_ID'))
    const inDomain = await logIn(new iam.AuthScope().withDomain(new iam.AuthScopeDomain().withName('alpha')))
    assert.deepEqual([inDomain.token.project, inDomain.token.domain?.name], [undefined, 'alpha'])

    const text = scoped['X-Subject-Token']
    const validated = await json<TokenJson>(client.keystoneValidateToken(new iam.KeystoneValidateTokenRequest(text)))
    assert.deepEqual(validated.token, scoped.token)

    const listed = await fetch(`${program.url}/v2.0/vpc/peerings`, { headers: { 'x-auth-token': text } })
    assert.equal(listed.status, 200, 'the token is one that works')
    const wrong = new iam.PwdPasswordUser(new iam.PwdPasswordUserDomain('alpha'), 'alice', 'not her password')
    const refused = await refusalOf(logIn(inProject, wrong))
    assert.deepEqual([refused.httpStatusCode, refused.errorCode], [401, 401])
    assert.match(refused.errorMsg, /requires authentication/)
  })

  test('an access key is created, told once, good for signing, listed, deleted and then good for nothing', async () => {
    const client = iamClient(keyOf('alice'))
    const body = new iam.CreatePermanentAccessKeyRequestBody(new iam.CreateCredentialOption(await idOf('alice')))
    const { credential, httpStatusCode } = await json<{ credential: KeyJson }>(
      client.createPermanentAccessKey(new iam.CreatePermanentAccessKeyRequest().withBody(body)),
    )
    assert.deepEqual([httpStatusCode, credential.status], [201, 'active'])
    const { access, secret = '' } = credential
    assert.ok(secret.length >= 40)

    const { projectId } = keyOf('alice')
    const second = tenantOf(program.url, { accessKey: access, secretKey: secret, projectId })
    assert.equal((await second.listPeerings()).httpStatusCode, 200)
    const list = () =>
      json<{ credentials: KeyJson[] }>(client.listPermanentAccessKeys(new iam.ListPermanentAccessKeysRequest()))
    const { credentials } = await list()
    assert.deepEqual(credentials.map((key) => key.access).sort(), [access, variable('alice', 'OS_ACCESS_KEY')].sort())
    assert.ok(credentials.every((key) => key.secret === undefined))

    const foreign = iamClient(keyOf('bob')).deletePermanentAccessKey(new iam.DeletePermanentAccessKeyRequest(access))
    assert.equal((await refusalOf(foreign)).httpStatusCode, 404)
    const deleted = await client.deletePermanentAccessKey(new iam.DeletePermanentAccessKeyRequest(access))
    assert.equal(deleted.httpStatusCode, 204)
    assert.equal((await list()).credentials.length, 1)
    assert.equal((await refusalOf(second.listPeerings())).httpStatusCode, 401)
  })

  test('only the admin adds a user and a project, and the user they add can work', async () => {
    const user = (name: string, domainId: string) => {
      const option = new iam.KeystoneCreateUserOption(name).withDomainId(domainId).withPassword('Long-enough-1234')
      return new iam.KeystoneCreateUserRequest().withBody(new iam.KeystoneCreateUserRequestBody(option))
    }
    const project = (name: string, domainId: string) => {
      const option = new iam.KeystoneCreateProjectOption(name, domainId).withDomainId(domainId)
      return new iam.KeystoneCreateProjectRequest().withBody(new iam.KeystoneCreateProjectRequestBody(option))
    }
    const alice = iamClient(keyOf('alice'))
    const { domains } = await json<{ domains: Named[] }>(alice.keystoneListAuthDomains())
    const alpha = String(domains[0]?.id)
    for (const call of [
      alice.keystoneCreateUser(user('ann', alpha)),
      alice.keystoneCreateProject(project('x', alpha)),
    ]) {
      assert.equal((await refusalOf(call)).httpStatusCode, 403)
    }
    const admin = iamClient(keyOf('admin'))
    const ann = (await json<{ user: Named }>(admin.keystoneCreateUser(user('ann', alpha)))).user
    const made = (await json<{ project: Named }>(admin.keystoneCreateProject(project('region-1_lab', alpha)))).project
    const body = new iam.CreatePermanentAccessKeyRequestBody(new iam.CreateCredentialOption(ann.id))
    const { credential } = await json<{ credential: KeyJson }>(
      admin.createPermanentAccessKey(new iam.CreatePermanentAccessKeyRequest().withBody(body)),
    )
    const key = { accessKey: credential.access, secretKey: String(credential.secret), projectId: made.id }
    const { vpc } = await tenantOf(program.url, key).createVpc('lab', '10.0.0.0/16')
    assert.equal(vpc.tenant_id, made.id)
  })
})
