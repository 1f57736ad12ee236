import { type Fault, fault } from './fault.ts';
import { Headers } from './headers.ts';
import { cseqOf, NO_BODY, type SipMessage } from './message.ts';
import { parseUri, type SipUri } from './uri.ts';

/** Cameras send about 15 headers, a proxied request about 40. */
export const MAX_HEADERS = 128;
/** Start line and headers. A digest REGISTER has 1 KB; a request through many proxies a few. */
export const MAX_HEAD_BYTES = 32 * 1024;

type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly uri: SipUri }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string };

/** A message whose body has not been cut out yet. */
export interface Head {
  readonly start: StartLine;
  readonly headers: Headers;
  /** `none` when no Content-Length was sent, `bad` when it is no number or two lines contradict each other. */
  readonly contentLength: number | 'none' | 'bad';
  readonly tolerated: readonly string[];
}

/**
 * Reads one datagram (RFC 3261 7, 18.3). Bytes after the body are dropped; a missing, broken or wrong Content-Length means
 * that the body ends with the datagram (SIP-6). `\n` alone ends a line too (SIP-5). The body shares memory with `bytes`.
 */
export function parseDatagram(bytes: Uint8Array): SipMessage | Fault {
  const start = skipLineEnds(bytes, 0, bytes.length);
  if (start === bytes.length) return fault('empty', 0, 'The datagram holds no message.');
  const end = findHeadEnd(bytes, start, bytes.length);
  const headEnd = end < 0 ? bytes.length : end;
  if (headEnd - start > MAX_HEAD_BYTES) {
    return fault('headers-too-long', start, `The headers are longer than ${MAX_HEAD_BYTES} bytes.`);
  }
  const head = parseHead(bytes, start, headEnd);
  if ('kind' in head) return head;
  const available = bytes.length - headEnd;
  const declared = head.contentLength;
  if (declared === available || declared === 0) {
    return messageOf(head, bytes.subarray(headEnd, headEnd + declared));
  }
  const trimmed = trailingBlanks(bytes, headEnd);
  if (typeof declared === 'number' && declared < available && declared >= trimmed) {
    return messageOf(head, bytes.subarray(headEnd, headEnd + declared));
  }
  const tolerated = declared === 'none' && available === 0 ? head.tolerated : [...head.tolerated, 'SIP-6'];
  return messageOf({ ...head, tolerated }, bytes.subarray(headEnd));
}

/** Joins a head and its body. */
export function messageOf(head: Head, body: Uint8Array): SipMessage {
  const common = {
    headers: head.headers,
    body: body.length === 0 ? NO_BODY : body,
    ...(head.tolerated.length > 0 ? { tolerated: head.tolerated } : undefined),
  };
  return { ...head.start, ...common };
}

/** First index from `from` that is no CR, LF or NUL (cameras keep NAT bindings open with those); `end` when there is none. */
export function skipLineEnds(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] === 0x0d || bytes[at] === 0x0a || bytes[at] === 0x00)) at += 1;
  return at;
}

/** The index after the empty line that ends the headers; −1 when it is not there. Line ends are CRLF or LF, also mixed. */
export function findHeadEnd(bytes: Uint8Array, from: number, end: number): number {
  for (let lf = bytes.indexOf(0x0a, from); lf >= 0 && lf < end; lf = bytes.indexOf(0x0a, lf + 1)) {
    if (lf + 1 < end && bytes[lf + 1] === 0x0a) return lf + 2;
    if (lf + 2 < end && bytes[lf + 1] === 0x0d && bytes[lf + 2] === 0x0a) return lf + 3;
  }
  return -1;
}

/** Reads start line and headers from `bytes[from, end)`. `base` is added to the offsets of faults. */
export function parseHead(bytes: Uint8Array, from: number, end: number, base = 0): Head | Fault {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).toString('latin1');
  const firstEnd = lineEnd(text, 0);
  const start = parseStartLine(text.slice(0, firstEnd).trim(), base + from);
  if (start.kind === 'fault') return start;
  const tolerated = new Set<string>();
  const headers = parseFields(text, firstEnd + 1, base + from, tolerated);
  if (!(headers instanceof Headers)) return headers;
  for (const name of ['Call-ID', 'CSeq', 'From', 'To']) {
    if (!headers.get(name)) return fault('header-missing', base + from, `The message has no ${name}.`);
  }
  const cseq = cseqOf({ headers });
  if (cseq === null) return fault('cseq', base + from, `The CSeq "${headers.get('CSeq')}" cannot be read.`);
  if (start.kind === 'request' && cseq.method !== start.method) {
    return fault('cseq', base + from, `A ${start.method} carries the CSeq of a ${cseq.method}.`);
  }
  return { start, headers, contentLength: contentLengthOf(headers), tolerated: [...tolerated] };
}

