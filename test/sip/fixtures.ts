import { readdirSync, readFileSync } from 'node:fs';
import type { Fault } from '../../src/sip/wire/fault.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../src/sip/wire/message.ts';
import { parseDatagram } from '../../src/sip/wire/parse.ts';

const DIRECTORY = new URL('../fixtures/sip/', import.meta.url);

/** Names of all captured messages. */
export const FIXTURES: readonly string[] = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith('.sip'))
  .sort();

/** The bytes of a captured message. */
export function fixture(name: string): Buffer {
  return readFileSync(new URL(name, DIRECTORY));
}

/** Text with `\n` line ends as CRLF bytes, one byte a character. */
export function wire(text: string): Buffer {
  return Buffer.from(text.replace(/\r?\n/g, '\r\n'), 'latin1');
}

/** A datagram that has to be a request. */
export function requestOf(bytes: Uint8Array): SipRequest {
  const message = parseDatagram(bytes);
  if (message.kind !== 'request') throw new TypeError(`not a request: ${JSON.stringify(message)}`);
  return message;
}

/** A datagram that has to be a response. */
export function responseOf(bytes: Uint8Array): SipResponse {
  const message = parseDatagram(bytes);
  if (message.kind !== 'response') throw new TypeError(`not a response: ${JSON.stringify(message)}`);
  return message;
}

/** A message as plain data, to compare. */
export function plain(message: SipMessage | Fault): unknown {
  if (message.kind === 'fault') return message;
  return { ...message, headers: [...message.headers], body: Buffer.from(message.body).toString('latin1') };
}
