/** What our parsers make of a message as it came from the field: the public way, from bytes to values. */
import { readFileSync } from 'node:fs';
import { answerFindings } from '../../../src/sip/answer-findings.ts';
import { Questions } from '../../../src/sip/camera/query.ts';
import { registerFindings } from '../../../src/sip/camera/register-findings.ts';
import { openDialogue } from '../../../src/sip/dialog.ts';
import { parseCredentials, verifyDigest } from '../../../src/sip/digest.ts';
import { readAlarm } from '../../../src/sip/manscdp/alarm.ts';
import { isVideoChannel, readCatalog } from '../../../src/sip/manscdp/catalog.ts';
import { catalogFindings } from '../../../src/sip/manscdp/catalog-findings.ts';
import { type Envelope, readEnvelope } from '../../../src/sip/manscdp/envelope.ts';
import { readKeepalive } from '../../../src/sip/manscdp/keepalive.ts';
import { readMediaStatus } from '../../../src/sip/manscdp/media-status.ts';
import { readMobilePositions } from '../../../src/sip/manscdp/mobile-position.ts';
import type { Question } from '../../../src/sip/manscdp/question.ts';
import { readRecordInfo } from '../../../src/sip/manscdp/record-info.ts';
import { readSnapshotsFinished } from '../../../src/sip/manscdp/upload-snapshot-finished.ts';
import { textOf } from '../../../src/sip/manscdp/xml.ts';
import { parseMansrtsp } from '../../../src/sip/mansrtsp.ts';
import { parseSdp, type SdpMedia } from '../../../src/sip/sdp.ts';
import { outcomeOf, toldBy } from '../../../src/sip/subscription-answer.ts';
import { readVoiceWish } from '../../../src/sip/voice-sdp.ts';
import { parseNameAddr, tagOf, userOf } from '../../../src/sip/wire/address.ts';
import { callIdOf, contentTypeOf, type SipMessage } from '../../../src/sip/wire/message.ts';
import { parseDatagram } from '../../../src/sip/wire/parse.ts';
import { readPtzCommand } from '../../../src/sip/wire/ptz-command.ts';
import { formatUri } from '../../../src/sip/wire/uri.ts';
import { parseVia } from '../../../src/sip/wire/via.ts';
import { requestOf, responseOf } from '../fixtures.ts';

/** Clocks of the field show this. */
const ZONE = 'Asia/Shanghai';

/** One message of the field: whose, what is special about it, and all that has to come out of it. */
export interface Sample {
  readonly file: string;
  readonly what: string;
  readonly read: (bytes: Buffer) => unknown;
  readonly is: unknown;
}

const FOLDER = new URL('../../fixtures/field/', import.meta.url);

/** The bytes of a sample. */
export function bytesOf(file: string): Buffer {
  return readFileSync(new URL(file, FOLDER));
}

/** A datagram that has to be a message. */
export function messageOf(bytes: Uint8Array): SipMessage {
  const message = parseDatagram(bytes);
  if (message.kind === 'fault') throw new TypeError(`no message: ${JSON.stringify(message)}`);
  return message;
}

/** Everything that a head says, in one line each: what it is, who sent it, from whom to whom, its dialogue, its body. */
export function head(bytes: Buffer): readonly string[] {
  const message = messageOf(bytes);
  const { headers } = message;
  const via = parseVia(headers.list('Via')[0] ?? '');
  const params = ['rport', 'received', 'branch'].flatMap((name) =>
    via?.params.has(name) === true ? [`${name}=${via.params.get(name) ?? ''}`] : [],
  );
  const end = (name: string): string => `${userOf(headers.get(name))};${tagOf(headers.get(name))}`;
  const contact = parseNameAddr(headers.list('Contact')[0] ?? '');
  return [
    message.kind === 'request' ? `${message.method} ${formatUri(message.uri)}` : `${message.status} ${message.reason}`,
    `${via?.transport} ${via?.host}:${via?.port} ${params.join(' ')}`,
    `${end('From')} > ${end('To')}`,
    `${callIdOf(message)} / ${headers.get('CSeq')}`,
    `contact ${contact === null ? 'none' : formatUri(contact.uri)}`,
    `${headers.get('User-Agent')}`,
    `${contentTypeOf(message)} ${message.body.length}${(message.tolerated ?? []).map((code) => ` ${code}`).join('')}`,
  ];
}

