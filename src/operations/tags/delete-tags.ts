import { withoutTags } from '../../rules/tag.ts'
import { writing } from '../operation.ts'
import { loadTagged, saveTags, type TaggedId } from './tagged.ts'

export interface OldTags {
  readonly of: TaggedId
  readonly keys: readonly string[]
}

/** Takes tags off a resource. */
export const deleteTags = writing<OldTags, void>('deleteTags', async (tx, context, { of, keys }) => {
  const tagged = await loadTagged(tx, context, of)
  await saveTags(tx, context, tagged, withoutTags(tagged.resource.tags, keys))
})
