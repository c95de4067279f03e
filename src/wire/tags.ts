/** The published shapes of tags, which are the same for whatever carries them. */
import type { Tag } from '../rules/tag.ts'
import { type Static, Type } from './schema.ts'

export const TagShape = Type.Object({ key: Type.String(), value: Type.String() })
export const TagsAnswer = Type.Object({ tags: Type.Array(TagShape) })

/** A tag as clients send it. */
export const TagRequest = Type.Object({
  key: Type.String({ description: '1 to 128 characters.' }),
  value: Type.Optional(Type.String({ description: 'Up to 255 characters; to delete a tag, its key is enough.' })),
})
export const SetTagRequest = Type.Object({ tag: TagRequest })
export const ChangeTagsRequest = Type.Object({
  action: Type.String({ description: '`create` or `delete`.' }),
  tags: Type.Array(TagRequest, { minItems: 1 }),
})

export function readTag({ key, value = '' }: Static<typeof TagRequest>): Tag {
  return { key, value }
}

export function spellTags(tags: readonly Tag[]): Static<typeof TagShape>[] {
  return tags.map(({ key, value }) => ({ key, value }))
}
