import type { Envelope } from './envelope.ts';
import { textOf, type XmlElement } from './xml.ts';

/** Notify/UploadSnapShotFinished (GB/T 28181-2022 A.2.5.7): the device has sent what pictures it could take. */
export interface SnapshotsFinished {
  readonly session: string;
  /** Names of the files, fewer than were wanted when some failed. */
  readonly fileIds: readonly string[];
}

/** Ten by the standard; a list that is longer is cut. */
const MAX_FILES = 10;
const MAX_TEXT = 128;

/** Reads it, also where the ids stand in Items, without a list around them, or each in a list of its own, as some Hikvision cameras write them. */
export function readSnapshotsFinished({ element }: Envelope): SnapshotsFinished {
  return {
    session: (textOf(element, 'SessionID') ?? '').slice(0, MAX_TEXT),
    fileIds: [...idsBelow(element)].slice(0, MAX_FILES),
  };
}

function* idsBelow(element: XmlElement): IterableIterator<string> {
  for (const inner of element.children) {
    if (inner.name.toLowerCase() === 'snapshotfileid' && inner.text !== '') yield inner.text.slice(0, MAX_TEXT);
    else if (inner.children.length > 0) yield* idsBelow(inner);
  }
}
