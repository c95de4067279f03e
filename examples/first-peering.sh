#!/usr/bin/env bash
# A first peering with curl and jq: alice asks, bob accepts. The argument is the service's data folder.
set -euo pipefail
data=${1:-./causeway-data}
login='{auth: {identity: {methods: ["password"], password: {user: {name: env.OS_USERNAME, password: env.OS_PASSWORD,
  domain: {name: env.OS_USER_DOMAIN_NAME}}}}, scope: {project: {id: env.OS_PROJECT_ID}}}}'
json='Content-Type: application/json'

as() ( # as WHO METHOD PATH [BODY]: one call by alice or by bob, with a token of their own
  source "$data/$1.openrc"
  token=$(jq -n "$login" | curl -sSf -H "$json" -d @- -D - -o /dev/null "$OS_AUTH_URL/auth/tokens" |
    awk -F '[ \r]' '/^x-subject-token/ {print $2}')
  curl -sSf -X "$2" "$CAUSEWAY_URL${3/PROJECT/$OS_PROJECT_ID}" -H "X-Auth-Token: $token" -H "$json" ${4:+-d "$4"}
)

orchard=$(as alice POST /v1/PROJECT/vpcs '{"vpc": {"cidr": "10.1.0.0/16"}}' | jq '.vpc | {vpc_id: .id, tenant_id}')
bakery=$(as bob POST /v1/PROJECT/vpcs '{"vpc": {"cidr": "10.2.0.0/16"}}' | jq '.vpc | {vpc_id: .id, tenant_id}')

peering="{\"name\": \"apples for pies\", \"request_vpc_info\": $orchard, \"accept_vpc_info\": $bakery}"
as alice POST /v2.0/vpc/peerings "{\"peering\": $peering}" | jq -r '.peering | "alice asks for \(.name): \(.status)"'
id=$(as bob GET '/v2.0/vpc/peerings?status=PENDING_ACCEPTANCE' | jq -r '.peerings[-1].id')
as bob PUT "/v2.0/vpc/peerings/$id/accept" | jq -r '"bob accepts \(.name): \(.status)"'

for who in alice bob; do as $who GET "/v2.0/vpc/peerings/$id" | jq -r "\"$who sees \(.peering.status)\""; done
