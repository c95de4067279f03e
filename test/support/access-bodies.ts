/** Bodies for test/integration/access.test.ts that need no object of their own; `name` is a fresh one. */
const EXTRA_BLOCKS = { vpc: { extend_cidrs: ['23.8.0.0/16'] } }

export const ACCESS_BODIES: Readonly<Record<string, (name: string) => unknown>> = {
  'POST /v3/domains': (name) => ({ domain: { name } }),
  'POST /v3/projects': (name) => ({ project: { name } }),
  'POST /v3/users': (name) => ({ user: { name, password: 'a-long-password' } }),
  'PATCH /v3/users/{user_id}': () => ({ user: { enabled: true } }),
  'PUT /v2.0/vpc/peerings/{id}': (name) => ({ peering: { name } }),
  'POST /v1/{project_id}/vpcs': (name) => ({ vpc: { name } }),
  'PUT /v1/{project_id}/vpcs/{vpc_id}': (name) => ({ vpc: { name } }),
  'POST /v3/{project_id}/vpc/vpcs': (name) => ({ vpc: { name, cidr: '10.0.0.0/16' } }),
  'PUT /v3/{project_id}/vpc/vpcs/{vpc_id}': (name) => ({ vpc: { name } }),
  'PUT /v3/{project_id}/vpc/vpcs/{vpc_id}/add-extend-cidr': () => EXTRA_BLOCKS,
  'PUT /v3/{project_id}/vpc/vpcs/{vpc_id}/remove-extend-cidr': () => EXTRA_BLOCKS,
  'PUT /v1/{project_id}/vpcs/{vpc_id}/subnets/{subnet_id}': (name) => ({ subnet: { name } }),
  'PUT /v1/{project_id}/ports/{port_id}': (name) => ({ port: { name } }),
  'PUT /v1/{project_id}/routetables/{routetable_id}': (name) => ({ routetable: { name } }),
  'POST /v2.0/{project_id}/vpcs/{vpc_id}/tags': (name) => ({ tag: { key: 'k', value: name } }),
  'POST /v2.0/{project_id}/subnets/{subnet_id}/tags': (name) => ({ tag: { key: 'k', value: name } }),
  'POST /v2.0/{project_id}/vpcs/{vpc_id}/tags/action': (name) => ({
    ...{ action: 'create', tags: [{ key: 'k', value: name }] },
  }),
  'POST /v2.0/{project_id}/subnets/{subnet_id}/tags/action': (name) => ({
    ...{ action: 'create', tags: [{ key: 'k', value: name }] },
  }),
  'PUT /causeway/v1/ports/{port_id}/attachment': () => ({ netns: 'web' }),
  'PUT /causeway/v1/peerings/{id}': () => ({ protected: true }),
  'PUT /causeway/v1/vpcs/{vpc_id}/acceptance': () => ({ acceptance: { rules: [{ action: 'ask' }] } }),
  'PUT /causeway/v1/projects/{target_id}/quotas': () => ({ quotas: { vpc: -1 } }),
}
