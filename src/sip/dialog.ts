import { formatNameAddr, parseNameAddr, tagOf } from './wire/address.ts';
import { Headers } from './wire/headers.ts';
import { callIdOf, cseqOf, NO_BODY, type SipRequest, type SipResponse } from './wire/message.ts';
import { formatUri, parseUri, type SipUri, sipUri } from './wire/uri.ts';

/**
 * An INVITE dialogue from our side (RFC 3261 12), as plain data: it is stored before its INVITE leaves, so that a restarted
 * gateway can send the BYE it owes. Functions here return a changed copy; the caller stores it.
 */
export interface Dialogue {
  readonly callId: string;
  readonly deviceId: string;
  readonly channelId: string;
  /** From of our requests, without tag. */
  readonly localUri: string;
  readonly localTag: string;
  /** To of our requests, without tag. */
  readonly remoteUri: string;
  /** Null until a 2xx came, and for ever with devices that send no To tag. */
  readonly remoteTag: string | null;
  /** CSeq of our last request but ACK and CANCEL. */
  readonly localCseq: number;
  readonly inviteCseq: number;
  /** Highest CSeq the device has sent in this dialogue; null: none. */
  readonly remoteCseq: number | null;
  /** Request-URI of our requests. Where they go is decided by the observed address of the device, not by this. */
  readonly remoteTarget: string;
  /** Contact of our requests, a URI. */
  readonly localContact: string;
  /** Route headers of our requests, from the Record-Route of the 2xx. */
  readonly routeSet: readonly string[];
  readonly createdEpochMs: number;
  /** Whether a 2xx has come. */
  readonly confirmed: boolean;
}

export interface DialogueOptions {
  readonly callId: string;
  readonly deviceId: string;
  readonly channelId: string;
  readonly localUri: string;
  readonly localTag: string;
  /** `sip:{channelId}@{host}:{port}` with the address the device was seen at; also the first Request-URI. */
  readonly remoteUri: string;
  readonly localContact: string;
  readonly createdEpochMs: number;
  /** CSeq of the INVITE; 1 unless told. */
  readonly cseq?: number;
}

/** The dialogue of an INVITE that is about to leave. */
export function openDialogue(options: DialogueOptions): Dialogue {
  const { cseq = 1, ...rest } = options;
  return {
    ...rest,
    remoteTag: null,
    localCseq: cseq,
    inviteCseq: cseq,
    remoteCseq: null,
    remoteTarget: options.remoteUri,
    routeSet: [],
    confirmed: false,
  };
}

/** The INVITE of a dialogue. `subject`: GB/T 28181 9.2, always sent (INV-10). */
export function buildInvite(dialogue: Dialogue, subject: string, sdp: Uint8Array): SipRequest {
  return build(dialogue, 'INVITE', dialogue.inviteCseq, sdp, [
    ['Contact', `<${dialogue.localContact}>`],
    ['Subject', subject],
    ['Content-Type', 'APPLICATION/SDP'],
  ]);
}

/**
 * The dialogue after a 2xx. The user part of Contact becomes that of the Request-URI; its host does not, it may be private
 * (SIP-4). A Contact that is missing, or ours echoed, leaves the target as invited.
 */
export function confirmDialogue(dialogue: Dialogue, response: SipResponse): Dialogue {
  const contact = parseNameAddr(response.headers.list('Contact')[0] ?? '');
  const target = parseUri(dialogue.remoteTarget);
  const ours = parseUri(dialogue.localContact);
  const user = contact?.uri.user ?? null;
  const believed = user !== null && user !== '' && user !== ours?.user && target !== null;
  return {
    ...dialogue,
    remoteTag: tagOf(response.headers.get('To')),
    remoteTarget: believed ? formatUri({ ...target, user }) : dialogue.remoteTarget,
    routeSet: response.headers.list('Record-Route').reverse(),
    confirmed: true,
  };
}

/** Whether a request of the other end carries both tags of this dialogue: its writer is that end, or sits on the path. */
export function sameTags(request: SipRequest, dialogue: Dialogue | null): boolean {
  if (dialogue === null || dialogue.remoteTag === null) return false;
  return (
    tagOf(request.headers.get('To')) === dialogue.localTag && tagOf(request.headers.get('From')) === dialogue.remoteTag
  );
}

/** The ACK of the 2xx, the same each time the 2xx comes again. */
export function buildAck(dialogue: Dialogue): SipRequest {
  return build(dialogue, 'ACK', dialogue.inviteCseq, NO_BODY, []);
}

