/** Ours: attaching ports to workloads on this host. */
import { attachPort } from '../../operations/ports/attach-port.ts'
import { detachPort } from '../../operations/ports/detach-port.ts'
import { mayAttach } from '../../operations/ports/load-attachable.ts'
import { type AttachedPort, showAttachment } from '../../operations/ports/show-attachment.ts'
import {
  type Attachment,
  DEFAULT_DEVICE,
  isOfProcess,
  isSame,
  notAttached,
  parseDevice,
  parseNetns,
  parsePid,
} from '../../rules/attachment.ts'
import type { Readiness } from '../../rules/readiness.ts'
import { invalidInput, Refusal } from '../../rules/refusal.ts'
import { AttachmentShape, AttachRequest, spellAttachment, type WireAttachment } from '../../wire/attachments.ts'
import type { Static } from '../../wire/schema.ts'
import type { App, Host, PlacedPort, ServerParts } from '../app.ts'
import { asker, describe, NO_BODY } from '../route.ts'
import { portIdOf } from './ports.ts'

const PATH = '/causeway/v1/ports/:port_id/attachment'

export function attachmentRoutes(app: App, parts: ServerParts): void {
  const { perform, network, host } = parts
  app.put(
    PATH,
    {
      schema: describe('causeway', 'Attach a port to a workload on the host; for an admin', {
        body: AttachRequest,
        response: { 200: AttachmentShape },
      }),
    },
    async (request): Promise<WireAttachment> => {
      const id = portIdOf(request.params)
      const as = asker(request)
      await perform(mayAttach, as, id)
      const place = placeIn(request.body)
      if (network === undefined) throw noDataplane()
      const attachment = await locate(host, place)
      const { isNew, ...asked } = await perform(attachPort, as, { id, attachment, hostId: host.name })
      const now = await network.settledPort(placeOf(asked))
      if (now.state === 'DEGRADED') {
        // What is refused must leave things as they were; it was attached there before, or it was not.
        if (isNew) await perform(detachPort, as, { id, from: attachment })
        throw failed(asked, now)
      }
      const after = await perform(showAttachment, as, id)
      if (!isSame(after.attachment, attachment)) throw notAttached(id)
      return spellAttachment(after, now)
    },
  )

  app.get(
    PATH,
    {
      schema: describe('causeway', 'Show what a port is attached to; for an admin', {
        response: { 200: AttachmentShape },
      }),
    },
    async (request) => {
      const shown = await perform(showAttachment, asker(request), portIdOf(request.params))
      return spellAttachment(shown, await network?.portReadinessOf(placeOf(shown)))
    },
  )

  app.delete(
    PATH,
    { schema: describe('causeway', 'Detach a port from its workload; for an admin', { response: { 204: NO_BODY } }) },
    async (request, reply) => {
      const id = portIdOf(request.params)
      const before = await perform(detachPort, asker(request), { id, from: undefined })
      const now = await network?.settledPort(placeOf(before))
      if (now !== undefined) reply.header('causeway-dataplane', now.state === 'SYNCED' ? 'SYNCED' : 'DEGRADED')
      return reply.code(204).send(null)
    },
  )
}

/** The place that is asked for, and the member that says so. */
function placeIn({ netns, pid, device = DEFAULT_DEVICE }: Static<typeof AttachRequest>) {
  if (netns !== undefined && pid !== undefined) throw invalidInput('pid', "must not be given beside 'netns'")
  if (netns !== undefined) return { field: 'netns', path: parseNetns(netns), device: parseDevice(device) }
  if (pid !== undefined) return { field: 'pid', path: parsePid(pid), device: parseDevice(device) }
  throw invalidInput('netns', "is required, or 'pid' instead")
}

/** What can be seen of it from here is said with its member before anything is written. */
async function locate(host: Host, { field, path, device }: ReturnType<typeof placeIn>): Promise<Attachment> {
  const found = await host.namespace(path)
  if ('problem' in found) throw invalidInput(field, `is no network namespace of this host: ${path}: ${found.problem}`)
  // Its default route would lead into the VPC, and the service, with all else on the host, would be cut off.
  if (found.isOwn) throw invalidInput(field, `is the network namespace of the service itself: ${path}`)
  // It would then be in the one VPC and route for the other: a way between them that nobody has agreed to.
  if (found.isRouter) throw invalidInput(field, `is the router of a VPC, and no workload: ${path}`)
  return { netns: path, device, inode: isOfProcess(path) ? found.inode : undefined }
}

function placeOf({ port, subnet }: AttachedPort): PlacedPort {
  return { id: port.id, subnetId: subnet.id, vpcId: subnet.vpcId }
}

function failed({ port, attachment: { netns, device } }: AttachedPort, { lastError }: Readiness): Refusal {
  const message = `Port ${port.id} could not be attached as ${device} in ${netns}: ${lastError}`
  return new Refusal('attachment_failed', message, { portId: port.id })
}

function noDataplane(): Refusal {
  return new Refusal(
    'no_dataplane',
    'This service has no data plane, and so nothing to attach a port to: it runs with CAUSEWAY_DATAPLANE=none.',
  )
}
