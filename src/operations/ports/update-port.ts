import { requireAdmin } from '../../rules/access.ts'
import type { PortId } from '../../rules/ids.ts'
import type { Port } from '../../rules/port.ts'
import { writing } from '../operation.ts'
import { loadPort } from './load-port.ts'

/** What is undefined stays as it is. */
type Changes<Fields> = { readonly [Name in keyof Fields]: Fields[Name] | undefined }

export interface PortChange {
  readonly id: PortId
  readonly own: Changes<Pick<Port, 'name' | 'securityGroups' | 'allowedAddressPairs' | 'extraDhcpOpts'>>
  /** The operator's to change, who attaches workloads. */
  readonly attachment: Changes<Pick<Port, 'deviceId' | 'deviceOwner'> & Port['binding']>
}

export const updatePort = writing<PortChange, Port>('updatePort', async (tx, context, { id, own, attachment }) => {
  const port = await loadPort(tx, context, id)
  if (Object.values(attachment).some((value) => value !== undefined)) requireAdmin(context.caller)
  const after: Port = {
    ...port,
    name: own.name ?? port.name,
    securityGroups: own.securityGroups ?? port.securityGroups,
    allowedAddressPairs: own.allowedAddressPairs ?? port.allowedAddressPairs,
    extraDhcpOpts: own.extraDhcpOpts ?? port.extraDhcpOpts,
    deviceId: attachment.deviceId ?? port.deviceId,
    deviceOwner: attachment.deviceOwner ?? port.deviceOwner,
    binding: {
      hostId: attachment.hostId ?? port.binding.hostId,
      profile: attachment.profile ?? port.binding.profile,
    },
  }
  await tx.updatePort(after)
  return after
})
