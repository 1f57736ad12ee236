import iconv from 'iconv-lite';

/**
 * Which charset a MANSCDP body is in, by evidence: devices declare GB2312 and send UTF-8, and the reverse (XML-1). GB2312 and
 * GBK are read with the GB18030 superset, so that rare Hanzi survive (XML-2).
 */

export type Charset = 'UTF-8' | 'GB18030';

/** Text and the charset it was found in; null when every byte is ASCII, which proves nothing. */
export interface DecodedText {
  text: string;
  charset: Charset | null;
  /** The name of the declaration as written, when the bytes say otherwise (XML-1); null when they agree. */
  falselyDeclared: string | null;
  /** GB2312 was declared, and characters came that only GBK or GB18030 has (XML-2). */
  beyondDeclared: boolean;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const lenientUtf8 = new TextDecoder('utf-8');
const gb18030 = new TextDecoder('gb18030');

/** One broken UTF-8 sequence per this many good ones is a damaged UTF-8 text (a cut name, a lost byte), more is another charset. */
const GOOD_PER_BROKEN = 8;

/**
 * Decodes a body. `remembered` is the charset this device was found to use; it and then the declaration decide only where the bytes do not.
 */
export function decodeBody(bytes: Uint8Array, remembered: Charset | null = null): DecodedText {
  const { text, charset } = decode(bytes, remembered);
  if (charset === null) return { text, charset, falselyDeclared: null, beyondDeclared: false };
  const name = declaredName(bytes);
  const lies = charsetNamed(name) !== charset && (name !== null || charset === 'GB18030');
  return {
    text,
    charset,
    falselyDeclared: lies ? (name ?? 'nothing') : null,
    beyondDeclared: !lies && name !== null && /^GB[_-]?2312$/i.test(name) && beyondGb2312(bytes),
  };
}

function decode(bytes: Uint8Array, remembered: Charset | null): { text: string; charset: Charset | null } {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return { text: lenientUtf8.decode(bytes), charset: 'UTF-8' };
  }
  const evidence = utf8Evidence(bytes);
  if (evidence.good === 0 && evidence.broken === 0) return { text: strictUtf8.decode(bytes), charset: null };
  if (evidence.broken === 0 && evidence.long > 0) return { text: lenientUtf8.decode(bytes), charset: 'UTF-8' };
  if (evidence.broken === 0) {
    // two-byte sequences only: a Latin or Greek name in UTF-8, or Hanzi in GB18030 whose bytes happen to fit
    const wanted = remembered ?? charsetNamed(declaredName(bytes)) ?? 'UTF-8';
    return { text: (wanted === 'UTF-8' ? lenientUtf8 : gb18030).decode(bytes), charset: wanted };
  }
  const damagedUtf8 = evidence.long >= evidence.broken * GOOD_PER_BROKEN;
  return damagedUtf8
    ? { text: lenientUtf8.decode(bytes), charset: 'UTF-8' }
    : { text: gb18030.decode(bytes), charset: 'GB18030' };
}

/** Encodes a body in the charset it declares. */
export function encodeBody(text: string, charset: Charset): Buffer {
  return charset === 'UTF-8' ? Buffer.from(text, 'utf8') : iconv.encode(text, 'gb18030');
}

/** The name that the prolog declares, as written. */
function declaredName(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 200)).toString('latin1');
  return /encoding\s*=\s*["']?([\w-]+)/i.exec(head)?.[1] ?? null;
}

/** GB2312 and GBK count as GB18030. */
function charsetNamed(name: string | null): Charset | null {
  const upper = name?.toUpperCase();
  if (upper === undefined) return null;
  if (upper.startsWith('GB')) return 'GB18030';
  return upper.startsWith('UTF') ? 'UTF-8' : null;
}

/** A character whose bytes are outside of the 94 × 94 table: rows A1 to F7, cells A1 to FE. */
function beyondGb2312(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      at += 1;
      continue;
    }
    const second = bytes[at + 1] ?? 0xa1;
    if (lead < 0xa1 || lead > 0xf7 || second < 0xa1) return true;
    at += 2;
  }
  return false;
}

/** Counts multi-byte sequences: well formed (`good`), of those three or four bytes long (`long`), and broken ones. */
function utf8Evidence(bytes: Uint8Array): { good: number; long: number; broken: number } {
  let good = 0;
  let long = 0;
  let broken = 0;
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      at += 1;
      continue;
    }
    const length = lead >= 0xc2 && lead <= 0xdf ? 2 : (lead & 0xf0) === 0xe0 ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
    let present = 1;
    while (present < length && ((bytes[at + present] ?? 0) & 0xc0) === 0x80) present += 1;
    let whole = length > 0 && present === length;
    if (length >= 3 && whole) {
      const second = bytes[at + 1]!;
      // overlong forms, surrogates, beyond U+10FFFF (RFC 3629)
      if (lead === 0xe0 && second < 0xa0) whole = false;
      if (lead === 0xed && second > 0x9f) whole = false;
      if (lead === 0xf0 && second < 0x90) whole = false;
      if (lead === 0xf4 && second > 0x8f) whole = false;
    }
    if (whole) {
      good += 1;
      if (length >= 3) long += 1;
      at += length;
    } else {
      broken += 1;
      at += present; // what is left of a cut character is one fault
    }
  }
  return { good, long, broken };
}
