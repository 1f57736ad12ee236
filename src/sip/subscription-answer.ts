import { confirmDialogue, type Dialogue } from './dialog.ts';
import { readEnvelope } from './manscdp/envelope.ts';
import { textOf } from './manscdp/xml.ts';
import type { SubscribeOutcome } from './subscription.ts';
import type { SipRequest, SipResponse } from './wire/message.ts';

/** What devices answer to SUBSCRIBE, and what the head of a NOTIFY says (RFC 6665 3.1, 4.1). */

/** What the device made of a SUBSCRIBE. Up to 2016 its 200 may hold a Response whose Result is ERROR: refused. */
export function outcomeOf(
  response: SipResponse,
  dialogue: Dialogue,
  isFirst: boolean,
  askedSeconds: number,
): SubscribeOutcome {
  const { status, reason } = response;
  if (status >= 300) {
    const minSeconds = wholeNumber(response.headers.get('Min-Expires'));
    return { kind: 'refused', status, minSeconds, detail: reason };
  }
  const body = response.body.length === 0 ? null : readEnvelope(response.body);
  if (body !== null && !('fault' in body) && textOf(body.element, 'Result')?.toUpperCase() === 'ERROR')
    return { kind: 'refused', status, minSeconds: null, detail: 'Result ERROR' };
  const grantedSeconds = wholeNumber(response.headers.get('Expires')) ?? askedSeconds;
  return { kind: 'accepted', dialogue: isFirst ? confirmDialogue(dialogue, response) : dialogue, grantedSeconds };
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : null;
}

/** The Subscription-State of a NOTIFY; some devices write none. */
export function toldBy(notify: SipRequest): {
  isTerminated: boolean;
  retryAfterSeconds: number | null;
  endsInSeconds: number | null;
} {
  const state = notify.headers.get('Subscription-State') ?? '';
  const number = (name: string): number | null => {
    const found = new RegExp(`;\\s*${name}\\s*=\\s*"?(\\d{1,9})`, 'i').exec(state)?.[1];
    return found === undefined ? null : Number(found);
  };
  return {
    isTerminated: /^\s*terminated\b/i.test(state),
    retryAfterSeconds: number('retry-after'),
    endsInSeconds: number('expires'),
  };
}
