import { type Tag, withTags } from '../../rules/tag.ts'
import { writing } from '../operation.ts'
import { loadTagged, saveTags, type TaggedId } from './tagged.ts'

export interface NewTags {
  readonly of: TaggedId
  readonly tags: readonly Tag[]
}

/** Puts tags on a resource, all of them or none. */
export const setTags = writing<NewTags, void>('setTags', async (tx, context, { of, tags }) => {
  const tagged = await loadTagged(tx, context, of)
  await saveTags(tx, context, tagged, withTags(tagged.resource.tags, tags))
})
