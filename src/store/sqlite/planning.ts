/**
 * SQLite looks at the values of some parameters when it plans a statement, such as a limit, or one that is compared
 * with a column that a partial index is about; and then it plans anew at every run, because the value may be another
 * one. That is half of the time of a page. What it must not look at is wrapped, so that it is no plain parameter.
 */

/** A `limit` clause; the planner is not told how many. */
export function limitTo(parameter: string): string {
  return `limit cast(${parameter} as integer)`
}

/** The same value, which the planner does not look into. */
export function planned(parameter: string): string {
  return `+${parameter}`
}
