import type { FastifyInstance, RouteOptions } from 'fastify'

/**
 * Which methods a path takes, to tell a wrong method from an unknown path, which the router does not. Must be created
 * before the routes are added. The patterns are made when first needed: most services never are asked.
 */
export function createRouteFinder(app: { addHook: FastifyInstance['addHook'] }): (url: string) => readonly string[] {
  const methods = new Map<string, Set<string>>()
  let patterns: readonly { readonly pattern: RegExp; readonly allowed: ReadonlySet<string> }[] | undefined
  app.addHook('onRoute', ({ url, method }: RouteOptions) => {
    const known = methods.get(url) ?? new Set()
    for (const each of [method].flat()) known.add(each)
    methods.set(url, known)
  })
  return (url) => {
    patterns ??= [...methods].map(([route, allowed]) => ({ pattern: patternOf(route), allowed }))
    const path = url.split('?')[0] ?? ''
    return [...new Set(patterns.flatMap(({ pattern, allowed }) => (pattern.test(path) ? [...allowed] : [])))].sort()
  }
}

function patternOf(route: string): RegExp {
  const source = route.replace(/[.]/g, '\\.').replace(/:[a-z_]+/g, '[^/]+')
  return new RegExp(`^${source === '/' ? '' : source}/?$`)
}
