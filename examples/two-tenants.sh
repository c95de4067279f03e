#!/usr/bin/env bash
# Two tenants, from nothing to routed VPCs and back, with curl and jq only: a plan that warns, a way there and a way
# back, a deletion that cleans both sides. The argument is the service's data folder.
set -euo pipefail
data=${1:-./causeway-data}
login='{auth: {identity: {methods: ["password"], password: {user: {name: env.OS_USERNAME, password: env.OS_PASSWORD,
  domain: {name: env.OS_USER_DOMAIN_NAME}}}}, scope: {project: {id: env.OS_PROJECT_ID}}}}'
json='Content-Type: application/json'

declare -A token project
for who in alice bob; do
  source "$data/$who.openrc"
  project[$who]=$OS_PROJECT_ID
  token[$who]=$(jq -n "$login" | curl -sSf -H "$json" -d @- -D - -o /dev/null "$OS_AUTH_URL/auth/tokens" |
    awk -F '[ \r]' '/^x-subject-token/ {print $2}')
done

as() { # as WHO METHOD PATH [BODY]: one call; PROJECT in the path is the caller's own
  curl -sSf -X "$2" "$CAUSEWAY_URL${3/PROJECT/${project[$1]}}" -H "X-Auth-Token: ${token[$1]}" -H "$json" ${4:+-d "$4"}
}
vpc() { # vpc WHO CIDR: a VPC with one subnet; gives its id
  local id
  id=$(as "$1" POST /v1/PROJECT/vpcs "{\"vpc\": {\"cidr\": \"$2\"}}" | jq -r .vpc.id)
  as "$1" POST /v1/PROJECT/subnets "{\"subnet\": {\"name\": \"one\", \"vpc_id\": \"$id\",
    \"cidr\": \"${2%.0.0/16}.1.0/24\", \"gateway_ip\": \"${2%.0.0/16}.1.1\"}}" >/dev/null
  echo "$id"
}
gone() { # gone WHO VPC: the VPC and its subnets
  local subnet
  for subnet in $(as "$1" GET "/v1/PROJECT/subnets?vpc_id=$2" | jq -r '.subnets[].id'); do
    as "$1" DELETE "/v1/PROJECT/vpcs/$2/subnets/$subnet"
  done
  as "$1" DELETE "/v1/PROJECT/vpcs/$2"
}
plan() { # plan: what a peering of alice's VPC with bob's would meet
  as alice POST /causeway/v1/plan "{\"create_peering\": $sides}" | jq -r '.plan |
    if .findings == [] then "the plan has nothing against it: \(.status)" else .findings[] | "the plan warns: \(.message)" end'
}
sides() { # sides VPC VPC: hers and his, as a peering names them
  echo "{\"request_vpc_info\": {\"vpc_id\": \"$1\"}, \"accept_vpc_info\": {\"vpc_id\": \"$2\", \"tenant_id\": \"${project[bob]}\"}}"
}
route() { # route WHO VPC CIDR: through the peering; says what the route comes to
  as "$1" POST /v2.0/vpc/routes \
    "{\"route\": {\"type\": \"peering\", \"nexthop\": \"$peering\", \"vpc_id\": \"$2\", \"destination\": \"$3\"}}" >/dev/null
  as "$1" GET "/causeway/v1/peerings/$peering/routes" |
    jq -r --arg who "$1" '.peering_routes | (.requester, .accepter).routes[]? | "\($who) routes \(.destination): \(.state)"'
}
left() { # left: how many routes lead through the peering
  for who in alice bob; do
    as $who GET /v2.0/vpc/routes |
      jq -r --arg who $who --arg via "$peering" '[.routes[] | select(.nexthop == $via)] | "\($who) has \(length) routes through it"'
  done
}

orchard=$(vpc alice 10.1.0.0/16)
clash=$(vpc bob 10.1.0.0/16)
sides=$(sides "$orchard" "$clash") && plan
gone bob "$clash"

bakery=$(vpc bob 10.2.0.0/16)
sides=$(sides "$orchard" "$bakery") && plan
asked=$(jq -n --argjson sides "$sides" '{peering: ({name: "apples for pies"} + $sides)}')
peering=$(as alice POST /v2.0/vpc/peerings "$asked" | jq -r .peering.id)
as bob PUT "/v2.0/vpc/peerings/$peering/accept" | jq -r '"bob accepts \(.name): \(.status)"'
route alice "$orchard" 10.2.0.0/16
route bob "$bakery" 10.1.0.0/16
left
as alice DELETE "/v2.0/vpc/peerings/$peering" && echo 'alice deletes the peering'
left
gone alice "$orchard"
gone bob "$bakery"
