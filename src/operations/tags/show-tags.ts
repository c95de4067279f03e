import type { Tag } from '../../rules/tag.ts'
import { reading } from '../operation.ts'
import { loadTagged, type TaggedId } from './tagged.ts'

/** The tags of a resource, in the order in which their keys came. */
export const showTags = reading<TaggedId, readonly Tag[]>(
  'showTags',
  async (tx, context, of) => (await loadTagged(tx, context, of)).resource.tags,
)
