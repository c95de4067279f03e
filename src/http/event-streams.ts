/**
 * The streams of events that are open. Each has its own place in the table of events and reads on from there whenever a
 * commit wakes it, so that what is told again after a break and what is told live are one thing, without a gap between
 * them. Streams that are at one place share what is read.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Authenticator } from '../identity/authenticate.ts'
import type { SignedRequest } from '../identity/signature.ts'
import { TOKEN_LIFETIME_MS } from '../identity/token.ts'
import { listEvents, placeInEvents } from '../operations/peerings/list-events.ts'
import type { Asker, Perform } from '../operations/perform.ts'
import { Refusal } from '../rules/refusal.ts'
import { type EndReason, spellEnd, spellStart, spellStreamed } from '../wire/events.ts'
import { asker } from './route.ts'
import { signedRequest } from './signed-request.ts'

/** Open at once; each may hold what MAX_UNSENT says. */
const MAX_STREAMS = 300
/** Of one project, so that one tenant does not take them all. */
const MAX_OF_PROJECT = 100
/** Events that are read at once, about 500 bytes each. */
const PAGE = 100
/** Bytes that wait for a reader who is slower than the events: some 500 of them. */
const MAX_UNSENT = 256 * 1024
/** How often an idle stream says that it is alive, and each is asked whether it still may be. */
const BEAT_EVERY_MS = 15_000

interface Stream {
  readonly response: ServerResponse
  readonly asker: Asker
  /** Streams with the same are told the same. */
  readonly audience: string
  readonly signed: SignedRequest
  readonly since: number
  /** The `seq` of the last event that was told, or need not be. */
  place: number
  /** Whether it has caught up once: from then on it is the reader's fault if it lags behind. */
  isLive: boolean
  isFollowing: boolean
  isWoken: boolean
  /** Bytes that its reader had taken at the last beat. */
  taken: number
}

/** A page of events as a stream tells it. */
interface Told {
  readonly text: string
  /** The `seq` of its last event. */
  readonly place: number
  readonly isFull: boolean
}

/** What the streams work with. */
interface Parts {
  readonly perform: Perform
  readonly authenticator: Authenticator
  /** Milliseconds since the epoch, UTC. */
  readonly now: () => number
  readonly failed: (error: unknown) => void
}

export class EventStreams implements Disposable {
  readonly #parts: Parts
  readonly #streams = new Set<Stream>()
  /** Ended, and their reader has not taken the last bytes yet. */
  readonly #ending = new Set<ServerResponse>()
  readonly #reads = new Map<string, Promise<Told>>()
  readonly #timer: NodeJS.Timeout
  #isClosing = false
  #isWaking = false

  constructor(parts: Parts) {
    this.#parts = parts
    this.#timer = setInterval(() => this.beat(), BEAT_EVERY_MS)
  }

  get count(): number {
    return this.#streams.size
  }

