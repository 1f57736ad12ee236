import type { Envelope } from './envelope.ts';
import { textOf } from './xml.ts';

/** The device has sent a file to its end: the only `NotifyType` the standard knows (GB/T 28181 A.2.5.6). */
const SENT_TO_ITS_END = '121';
const MAX_TYPE_LENGTH = 16;

/** Notify/MediaStatus: what it says of the file that is being sent. Without a type it can only mean the end. */
export function readMediaStatus(envelope: Envelope): string {
  const text = (textOf(envelope.element, 'NotifyType') ?? '').trim();
  return text === '' ? SENT_TO_ITS_END : text.slice(0, MAX_TYPE_LENGTH);
}