/** A body alone, or the body of a datagram. */
function bodyOf(bytes: Buffer): Uint8Array {
  return /^(?:[A-Z]+ sips?:|SIP\/)/.test(bytes.toString('latin1', 0, 20)) ? messageOf(bytes).body : bytes;
}

function envelopeOf(bytes: Buffer): Envelope {
  const envelope = readEnvelope(bodyOf(bytes));
  if ('fault' in envelope) throw new TypeError(`no envelope: ${JSON.stringify(envelope)}`);
  return envelope;
}

/** `Notify Keepalive 9 of 3402…, ASCII`, and the codes of what was tolerated. */
function envelope(bytes: Buffer): { envelope: Envelope; frame: string; codes: string[] } {
  const read = envelopeOf(bytes);
  const frame = `${read.root} ${read.cmdType} ${read.sn} of ${read.deviceId}, ${read.charset ?? 'ASCII'}`;
  return { envelope: read, frame, codes: read.tolerated.map(([code]) => code) };
}

/** Reads a REGISTER; `password` proves its digest. */
export const register =
  (password: string | null = null) =>
  (bytes: Buffer): unknown => {
    const request = requestOf(bytes);
    const { headers } = request;
    const via = parseVia(headers.list('Via')[0] ?? '');
    const header = headers.get('Authorization');
    const credentials = header === undefined ? null : parseCredentials(header);
    const from = { host: via?.host ?? '', port: via?.port ?? 5060 };
    return {
      head: head(bytes),
      expires: headers.get('Expires'),
      login:
        credentials === null
          ? null
          : {
              user: credentials.username,
              realm: credentials.realm,
              uri: credentials.uri,
              proved: password !== null && verifyDigest(credentials, request.method, password),
            },
      codes: registerFindings(request, userOf(headers.get('From')) ?? '', credentials, from, false).map(([c]) => c),
    };
  };

export function keepalive(bytes: Buffer): unknown {
  const { envelope: read, frame, codes } = envelope(bytes);
  return { frame, ...readKeepalive(read), codes };
}

export function catalog(bytes: Buffer): unknown {
  const { envelope: read, frame, codes } = envelope(bytes);
  const part = readCatalog(read);
  return {
    frame,
    sumNum: part.sumNum,
    items: part.items.map(({ id, on, fields }) => ({ id, on, video: isVideoChannel(id), ...fields })),
    codes: [...codes, ...catalogFindings(read, part).map(([code]) => code)],
  };
}

/** Takes an answer as the gateway takes it: by the question that is open, so that an answer nobody recognises is none. */
export const answered =
  <A>(question: (targetId: string) => Question<A>) =>
  (bytes: Buffer): unknown => {
    const { envelope: read, frame, codes } = envelope(bytes);
    const questions = new Questions();
    let value: unknown = 'nothing';
    const settle = (answer: unknown): void => {
      value = answer;
    };
    questions.ask('device', question(read.deviceId), read.sn ?? 0, settle, 0);
    const noted = questions.answer('device', read, 0);
    return { frame, value, codes: [...codes, ...(noted ?? [['unasked']]).map(([code]) => code)] };
  };

/** Reads files of a day that began at `dayEpochMs`. */
export const records =
  (day: string) =>
  (bytes: Buffer): unknown => {
    const { envelope: read, frame, codes } = envelope(bytes);
    const startEpochMs = Date.parse(`${day}T00:00:00+08:00`);
    const query = { channelId: '34020000001310000001', startEpochMs, endEpochMs: startEpochMs + 86_400_000 };
    const part = readRecordInfo(read, query, ZONE);
    return {
      frame,
      sumNum: part.sumNum,
      items: part.records.map(({ item }) =>
        item === null
          ? null
          : {
              ...item,
              startEpochMs: new Date(item.startEpochMs).toISOString(),
              endEpochMs: new Date(item.endEpochMs).toISOString(),
            },
      ),
      codes: [...codes, ...part.tolerated.map(([code]) => code)],
    };
  };

export function alarm(bytes: Buffer): unknown {
  const { envelope: read, frame, codes } = envelope(bytes);
  const notice = readAlarm(read, ZONE);
  const at = notice.epochMs === null ? null : new Date(notice.epochMs).toISOString();
  return { frame, ...notice, epochMs: at, codes };
}

