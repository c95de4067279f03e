/** The clouds spell one instant in three ways; all take milliseconds since the epoch, UTC. */

/** v1 and v2.0: `2026-03-04T05:06:07`. No `Z` and no fraction: a Terraform data source parses exactly this. */
export function spellTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19)
}

/** v3: `2026-03-04T05:06:07Z`. */
export function spellTimeZ(ms: number): string {
  return `${spellTime(ms)}Z`
}

/** Keystone: `2026-03-04T05:06:07.000000Z`, six digits of fraction. */
export function spellTimeMicroseconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`
}
