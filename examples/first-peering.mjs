// A first peering with the official SDK: alice asks, bob accepts. The argument is the service's data folder.
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core'
import { VpcClient } from '@huaweicloud/huaweicloud-sdk-vpc'

const [alice, bob] = ['alice', 'bob'].map((name) => {
  const my = parseEnv(readFileSync(`${process.argv[2] ?? './causeway-data'}/${name}.openrc`, 'utf8'))
  const key = new BasicCredentials().withAk(my.HUAWEICLOUD_SDK_AK).withSk(my.HUAWEICLOUD_SDK_SK)
  const credential = key.withProjectId(my.HUAWEICLOUD_SDK_PROJECT_ID)
  return VpcClient.newBuilder().withCredential(credential).withEndpoint(my.CAUSEWAY_URL).build()
})

const { vpc: orchard } = await alice.createVpc({ body: { vpc: { cidr: '10.1.0.0/16' } } })
const { vpc: bakery } = await bob.createVpc({ body: { vpc: { cidr: '10.2.0.0/16' } } })
const [request_vpc_info, accept_vpc_info] = [orchard, bakery].map(({ id, tenant_id }) => ({ vpc_id: id, tenant_id }))

const peering = { name: 'apples for pies', request_vpc_info, accept_vpc_info }
const { peering: asked } = await alice.createVpcPeering({ body: { peering } })
console.log(`alice asks for ${asked.name}: ${asked.status}`)
const { peerings } = await bob.listVpcPeerings({ status: 'PENDING_ACCEPTANCE' })
const accepted = await bob.acceptVpcPeering({ peering_id: peerings.at(-1).id })
console.log(`bob accepts ${accepted.name}: ${accepted.status}`)

for (const [who, client] of Object.entries({ alice, bob })) {
  const { peering } = await client.showVpcPeering({ peering_id: accepted.id })
  console.log(`${who} sees ${peering.status}`)
}
