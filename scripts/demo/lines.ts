/** What a person reads while the demo runs: 80 columns, colours on a terminal only, and not with NO_COLOR. */
import { styleText } from 'node:util'

export interface Lines {
  chapter(title: string): void
  /** Something that went as it should. `ms`: how long it took. */
  done(who: string, what: string, ms?: number): void
  /** What somebody says of it. */
  said(who: string, what: string): void
  failed(what: string): void
  summary(lines: readonly string[]): void
  /** How many steps were done. */
  count(): number
}

const COLUMNS = 80
const WHO = 9
/** Room for a time, at the right. */
const TIME = 10
const INDENT = 4 + WHO

type Style = Parameters<typeof styleText>[0]

export function createLines(stream: NodeJS.WriteStream): Lines {
  let steps = 0
  const style = (how: Style, text: string) => styleText(how, text, { stream })
  const print = (line: string): void => void stream.write(`${line}\n`)
  const told = (mark: string, who: string, what: string, time: string, how?: Style): void => {
    wrap(what, COLUMNS - INDENT - (time === '' ? 0 : TIME)).forEach((part, index) => {
      const text = how === undefined ? part : style(how, part)
      const end = index === 0 && time !== '' ? ' '.repeat(COLUMNS - INDENT - part.length - time.length) : ''
      print(
        index === 0
          ? `  ${mark} ${style('bold', who.padEnd(WHO))}${text}${end}${style('dim', end === '' ? '' : time)}`
          : ' '.repeat(INDENT) + text,
      )
    })
  }
  return {
    chapter(title) {
      print('')
      print(style(['bold', 'cyan'], `── ${title} ${'─'.repeat(Math.max(0, COLUMNS - title.length - 4))}`))
    },
    done(who, what, ms) {
      steps += 1
      told(style('green', '✔'), who, what, ms === undefined ? '' : spellTime(ms))
    },
    said: (who, what) => told(' ', who, what, '', 'dim'),
    failed: (what) => told(style('red', '✘'), 'failed', what, '', 'red'),
    summary(lines) {
      print('')
      for (const line of lines) print(line)
    },
    count: () => steps,
  }
}

export function spellTime(ms: number): string {
  return ms < 9.95 ? `${ms.toFixed(1)} ms` : ms < 9_950 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`
}

/** At blanks; a word that is too long for a line has one of its own. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
