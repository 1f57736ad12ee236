import type { SipMessage } from './message.ts';
import { formatUri } from './uri.ts';

/**
 * The message as bytes. Content-Length is always the real one, whatever the headers say. Text leaves one byte a character, so
 * that received values are echoed as they came; a message with other characters leaves as UTF-8. Control characters in a value
 * become blanks, so that no value can add a line.
 */
export function serialize(message: SipMessage): Buffer {
  let head =
    message.kind === 'request'
      ? `${clean(message.method)} ${clean(formatUri(message.uri))} SIP/2.0\r\n`
      : `SIP/2.0 ${message.status} ${clean(message.reason)}\r\n`;
  for (const [name, value] of message.headers) {
    if (name !== 'Content-Length') head += `${name.replace(/[^\x21-\x7e]|:/g, '')}: ${clean(value)}\r\n`;
  }
  head += `Content-Length: ${message.body.length}\r\n\r\n`;
  const bytes = Buffer.from(head, /^[\x00-\xff]*$/.test(head) ? 'latin1' : 'utf8');
  return message.body.length === 0 ? bytes : Buffer.concat([bytes, message.body]);
}

function clean(text: string): string {
  return /[\x00-\x08\x0a-\x1f\x7f]/.test(text) ? text.replace(/[\x00-\x08\x0a-\x1f\x7f]+/g, ' ') : text;
}