/** Whether a line (without its end) begins a message. */
export function isStartLine(line: string): boolean {
  return REQUEST_LINE.test(line) || STATUS_LINE.test(line);
}

/** What a header may be called (RFC 3261 25.1, token). */
const FIELD_NAME = /^[A-Za-z0-9!%*_+`'~.-]+$/;
const REQUEST_LINE = /^([A-Za-z0-9!%*_+`'~.-]+)[ \t]+(\S+)[ \t]+SIP\/(\S+)$/i;
const STATUS_LINE = /^SIP\/(\S+)[ \t]+(\d+)(?:[ \t](.*))?$/is;

function parseStartLine(line: string, offset: number): StartLine | Fault {
  const status = STATUS_LINE.exec(line);
  if (status !== null) {
    if (status[1] !== '2.0') return fault('version', offset, `SIP version ${status[1]} is not 2.0.`);
    const code = Number(status[2]);
    if (!(code >= 100 && code <= 699)) return fault('status', offset, `${status[2]} is no status code.`);
    return { kind: 'response', status: code, reason: blanked(status[3] ?? '') };
  }
  const request = REQUEST_LINE.exec(line);
  if (request?.[1] === undefined || request[2] === undefined) {
    return fault('start-line', offset, 'The first line is neither a request line nor a status line.');
  }
  if (request[3] !== '2.0') return fault('version', offset, `SIP version ${request[3]} is not 2.0.`);
  const uri = parseUri(request[2].replace(/^<(.*)>$/, '$1'));
  if (uri === null) return fault('uri', offset, 'The Request-URI cannot be read.');
  return { kind: 'request', method: request[1], uri };
}

function parseFields(text: string, from: number, base: number, tolerated: Set<string>): Headers | Fault {
  const headers = new Headers();
  let name = '';
  let value = '';
  for (let at = from; at < text.length; ) {
    const end = lineEnd(text, at);
    const line = text.slice(at, end);
    const c = line.charCodeAt(0);
    if (c === 0x20 || c === 0x09) {
      value = `${value} ${blanked(line)}`.trim(); // folded: RFC 3261 7.3.1
      tolerated.add('SIP-9');
    } else {
      if (name !== '') headers.add(name, value);
      if (headers.size > MAX_HEADERS) return fault('too-many-headers', base + at, `More than ${MAX_HEADERS} headers.`);
      const colon = line.indexOf(':');
      name = colon < 0 ? '' : line.slice(0, colon).trim();
      if (!FIELD_NAME.test(name)) name = '';
      value = colon < 0 ? '' : blanked(line.slice(colon + 1));
      if (name.length !== colon && line.trim() !== '') tolerated.add('SIP-9'); // blanks before the colon, or no header at all
    }
    at = end + 1;
  }
  if (name !== '') headers.add(name, value);
  if (headers.size > MAX_HEADERS) return fault('too-many-headers', base + from, `More than ${MAX_HEADERS} headers.`);
  return headers;
}

/** Without the blanks around it; control characters are blanks. */
function blanked(text: string): string {
  const trimmed = text.trim();
  return /[\x00-\x08\x0a-\x1f\x7f]/.test(trimmed) ? trimmed.replace(/[\x00-\x1f\x7f]+/g, ' ').trim() : trimmed;
}

/** The index of the LF that ends the line (the CR before it goes when the line is trimmed), or the end of the text. */
function lineEnd(text: string, from: number): number {
  const lf = text.indexOf('\n', from);
  return lf < 0 ? text.length : lf;
}

function contentLengthOf(headers: Headers): number | 'none' | 'bad' {
  const values = headers.all('Content-Length');
  const first = values[0];
  if (first === undefined || first === '') return 'none';
  if (values.some((value) => value !== first) || !/^\d{1,10}$/.test(first)) return 'bad';
  return Number(first);
}

/** How long the body from `from` is without the blanks and NULs behind it. */
function trailingBlanks(bytes: Uint8Array, from: number): number {
  let end = bytes.length;
  while (end > from && (bytes[end - 1] ?? 0) <= 0x20) end -= 1;
  return end - from;
}
