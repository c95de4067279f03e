/** Ids of people are spelled as Keystone spells them: the 32 hex digits of a UUID. */
export function hexId<Id extends string>(uuid: string): Id {
  return uuid.replaceAll('-', '') as Id
}
