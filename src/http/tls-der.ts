/** The few forms of DER (ITU-T X.690) that a certificate needs. */

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
/** Class bits of `[n]`. */
const CONTEXT = 0x80;
const CONSTRUCTED = 0x20;
/** Two digits of a year are enough before (RFC 5280 4.1.2.5). */
const GENERALIZED_FROM = 2050;

/** A tag, a length and what is in it. */
function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  if (body.length < 0x80) length.push(body.length);
  else {
    for (let rest = body.length; rest > 0; rest >>>= 8) length.unshift(rest & 0xff);
    length.unshift(0x80 | length.length);
  }
  return Buffer.concat([Uint8Array.of(tag, ...length), body]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(SEQUENCE, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => element(SET, ...parts);
export const octets = (bytes: Uint8Array): Buffer => element(OCTET_STRING, bytes);
export const text = (value: string): Buffer => element(UTF8_STRING, Buffer.from(value, 'utf8'));
export const truth = (): Buffer => Buffer.from([0x01, 0x01, 0xff]);

/** A number that is not negative: a leading zero keeps its sign. */
export function integer(bytes: Uint8Array): Buffer {
  let at = 0;
  while (at < bytes.length - 1 && bytes[at] === 0) at += 1;
  const least = bytes.subarray(at);
  return element(INTEGER, (least[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : new Uint8Array(), least);
}

/** `unused`: bits at the end that do not count. */
export const bits = (bytes: Uint8Array, unused = 0): Buffer => element(BIT_STRING, Uint8Array.of(unused), bytes);

/** `1.2.840.10045.4.3.2` */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const body = [first * 40 + second];
  for (const arc of rest) {
    const digits = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift(0x80 | (left & 0x7f));
    body.push(...digits);
  }
  return element(OBJECT_IDENTIFIER, Uint8Array.from(body));
}

/** A moment to the second. */
export function time(epochMs: number): Buffer {
  const digits = `${new Date(epochMs).toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
  const isLong = Number(digits.slice(0, 4)) >= GENERALIZED_FROM;
  return element(isLong ? GENERALIZED_TIME : UTC_TIME, Buffer.from(isLong ? digits : digits.slice(2), 'latin1'));
}

/** `[n]` around something. */
export const tagged = (n: number, ...parts: readonly Uint8Array[]): Buffer =>
  element(CONTEXT | CONSTRUCTED | n, ...parts);

/** `[n]` in place of the tag of a plain string. */
export const tagging = (n: number, bytes: Uint8Array): Buffer => element(CONTEXT | n, bytes);