/** A BYE, and the dialogue that counts it. */
export function buildBye(dialogue: Dialogue): { request: SipRequest; dialogue: Dialogue } {
  const next = { ...dialogue, localCseq: dialogue.localCseq + 1 };
  return { request: build(next, 'BYE', next.localCseq, NO_BODY, []), dialogue: next };
}

/** An INFO (MANSRTSP playback control), and the dialogue that counts it. */
export function buildInfo(
  dialogue: Dialogue,
  contentType: string,
  body: Uint8Array,
): { request: SipRequest; dialogue: Dialogue } {
  const next = { ...dialogue, localCseq: dialogue.localCseq + 1 };
  const fields: [string, string][] = [
    ['Contact', `<${dialogue.localContact}>`],
    ['Content-Type', contentType],
  ];
  return { request: build(next, 'INFO', next.localCseq, body, fields), dialogue: next };
}

/** An OPTIONS, which asks whether the device still knows this dialogue, and the dialogue that counts it. */
export function buildOptions(dialogue: Dialogue): { request: SipRequest; dialogue: Dialogue } {
  const next = { ...dialogue, localCseq: dialogue.localCseq + 1 };
  const fields: [string, string][] = [
    ['Contact', `<${dialogue.localContact}>`],
    ['Accept', 'application/sdp'],
  ];
  return { request: build(next, 'OPTIONS', next.localCseq, NO_BODY, fields), dialogue: next };
}

/** A SUBSCRIBE within its dialogue, the first one too (RFC 6665 4.1.2), and the dialogue that counts it. */
export function buildSubscribe(
  dialogue: Dialogue,
  o: {
    readonly event: string;
    readonly expiresSeconds: number;
    readonly contentType: string;
    readonly body: Uint8Array;
  },
): { request: SipRequest; dialogue: Dialogue } {
  const next = { ...dialogue, localCseq: dialogue.localCseq + 1 };
  const fields: [string, string][] = [
    // always, as in every request (INV-10)
    ['Contact', `<${dialogue.localContact}>`],
    ['Event', o.event],
    ['Expires', String(o.expiresSeconds)],
    ['Content-Type', o.contentType],
  ];
  return { request: build(next, 'SUBSCRIBE', next.localCseq, o.body, fields), dialogue: next };
}

/**
 * ACK and BYE for a 2xx that nobody waits for (INV-3), from the response alone: From is ours, To the device's.
 * @param target where the response came from: the host of the Request-URI
 */
export function endStray(
  response: SipResponse,
  target: { readonly host: string; readonly port: number },
): { ack: SipRequest; bye: SipRequest } | null {
  const from = parseNameAddr(response.headers.get('From') ?? '');
  const to = parseNameAddr(response.headers.get('To') ?? '');
  const cseq = cseqOf(response);
  if (from === null || to === null || cseq === null) return null;
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  const dialogue = openDialogue({
    callId: callIdOf(response),
    deviceId: '',
    channelId: '',
    localUri: formatUri(from.uri),
    localTag: from.params.get('tag') ?? '',
    remoteUri: formatUri(to.uri),
    localContact: formatUri(from.uri),
    createdEpochMs: 0,
    cseq: cseq.number,
  });
  const invited = { ...dialogue, remoteTarget: formatUri(sipUri(to.uri.user, host, target.port)) };
  const confirmed = confirmDialogue(invited, response);
  return { ack: buildAck(confirmed), bye: buildBye(confirmed).request };
}

function build(
  dialogue: Dialogue,
  method: string,
  cseq: number,
  body: Uint8Array,
  fields: Iterable<readonly [string, string]>,
): SipRequest {
  const headers = Headers.of([
    ['Max-Forwards', '70'],
    ['From', address(dialogue.localUri, dialogue.localTag)],
    ['To', address(dialogue.remoteUri, dialogue.remoteTag)],
    ['Call-ID', dialogue.callId],
    ['CSeq', `${cseq} ${method}`],
  ]);
  for (const route of dialogue.routeSet) headers.add('Route', route);
  for (const [name, value] of fields) headers.add(name, value);
  return { kind: 'request', method, uri: uriOf(dialogue.remoteTarget), headers, body };
}

function address(uri: string, tag: string | null): string {
  const params = tag === null || tag === '' ? new Map<string, string>() : new Map([['tag', tag]]);
  return formatNameAddr({ display: null, uri: uriOf(uri), params });
}

/** URIs of a dialogue are ours or were parsed before; one that is broken after all is sent as it is. */
function uriOf(text: string): SipUri {
  return parseUri(text) ?? sipUri(null, text.replace(/^sips?:/i, ''));
}
