import type { RouteId } from '../../rules/ids.ts'
import type { Route } from '../../rules/route.ts'
import { reading } from '../operation.ts'
import { loadRoute } from './load-route.ts'

export const showRoute = reading<RouteId, Route>('showRoute', loadRoute)