export function positions(bytes: Buffer): unknown {
  const { envelope: read, frame, codes } = envelope(bytes);
  return { frame, positions: readMobilePositions(read), codes };
}

export function snapshots(bytes: Buffer): unknown {
  const { envelope: read, frame, codes } = envelope(bytes);
  return { frame, ...readSnapshotsFinished(read), codes };
}

export function mediaStatus(bytes: Buffer): unknown {
  const { envelope: read, frame, codes } = envelope(bytes);
  return { frame, type: readMediaStatus(read), codes };
}

/** A steering command as platforms write it, from the body around it to its bytes. */
export function steering(bytes: Buffer): unknown {
  const { envelope: read, frame, codes } = envelope(bytes);
  return { frame, ...readPtzCommand(textOf(read.element, 'PTZCmd') ?? ''), codes };
}

/** One command a line. */
export function hexLines(bytes: Buffer): unknown {
  return bytes.toString('latin1').trim().split('\r\n').map(readPtzCommand);
}

function mediaOf(media: SdpMedia | null): unknown {
  if (media === null) return null;
  const { kind, port, protocol, payloadTypes, direction, setup } = media;
  const names = payloadTypes.map((type) => `${type} ${media.rtpmap.get(type)}`);
  return [
    `${kind} ${port} ${protocol} ${direction} ${setup}`,
    ...names,
    ...[...media.attributes].map((a) => a.join(':')),
  ];
}

/** A description, whoever wrote it. */
export function description(bytes: Buffer): unknown {
  const sdp = parseSdp(Buffer.from(bodyOf(bytes)).toString('latin1'));
  return {
    name: sdp.sessionName,
    origin: sdp.originUser,
    host: sdp.mediaHost,
    media: mediaOf(sdp.selected),
    lines: sdp.media.length,
    ssrc: sdp.ssrc,
    ssrcText: sdp.ssrcText,
    format: sdp.format,
    range: [sdp.startSeconds, sdp.endSeconds],
    filesize: sdp.filesizeBytes,
  };
}

/** The description in a 200 to an INVITE of ours, and what it bends. */
export const answer =
  (transport: 'udp' | 'tcp-passive' | 'tcp-active', deviceId: string) =>
  (bytes: Buffer): unknown => {
    const text = Buffer.from(messageOf(bytes).body).toString('latin1');
    const to = parseNameAddr(responseOf(bytes).headers.get('To') ?? '')?.uri;
    const asked = { deviceId, channelId: to?.user ?? '', transport, sipHost: to?.host ?? '' };
    const codes = answerFindings(text, parseSdp(text), asked).map(([code]) => code);
    return { head: head(bytes), ...(description(bytes) as object), codes };
  };

/** What a device wants of a voice. */
export function voice(bytes: Buffer): unknown {
  const subject = messageOf(bytes).headers.get('Subject');
  return { head: head(bytes), subject, ...readVoiceWish(Buffer.from(bodyOf(bytes)).toString('latin1')) };
}

export function control(bytes: Buffer): unknown {
  return { ...parseMansrtsp(Buffer.from(bodyOf(bytes)).toString('latin1')) };
}

/** A 200 to a SUBSCRIBE of ours. */
export function subscribed(bytes: Buffer): unknown {
  const uri = 'sip:34020000001320000001@203.0.113.111:5060';
  const names = { callId: '1', deviceId: '1', channelId: '1', localUri: uri, localTag: '1', localContact: uri };
  const dialogue = openDialogue({ ...names, remoteUri: uri, createdEpochMs: 0 });
  const outcome = outcomeOf(responseOf(bytes), dialogue, true, 3600);
  if (outcome.kind !== 'accepted') return outcome;
  const { remoteTag, remoteTarget } = outcome.dialogue;
  return { head: head(bytes), seconds: outcome.grantedSeconds, remoteTag, remoteTarget };
}

/** A NOTIFY with a position: what its head says of the subscription, and where the device is. */
export function notified(bytes: Buffer): unknown {
  const request = requestOf(bytes);
  return {
    head: head(bytes),
    event: request.headers.get('Event'),
    ...toldBy(request),
    ...(positions(bytes) as object),
  };
}

/** Head and body of a datagram. */
export const both =
  (read: (bytes: Buffer) => unknown) =>
  (bytes: Buffer): unknown => ({ head: head(bytes), ...(read(bytes) as object) });
