/**
 * The system calls that Node has no words for. They are synchronous and act on the calling thread, which is what
 * makes it possible to be in another network namespace for the length of a call.
 */
import { getSystemErrorMessage, getSystemErrorName } from 'node:util'
import koffi from 'koffi'

/** From linux/sched.h. */
const CLONE_NEWNET = 0x4000_0000
/** From linux/mount.h. */
export const MOUNT = { BIND: 0x1000, REC: 0x4000, SHARED: 0x10_0000 } as const
const MNT_DETACH = 2
/** From asm-generic/fcntl.h. */
const LOCK_EX = 2

const libc = koffi.load('libc.so.6')
const call = {
  setns: libc.func('int setns(int fd, int kind)'),
  unshare: libc.func('int unshare(int flags)'),
  mount: libc.func('int mount(const char *source, const char *target, const char *type, ulong flags, void *data)'),
  umount2: libc.func('int umount2(const char *target, int flags)'),
  flock: libc.func('int flock(int fd, int operation)'),
  socket: libc.func('int socket(int domain, int type, int protocol)'),
  bind: libc.func('int bind(int fd, const void *address, uint32_t length)'),
  setsockopt: libc.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)'),
  getsockopt: libc.func('int getsockopt(int fd, int level, int name, void *value, void *length)'),
  send: libc.func('long send(int fd, const void *bytes, size_t length, int flags)'),
  recv: libc.func('long recv(int fd, void *bytes, size_t length, int flags)'),
}

/** A system call that failed. `code` is the name of the error, such as `EPERM`. */
export class SystemError extends Error {
  readonly code: string
  readonly errno: number

  constructor(what: string, errno: number) {
    super(`${what}: ${getSystemErrorMessage(-errno)}`)
    this.name = 'SystemError'
    this.errno = errno
    this.code = getSystemErrorName(-errno)
  }
}

/** The thread goes into the network namespace that a file stands for. */
export function setns(fd: number): void {
  checked('setns', call.setns(fd, CLONE_NEWNET))
}

/** The thread goes into a network namespace of its own, a new one. */
export function unshareNetwork(): void {
  checked('unshare', call.unshare(CLONE_NEWNET))
}

export function mount(source: string, target: string, flags: number): void {
  checked(`mount ${target}`, call.mount(source, target, 'none', flags, null))
}

/** Whoever is in it still stays in it. */
export function unmount(target: string): void {
  checked(`umount ${target}`, call.umount2(target, MNT_DETACH))
}

/** Waits for its turn; the lock ends when the file is closed. */
export function lockFile(fd: number): void {
  checked('flock', call.flock(fd, LOCK_EX))
}

export function socket(domain: number, type: number, protocol: number): number {
  return checked('socket', call.socket(domain, type, protocol))
}

export function bind(fd: number, address: Uint8Array): void {
  checked('bind', call.bind(fd, address, address.length))
}

export function setOption(fd: number, level: number, name: number, value: number): void {
  checked('setsockopt', call.setsockopt(fd, level, name, new Int32Array([value]), 4))
}

/** An option of 64 bits; undefined where the kernel has no such option. */
export function readOption64(fd: number, level: number, name: number): bigint | undefined {
  const value = new BigUint64Array(1)
  const result = call.getsockopt(fd, level, name, value, new Uint32Array([value.byteLength]))
  if (result < 0 && getSystemErrorName(-koffi.errno()) === 'ENOPROTOOPT') return undefined
  checked('getsockopt', result)
  return value[0]
}

export function send(fd: number, bytes: Uint8Array, length: number): void {
  const sent = checked('send', call.send(fd, bytes, length, 0))
  if (sent !== length) throw new Error(`send: took ${sent} of ${length} bytes`)
}

/** Waits; the number of bytes that were received. */
export function receive(fd: number, into: Uint8Array): number {
  return checked('recv', call.recv(fd, into, into.length, 0))
}

function checked(what: string, result: number | bigint): number {
  if (result < 0) throw new SystemError(what, koffi.errno())
  return Number(result)
}
