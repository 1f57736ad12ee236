import type { SipMessage } from '../wire/message.ts';

/** What the parser tolerated in a message, in words for the findings of its sender. */
export function toleratedWords(code: string, message: SipMessage): string {
  const what = message.kind === 'request' ? `a ${message.method}` : `an answer ${message.status}`;
  if (code !== 'SIP-6') return `the headers of ${what} are folded or have blanks before the colon`;
  const declared = message.headers.get('Content-Length');
  const length = declared === undefined ? 'no Content-Length' : `Content-Length ${JSON.stringify(declared)}`;
  return `${what} has ${length}, its body ${message.body.length} bytes`;
}
