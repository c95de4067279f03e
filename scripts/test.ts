/**
 * `npm test`: everything that proves the service, one step after the other, the first failure ends it. What a step
 * needs beyond npm is installed with apt-get where that is possible; else it is named, and the tests that need it are
 * skipped loudly, or, under CI=true, fail.
 */
import { spawnSync } from 'node:child_process'

/** Programs that tests call, with the Debian packages that have them, and what their modules need. */
const PROGRAMS = {
  bash: 'bash',
  curl: 'curl',
  jq: 'jq',
  'ansible-playbook': 'ansible python3-keystoneauth1',
  ip: 'iproute2',
  nft: 'nftables',
  nsenter: 'util-linux',
  ping: 'iputils-ping',
  sysctl: 'procps',
} as const

const STEPS = [
  { name: 'lint and format', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'types', command: ['tsc'] },
  { name: 'tests', command: ['node', '--test', 'src/**/*.test.ts', 'test/**/*.test.ts'] },
] as const

installMissing()
for (const { name, command } of STEPS) {
  console.log(`\n== ${name}: ${command.join(' ')}`)
  const [program, ...args] = command
  const { status } = spawnSync(program, args, { stdio: 'inherit' })
  if (status !== 0) {
    console.error(`\n${name}: failed`)
    process.exit(status ?? 1)
  }
}

function installMissing(): void {
  const missing = Object.entries(PROGRAMS).filter(([program]) => !has(program))
  if (missing.length === 0) return
  const packages = missing.flatMap(([, debian]) => debian.split(' '))
  if (process.getuid?.() === 0 && has('apt-get')) {
    console.log(`== installing ${packages.join(', ')}`)
    const options = { stdio: 'inherit' as const, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
    spawnSync('apt-get', ['update', '-qq'], options)
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options)
  }
  const still = missing.filter(([program]) => !has(program))
  if (still.length === 0) return
  const how = `apt-get install ${still.map(([, debian]) => debian).join(' ')}`
  if (process.env.CI === 'true') {
    console.error(`missing: ${still.map(([program]) => program).join(', ')}; get them with: ${how}`)
    process.exit(1)
  }
  console.warn(`!! SKIPPING the tests that need ${still.map(([program]) => program).join(', ')}; get them with: ${how}`)
}

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}
