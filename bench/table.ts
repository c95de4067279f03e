/** The one table, in Markdown, so that it can be pasted. */

/** A line. Rates are answers a second; `ours` and `bare` are given with their unit where they are no rates. */
export interface Row {
  readonly what: string
  readonly peerings?: number
  readonly connections?: number
  readonly ours?: number | string
  readonly bare?: number | string
  readonly ratio?: number
  /** Milliseconds. */
  readonly p50?: number
  readonly p99?: number
  readonly aim?: string
}

const HEADS = [
  'measure',
  'peerings',
  'connections',
  'causeway /s',
  'bare /s',
  'ratio',
  'p50 ms',
  'p99 ms',
  'aim',
] as const

export function printTable(rows: readonly Row[]): void {
  const cells = rows.map(cellsOf)
  const widths = HEADS.map((head, column) => Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)))
  const print = (row: readonly string[]) =>
    console.log(`| ${row.map((cell, at) => pad(cell, at, widths)).join(' | ')} |`)
  print(HEADS)
  // All but the first and the last are figures.
  print(widths.map((width, at) => (isText(at) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)))
  for (const row of cells) print(row)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** `relation` is how the value should stand to the aim. */
export function verdict(value: number, relation: '>=' | '<=' | '<', aim: number, unit = ''): string {
  const met = relation === '>=' ? value >= aim : relation === '<=' ? value <= aim : value < aim
  return `${relation} ${aim}${unit}: ${met ? 'met' : 'not met'}`
}

function cellsOf({ what, peerings, connections, ours, bare, ratio, p50, p99, aim }: Row): readonly string[] {
  const figures = [whole(peerings), whole(connections), whole(ours), whole(bare), ratio?.toFixed(2) ?? '']
  return [what, ...figures, p50?.toFixed(2) ?? '', p99?.toFixed(2) ?? '', aim ?? '']
}

function whole(value: number | string | undefined): string {
  return typeof value === 'number' ? Math.round(value).toLocaleString('en') : (value ?? '')
}

function isText(column: number): boolean {
  return column === 0 || column === HEADS.length - 1
}

function pad(cell: string, column: number, widths: readonly number[]): string {
  const width = widths[column] ?? 0
  return isText(column) ? cell.padEnd(width) : cell.padStart(width)
}