  /** Answers a request by a stream that goes on after an event; undefined: from now on. */
  async open(request: FastifyRequest, reply: FastifyReply, after: number | undefined): Promise<void> {
    const { perform, now } = this.#parts
    const place = await perform(placeInEvents, asker(request), after)
    const { admin, projectId } = request.caller
    const audience = admin ? 'admin' : String(projectId)
    this.#refuseMore(audience)
    reply.hijack()
    const response = reply.raw
    const stream: Stream = {
      ...{ response, asker: asker(request), audience, signed: signedRequest(request), since: now(), place },
      ...{ isLive: false, isFollowing: false, isWoken: false, taken: 0 },
    }
    this.#streams.add(stream)
    response.on('close', () => {
      this.#streams.delete(stream)
      this.#ending.delete(response)
    })
    // A reader who hangs up is no fault; `close` follows.
    response.on('error', () => {})
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-request-id': request.id,
      // Or else a proxy such as nginx would gather it.
      'x-accel-buffering': 'no',
    })
    response.write(spellStart(place))
    this.#follow(stream)
  }

  /** To be called when there are new events, and when people, keys or revocations have changed. */
  wake(): void {
    // What was read before is too old to be shared.
    this.#reads.clear()
    // Commits that come in one turn are told together, and after the answers to those who made them.
    if (this.#streams.size === 0 || this.#isWaking) return
    this.#isWaking = true
    setImmediate(() => {
      this.#isWaking = false
      for (const stream of this.#streams) this.#follow(stream)
    })
  }

  /** A sign of life on every stream, and an end to those whose reader gives none; runs by itself every 15 seconds. */
  beat(): void {
    // Ended before the beat before: nobody reads it.
    for (const response of this.#ending) response.destroy()
    for (const stream of this.#streams) {
      const { response, taken } = stream
      const unsent = response.writableLength
      stream.taken = (response.socket?.bytesWritten ?? 0) - unsent
      if (unsent === 0) response.write(':\n\n')
      else if (stream.taken === taken) this.#finish(stream, 'overflow')
    }
    this.wake()
  }

  /** Ends every stream, and takes no more. Who hangs up on ended connections need not wait for their readers. */
  [Symbol.dispose](): void {
    this.#isClosing = true
    clearInterval(this.#timer)
    for (const stream of this.#streams) this.#finish(stream, 'shutting_down')
  }

  #refuseMore(audience: string): void {
    if (this.#isClosing) throw new Refusal('unavailable', 'The service is shutting down.')
    if (this.#streams.size >= MAX_STREAMS) {
      throw new Refusal('unavailable', `There are ${MAX_STREAMS} streams of events open already.`)
    }
    const own = [...this.#streams].filter((stream) => stream.audience === audience).length
    if (own < MAX_OF_PROJECT) return
    throw new Refusal('too_many_streams', `This project has ${MAX_OF_PROJECT} streams of events open already.`, {
      retryAfterSeconds: BEAT_EVERY_MS / 1000,
    })
  }

  /** Tells a stream what there is to tell; one that is at it is made to look once more. */
  async #follow(stream: Stream): Promise<void> {
    stream.isWoken = true
    if (stream.isFollowing) return
    stream.isFollowing = true
    try {
      while (stream.isWoken && this.#streams.has(stream)) {
        stream.isWoken = false
        await this.#tell(stream)
      }
    } catch (error) {
      // Its client asks again, from where it was.
      stream.response.destroy()
      if (!this.#isClosing) this.#parts.failed(error)
    } finally {
      stream.isFollowing = false
    }
  }

  async #tell(stream: Stream): Promise<void> {
    const { response } = stream
    for (let isMore = true; isMore; ) {
      if (!(await this.#mayListen(stream))) return this.#finish(stream, 'unauthenticated')
      const { text, place, isFull } = await this.#readShared(stream)
      // It may have ended meanwhile.
      if (!this.#streams.has(stream)) return
      stream.place = place
      if (text !== '') response.write(text)
      isMore = isFull
      if (!isMore) stream.isLive = true
      if (!stream.isLive) await drained(response)
      else if (response.writableLength > MAX_UNSENT) return this.#finish(stream, 'overflow')
    }
  }

  /** Tokens end and are taken back; a signature was good when it came, and its key and its user must still be. */
  async #mayListen({ signed, since }: Stream): Promise<boolean> {
    const { authenticator, now } = this.#parts
    const at = now()
    if (at >= since + TOKEN_LIFETIME_MS) return false
    if (authenticator.recall(signed, undefined, at) !== undefined) return true
    try {
      await authenticator.authenticate(signed, undefined, signed.headers['x-auth-token'] ? at : since)
      return true
    } catch (error) {
      if (error instanceof Refusal && error.code === 'unauthenticated') return false
      throw error
    }
  }

  /** The next events of a stream, read once for all that wait for the same at this moment. */
  #readShared(stream: Stream): Promise<Told> {
    const key = `${stream.audience} ${stream.place}`
    const known = this.#reads.get(key)
    if (known !== undefined) return known
    const reading = this.#read(stream)
    this.#reads.set(key, reading)
    setImmediate(() => this.#reads.delete(key))
    return reading
  }

  async #read({ asker, place }: Stream): Promise<Told> {
    const events = await this.#parts.perform(listEvents, asker, { after: place, limit: PAGE })
    return {
      text: events.map(spellStreamed).join(''),
      place: events.at(-1)?.seq ?? place,
      isFull: events.length === PAGE,
    }
  }

  #finish(stream: Stream, reason: EndReason): void {
    if (!this.#streams.delete(stream)) return
    this.#ending.add(stream.response)
    stream.response.end(spellEnd(reason, stream.place))
  }
}

function drained(response: ServerResponse): Promise<void> {
  if (!response.writableNeedDrain) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}
