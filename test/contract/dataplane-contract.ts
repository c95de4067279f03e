/** What every data plane keeps: the obligations of src/dataplane/dataplane.ts, seen by the packets of workloads. */
import { suite } from 'node:test'
import { buildTests, reportTests } from './dataplane-build.ts'
import { changeTests, subnetTests } from './dataplane-changes.ts'
import { faultTests, removalTests } from './dataplane-ends.ts'
import type { DataplaneKind } from './dataplanes.ts'

export function dataplaneContract(name: string, { skip, open }: DataplaneKind): void {
  suite(`data plane ${name}`, { skip }, () => {
    buildTests(open)
    reportTests(open)
    changeTests(open)
    subnetTests(open)
    removalTests(open)
    faultTests(open)
  })
}
