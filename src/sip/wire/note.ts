import { createHash, timingSafeEqual } from 'node:crypto';
import { parseNameAddr } from './address.ts';
import { callIdOf, cseqOf, type SipMessage } from './message.ts';
import { formatUri } from './uri.ts';

/**
 * The digest by which a signalling message is known to be whole and to come from somebody who has the password: headers `Date` and
 * `Note` (GB/T 28181 8.3). It is made of From, To, Call-ID, Date, the password and the body, without anything between.
 */

/** Hashes of the editions; 2022 wants SM3. */
export type NoteHash = 'MD5' | 'SHA-1' | 'SHA-256' | 'SM3';

/** What the standard leaves open, and devices do each in their own way. */
export interface NoteForm {
  readonly hash: NoteHash;
  /** The `nonce` is the digest in base64, or its hex digits. */
  readonly encoding: 'base64' | 'hex';
  /** From and To are the whole values of these headers, or their URIs alone. */
  readonly parts: 'values' | 'uris';
}

const HASH_NAMES: Readonly<Record<NoteHash, string>> = { MD5: 'md5', 'SHA-1': 'sha1', 'SHA-256': 'sha256', SM3: 'sm3' };
const NOTE = /^\s*digest\s+/i;
const PARAMETER = /(?:^|[\s,])(nonce|algorithm)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi;
/** A longer header is none: the longest digest has 64 digits. */
const MAX_NOTE_LENGTH = 300;

/** REGISTER and its answers have the login digest instead (8.3). */
export function isNoted(message: SipMessage): boolean {
  const method = message.kind === 'request' ? message.method : cseqOf(message)?.method;
  return method !== 'REGISTER';
}

/** The message with `Date` and `Note`. `date`: local time, to the second. */
export function withNote<M extends SipMessage>(message: M, o: { date: string; seed: string; form: NoteForm }): M {
  const headers = message.headers.clone().delete('Note').set('Date', o.date);
  const noted = { ...message, headers };
  const digest = digestOf(noted, o.seed, o.form.hash, o.form.parts);
  headers.add('Note', `Digest nonce="${digest.toString(o.form.encoding)}",algorithm=${o.form.hash}`);
  return noted;
}

/** How the Note of a message was made, when it was made with this seed; else what is wrong with it. */
export function readNote(
  message: SipMessage,
  seed: string,
): NoteForm | { readonly wrong: 'missing' | 'unreadable' | 'false' } {
  const header = message.headers.get('Note');
  if (header === undefined || message.headers.get('Date') === undefined) return { wrong: 'missing' };
  const note = parseNote(header);
  if (note === null) return { wrong: 'unreadable' };
  for (const parts of ['values', 'uris'] as const) {
    const digest = digestOf(message, seed, note.hash, parts);
    if (equal(note.nonce.toLowerCase(), digest.toString('hex'))) return { hash: note.hash, encoding: 'hex', parts };
    if (equal(note.nonce, digest.toString('base64'))) return { hash: note.hash, encoding: 'base64', parts };
  }
  return { wrong: 'false' };
}

function parseNote(header: string): { readonly nonce: string; readonly hash: NoteHash } | null {
  if (header.length > MAX_NOTE_LENGTH || !NOTE.test(header)) return null;
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, bare] of header.replace(NOTE, '').matchAll(PARAMETER))
    parameters.set(name.toLowerCase(), quoted ?? bare ?? '');
  const nonce = parameters.get('nonce');
  const hash = hashNamed(parameters.get('algorithm') ?? 'MD5');
  return nonce === undefined || nonce === '' || hash === null ? null : { nonce, hash };
}

function hashNamed(text: string): NoteHash | null {
  switch (text.toUpperCase()) {
    case 'MD5':
      return 'MD5';
    case 'SHA1':
    case 'SHA-1':
      return 'SHA-1';
    case 'SHA256':
    case 'SHA-256':
      return 'SHA-256';
    case 'SM3':
      return 'SM3';
    default:
      return null;
  }
}

function digestOf(message: SipMessage, seed: string, hash: NoteHash, parts: NoteForm['parts']): Buffer {
  const value = (name: string): string => {
    const text = message.headers.get(name) ?? '';
    const uri = parts === 'values' ? undefined : parseNameAddr(text)?.uri;
    return uri === undefined ? text : formatUri(uri);
  };
  // values of headers are kept one character a byte
  return createHash(HASH_NAMES[hash])
    .update(`${value('From')}${value('To')}${callIdOf(message)}${message.headers.get('Date') ?? ''}`, 'latin1')
    .update(seed, 'utf8')
    .update(message.body)
    .digest();
}

function equal(given: string, expected: string): boolean {
  return given.length === expected.length && timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(expected));
}
