/** Who may ask what, for test/integration/access.test.ts: its rows are the proof's, and a new route takes one. */

/** The callers, in the order of the table. */
export const COLUMNS = [
  ...['nobody', 'bad', 'expired', 'revoked', 'forged'],
  ...['alice', 'signed', 'domain', 'unscoped', 'bob', 'eve', 'admin'],
]

/**
 * One line per route and object, with the status for each caller: nobody; a bad token, one that is 24 hours old, one
 * that was taken back; a forged signature; alice by a token, by a signature, by a token scoped to her domain, by one
 * scoped to nothing; bob, eve, admin. Everything is alice's (`hers`), and bob is the accepter of the peerings. A VPC is
 * asked for in her project, or (`in-own`) in the caller's; a router is her VPC (`vpc`).
 */
const ACCESS_TABLE = `
                                                                      nob bad exp rev for  ali sig dom uns  bob eve adm
GET    /                                                     -        200 200 200 200 200  200 200 200 200  200 200 200
GET    /v2.0                                                 -        200 200 200 200 200  200 200 200 200  200 200 200
GET    /v3                                                   -        200 200 200 200 200  200 200 200 200  200 200 200
GET    /healthz                                              -        200 200 200 200 200  200 200 200 200  200 200 200
GET    /readyz                                               -        200 200 200 200 200  200 200 200 200  200 200 200
GET    /metrics                                              -        200 200 200 200 200  200 200 200 200  200 200 200
POST   /v3/auth/tokens                                       -        201 201 201 201 201  201 201 201 201  201 201 201
GET    /v3/auth/tokens                                       hers     401 401 401 401 401  200 200 200 200  404 404 200
DELETE /v3/auth/tokens                                       hers     401 401 401 401 401  204 204 204 204  404 404 204
GET    /v3/auth/catalog                                      -        401 401 401 401 401  200 200 200 200  200 200 200
GET    /v3/auth/projects                                     -        401 401 401 401 401  200 200 200 200  200 200 200
GET    /v3/auth/domains                                      -        401 401 401 401 401  200 200 200 200  200 200 200
GET    /v3/domains                                           -        401 401 401 401 401  403 403 403 403  403 403 200
POST   /v3/domains                                           -        401 401 401 401 401  403 403 403 403  403 403 201
GET    /v3/projects                                          hers     401 401 401 401 401  200 200 200 200  404 404 200
POST   /v3/projects                                          -        401 401 401 401 401  403 403 403 403  403 403 201
GET    /v3/users                                             hers     401 401 401 401 401  200 200 200 200  404 404 200
POST   /v3/users                                             -        401 401 401 401 401  403 403 403 403  403 403 201
PATCH  /v3/users/{user_id}                                   hers     401 401 401 401 401  403 403 403 403  403 403 200
GET    /v3/regions                                           -        401 401 401 401 401  200 200 200 200  200 200 200
GET    /v3.0/OS-CREDENTIAL/credentials                       hers     401 401 401 401 401  200 200 200 200  403 403 200
POST   /v3.0/OS-CREDENTIAL/credentials                       hers     401 401 401 401 401  201 201 201 201  403 403 201
DELETE /v3.0/OS-CREDENTIAL/credentials/{access_key}          hers     401 401 401 401 401  204 204 204 204  404 404 204
GET    /v2.0/vpc/peerings                                    -        401 401 401 401 401  200 200 403 403  200 200 200
POST   /v2.0/vpc/peerings                                    hers     401 401 401 401 401  201 201 403 403  400 400 201
GET    /v2.0/vpc/peerings/{id}                               PENDING  401 401 401 401 401  200 200 403 403  200 404 200
GET    /v2.0/vpc/peerings/{id}                               ACTIVE   401 401 401 401 401  200 200 403 403  200 404 200
PUT    /v2.0/vpc/peerings/{id}                               PENDING  401 401 401 401 401  200 200 403 403  200 404 200
PUT    /v2.0/vpc/peerings/{id}                               ACTIVE   401 401 401 401 401  200 200 403 403  200 404 200
DELETE /v2.0/vpc/peerings/{id}                               PENDING  401 401 401 401 401  204 204 403 403  204 404 204
DELETE /v2.0/vpc/peerings/{id}                               ACTIVE   401 401 401 401 401  204 204 403 403  204 404 204
PUT    /v2.0/vpc/peerings/{id}/accept                        PENDING  401 401 401 401 401  403 403 403 403  200 404 200
PUT    /v2.0/vpc/peerings/{id}/accept                        ACTIVE   401 401 401 401 401  403 403 403 403  409 404 409
PUT    /v2.0/vpc/peerings/{id}/reject                        PENDING  401 401 401 401 401  403 403 403 403  200 404 200
PUT    /v2.0/vpc/peerings/{id}/reject                        ACTIVE   401 401 401 401 401  403 403 403 403  409 404 409
GET    /v1/{project_id}/vpcs                                 hers     401 401 401 401 401  200 200 403 403  400 400 200
POST   /v1/{project_id}/vpcs                                 hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v1/{project_id}/vpcs/{vpc_id}                        hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v1/{project_id}/vpcs/{vpc_id}                        in-own   401 401 401 401 401  200 200 403 403  404 404 404
PUT    /v1/{project_id}/vpcs/{vpc_id}                        hers     401 401 401 401 401  200 200 403 403  400 400 200
PUT    /v1/{project_id}/vpcs/{vpc_id}                        in-own   401 401 401 401 401  200 200 403 403  404 404 404
DELETE /v1/{project_id}/vpcs/{vpc_id}                        hers     401 401 401 401 401  204 204 403 403  400 400 204
DELETE /v1/{project_id}/vpcs/{vpc_id}                        in-own   401 401 401 401 401  204 204 403 403  404 404 404
GET    /v2.0/{project_id}/vpcs/{vpc_id}/tags                 hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v2.0/{project_id}/vpcs/{vpc_id}/tags                 in-own   401 401 401 401 401  200 200 403 403  404 404 404
POST   /v2.0/{project_id}/vpcs/{vpc_id}/tags                 hers     401 401 401 401 401  204 204 403 403  400 400 204
POST   /v2.0/{project_id}/vpcs/{vpc_id}/tags                 in-own   401 401 401 401 401  204 204 403 403  404 404 404
POST   /v2.0/{project_id}/vpcs/{vpc_id}/tags/action          hers     401 401 401 401 401  204 204 403 403  400 400 204
POST   /v2.0/{project_id}/vpcs/{vpc_id}/tags/action          in-own   401 401 401 401 401  204 204 403 403  404 404 404
DELETE /v2.0/{project_id}/vpcs/{vpc_id}/tags/{key}           hers     401 401 401 401 401  204 204 403 403  400 400 204
DELETE /v2.0/{project_id}/vpcs/{vpc_id}/tags/{key}           in-own   401 401 401 401 401  204 204 403 403  404 404 404
GET    /v2.0/{project_id}/subnets/{subnet_id}/tags           hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v2.0/{project_id}/subnets/{subnet_id}/tags           in-own   401 401 401 401 401  200 200 403 403  404 404 404
POST   /v2.0/{project_id}/subnets/{subnet_id}/tags           hers     401 401 401 401 401  204 204 403 403  400 400 204
POST   /v2.0/{project_id}/subnets/{subnet_id}/tags           in-own   401 401 401 401 401  204 204 403 403  404 404 404
POST   /v2.0/{project_id}/subnets/{subnet_id}/tags/action    hers     401 401 401 401 401  204 204 403 403  400 400 204
POST   /v2.0/{project_id}/subnets/{subnet_id}/tags/action    in-own   401 401 401 401 401  204 204 403 403  404 404 404
DELETE /v2.0/{project_id}/subnets/{subnet_id}/tags/{key}     hers     401 401 401 401 401  204 204 403 403  400 400 204
DELETE /v2.0/{project_id}/subnets/{subnet_id}/tags/{key}     in-own   401 401 401 401 401  204 204 403 403  404 404 404
GET    /v3/{project_id}/vpc/vpcs                             hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v3/{project_id}/vpc/vpcs/{vpc_id}                    hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v3/{project_id}/vpc/vpcs/{vpc_id}                    in-own   401 401 401 401 401  200 200 403 403  404 404 404
POST   /v3/{project_id}/vpc/vpcs                             hers     401 401 401 401 401  201 201 403 403  400 400 201
PUT    /v3/{project_id}/vpc/vpcs/{vpc_id}                    hers     401 401 401 401 401  200 200 403 403  400 400 200
PUT    /v3/{project_id}/vpc/vpcs/{vpc_id}                    in-own   401 401 401 401 401  200 200 403 403  404 404 404
DELETE /v3/{project_id}/vpc/vpcs/{vpc_id}                    hers     401 401 401 401 401  204 204 403 403  400 400 204
DELETE /v3/{project_id}/vpc/vpcs/{vpc_id}                    in-own   401 401 401 401 401  204 204 403 403  404 404 404
PUT    /v3/{project_id}/vpc/vpcs/{vpc_id}/add-extend-cidr    hers     401 401 401 401 401  200 200 403 403  400 400 200
PUT    /v3/{project_id}/vpc/vpcs/{vpc_id}/add-extend-cidr    in-own   401 401 401 401 401  200 200 403 403  404 404 404
PUT    /v3/{project_id}/vpc/vpcs/{vpc_id}/remove-extend-cidr hers     401 401 401 401 401  200 200 403 403  400 400 200
PUT    /v3/{project_id}/vpc/vpcs/{vpc_id}/remove-extend-cidr in-own   401 401 401 401 401  200 200 403 403  404 404 404
GET    /v1/{project_id}/subnets                              hers     401 401 401 401 401  200 200 403 403  400 400 200
POST   /v1/{project_id}/subnets                              hers     401 401 401 401 401  200 200 403 403  400 400 200
POST   /v1/{project_id}/subnets                              in-own   401 401 401 401 401  200 200 403 403  404 404 404
GET    /v1/{project_id}/subnets/{subnet_id}                  hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v1/{project_id}/subnets/{subnet_id}                  in-own   401 401 401 401 401  200 200 403 403  404 404 404
PUT    /v1/{project_id}/vpcs/{vpc_id}/subnets/{subnet_id}    hers     401 401 401 401 401  200 200 403 403  400 400 200
PUT    /v1/{project_id}/vpcs/{vpc_id}/subnets/{subnet_id}    in-own   401 401 401 401 401  200 200 403 403  404 404 404
DELETE /v1/{project_id}/vpcs/{vpc_id}/subnets/{subnet_id}    hers     401 401 401 401 401  204 204 403 403  400 400 204
DELETE /v1/{project_id}/vpcs/{vpc_id}/subnets/{subnet_id}    in-own   401 401 401 401 401  204 204 403 403  404 404 404
GET    /v2.0/routers                                         -        401 401 401 401 401  200 200 403 403  200 200 200
GET    /v2.0/routers/{id}                                    vpc      401 401 401 401 401  200 200 403 403  404 404 200
GET    /v1/{project_id}/quotas                               hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v2.0/vpc/routes                                      -        401 401 401 401 401  200 200 403 403  200 200 200
POST   /v2.0/vpc/routes                                      hers     401 401 401 401 401  201 201 403 403  404 404 201
GET    /v2.0/vpc/routes/{id}                                 route    401 401 401 401 401  200 200 403 403  404 404 200
DELETE /v2.0/vpc/routes/{id}                                 route    401 401 401 401 401  204 204 403 403  404 404 204
GET    /v1/{project_id}/routetables                          hers     401 401 401 401 401  200 200 403 403  400 400 200
POST   /v1/{project_id}/routetables                          hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v1/{project_id}/routetables/{routetable_id}          hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v1/{project_id}/routetables/{routetable_id}          in-own   401 401 401 401 401  200 200 403 403  404 404 404
PUT    /v1/{project_id}/routetables/{routetable_id}          hers     401 401 401 401 401  200 200 403 403  400 400 200
PUT    /v1/{project_id}/routetables/{routetable_id}          in-own   401 401 401 401 401  200 200 403 403  404 404 404
DELETE /v1/{project_id}/routetables/{routetable_id}          hers     401 401 401 401 401  204 204 403 403  400 400 204
DELETE /v1/{project_id}/routetables/{routetable_id}          in-own   401 401 401 401 401  204 204 403 403  404 404 404
POST   /v1/{project_id}/routetables/{routetable_id}/action   hers     401 401 401 401 401  200 200 403 403  400 400 200
POST   /v1/{project_id}/routetables/{routetable_id}/action   in-own   401 401 401 401 401  200 200 403 403  404 404 404
GET    /causeway/v1/peerings/{id}/routes                     PENDING  401 401 401 401 401  200 200 403 403  200 404 200
GET    /causeway/v1/peerings/{id}/routes                     ACTIVE   401 401 401 401 401  200 200 403 403  200 404 200
GET    /v1/{project_id}/ports                                hers     401 401 401 401 401  200 200 403 403  400 400 200
POST   /v1/{project_id}/ports                                hers     401 401 401 401 401  200 200 403 403  400 400 200
POST   /v1/{project_id}/ports                                in-own   401 401 401 401 401  200 200 403 403  404 404 404
GET    /v1/{project_id}/ports/{port_id}                      hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v1/{project_id}/ports/{port_id}                      in-own   401 401 401 401 401  200 200 403 403  404 404 404
PUT    /v1/{project_id}/ports/{port_id}                      hers     401 401 401 401 401  200 200 403 403  400 400 200
PUT    /v1/{project_id}/ports/{port_id}                      in-own   401 401 401 401 401  200 200 403 403  404 404 404
DELETE /v1/{project_id}/ports/{port_id}                      hers     401 401 401 401 401  204 204 403 403  400 400 204
DELETE /v1/{project_id}/ports/{port_id}                      in-own   401 401 401 401 401  204 204 403 403  404 404 404
PUT    /causeway/v1/ports/{port_id}/attachment               hers     401 401 401 401 401  403 403 403 403  404 404 409
GET    /causeway/v1/ports/{port_id}/attachment               hers     401 401 401 401 401  403 403 403 403  404 404 404
DELETE /causeway/v1/ports/{port_id}/attachment               hers     401 401 401 401 401  403 403 403 403  404 404 404
GET    /causeway/v1/projects/{target_id}/quotas              hers     401 401 401 401 401  403 403 403 403  403 403 200
PUT    /causeway/v1/projects/{target_id}/quotas              hers     401 401 401 401 401  403 403 403 403  403 403 200
GET    /causeway/v1/vpcs/{vpc_id}/acceptance                 hers     401 401 401 401 401  200 200 403 403  404 404 200
PUT    /causeway/v1/vpcs/{vpc_id}/acceptance                 hers     401 401 401 401 401  200 200 403 403  404 404 200
POST   /causeway/v1/plan                                     -        401 401 401 401 401  200 200 403 403  200 200 200
POST   /causeway/v1/explain                                  hers     401 401 401 401 401  200 200 403 403  404 404 200
GET    /causeway/v1/peerings/{id}                            PENDING  401 401 401 401 401  200 200 403 403  200 404 200
GET    /causeway/v1/peerings/{id}                            ACTIVE   401 401 401 401 401  200 200 403 403  200 404 200
PUT    /causeway/v1/peerings/{id}                            PENDING  401 401 401 401 401  200 200 403 403  200 404 200
PUT    /causeway/v1/peerings/{id}                            ACTIVE   401 401 401 401 401  200 200 403 403  200 404 200
GET    /causeway/v1/peerings/{id}/history                    PENDING  401 401 401 401 401  200 200 403 403  200 404 200
GET    /causeway/v1/peerings/{id}/history                    ACTIVE   401 401 401 401 401  200 200 403 403  200 404 200
GET    /causeway/v1/events                                   -        401 401 401 401 401  200 200 403 403  200 200 200
`

export const ACCESS_ROWS = ACCESS_TABLE.trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [method = '', path = '', object = '', ...statuses] = line.trim().split(/\s+/)
    return { method, path, object, statuses: statuses.join(' ') }
  })
