import type { SdpForm, SubStreamAttribute } from './camera/profile.ts';
import { formatSsrc, parseSsrc } from './ssrc.ts';

/**
 * SDP as GB/T 28181 uses it (annex G; RFC 4566 with `y=` and `f=`). The reader is lenient: line order, line ends, unknown
 * lines and vendor garbage never make it fail (INV-11). The writer has three forms, because devices refuse one or the other (INV-5).
 */

export type SdpDirection = 'recvonly' | 'sendonly' | 'sendrecv' | 'inactive';
export type SdpSetup = 'active' | 'passive' | 'actpass';

/** One `m=` line with what belongs to it. */
export interface SdpMedia {
  kind: string;
  port: number;
  /** `RTP/AVP` or `TCP/RTP/AVP`, upper case. */
  protocol: string;
  payloadTypes: number[];
  /** Encoding names by payload type, e.g. 96 → `PS/90000`. */
  rtpmap: Map<number, string>;
  /** Media-level `c=` address. */
  host: string | null;
  direction: SdpDirection | null;
  setup: SdpSetup | null;
  /** Every other `a=` line by name; a flag has the value ''. */
  attributes: Map<string, string>;
}

/** A session description as read. */
export interface SessionDescription {
  /** User of the `o=` line, '' when there is none. */
  originUser: string;
  sessionName: string;
  /** Session-level `c=` address. */
  host: string | null;
  media: SdpMedia[];
  /** First audio or video line with a port above 0 (INV-11); null when there is none (INV-16). */
  selected: SdpMedia | null;
  /** The address media comes from or goes to: media-level `c=`, then session-level; null for none or `0.0.0.0` (INV-12). */
  mediaHost: string | null;
  /** The number of `y=`; null when absent or unusable (SSRC-2, SSRC-9). */
  ssrc: number | null;
  /** `y=` as written, for echo. */
  ssrcText: string | null;
  /** `f=` as written: never a reason to fail. */
  format: string | null;
  /** `t=` start and end, Unix seconds. */
  startSeconds: number;
  endSeconds: number;
  /** `a=filesize` of a download answer, bytes; null when absent, 0 or not a number (PB-6). */
  filesizeBytes: number | null;
  /** Speeds of an `a=downloadspeed` line; null when there is none. */
  downloadSpeeds: readonly number[] | null;
}

/** Lines of one description: answers have about 12, the longest vendor offers 40. */
const MAX_SDP_LINES = 256;
const MAX_MEDIA_LINES = 16;
const MAX_ATTRIBUTES = 64;
/** Speeds a device may list, and the highest that means one: 1/2/4 by the samples, 64 the highest seen. */
const MAX_SPEEDS = 16;
const MAX_SPEED = 1024;

/** Reads a description; text without any known line gives an empty one. Answers without a body are the caller's case: `parseSdp('')` is empty too. */
export function parseSdp(text: string): SessionDescription {
  const sdp: SessionDescription = {
    originUser: '',
    sessionName: '',
    host: null,
    media: [],
    selected: null,
    mediaHost: null,
    ssrc: null,
    ssrcText: null,
    format: null,
    startSeconds: 0,
    endSeconds: 0,
    filesizeBytes: null,
    downloadSpeeds: null,
  };
  let current: SdpMedia | null = null;
  for (const line of text.split(/\r\n|\n|\r/, MAX_SDP_LINES)) {
    const found = /^\s*([a-zA-Z])\s*=\s*(.*?)\s*$/.exec(line);
    if (found === null) continue;
    const value = found[2]!;
    switch (found[1]!.toLowerCase()) {
      case 'o':
        sdp.originUser = value.split(/\s+/)[0] ?? '';
        break;
      case 's':
        sdp.sessionName = value;
        break;
      case 'c':
        if (current === null) sdp.host ??= connectionHost(value);
        else current.host = connectionHost(value);
        break;
      case 't':
        [sdp.startSeconds, sdp.endSeconds] = readTimes(value);
        break;
      case 'm':
        current = sdp.media.length < MAX_MEDIA_LINES ? readMedia(value) : null;
        if (current !== null) sdp.media.push(current);
        break;
      case 'a':
        readAttribute(sdp, current, value);
        break;
      case 'y':
        sdp.ssrcText ??= value;
        break;
      case 'f':
        sdp.format ??= value;
        break;
    }
  }
  sdp.ssrc = parseSsrc(sdp.ssrcText);
  sdp.selected = sdp.media.find((m) => (m.kind === 'video' || m.kind === 'audio') && m.port > 0) ?? null;
  sdp.mediaHost = usableHost(sdp.selected?.host ?? null) ?? usableHost(sdp.host);
  return sdp;
}

function connectionHost(value: string): string | null {
  const [, , host] = value.split(/\s+/);
  return host === undefined ? null : (host.split('/')[0] ?? null);
}

function usableHost(host: string | null): string | null {
  return host === null || host === '' || host === '0.0.0.0' || host === '::' ? null : host;
}

function readTimes(value: string): [number, number] {
  const [start, end] = value.split(/\s+/).map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : 0));
  return [start ?? 0, end ?? 0];
}

function readMedia(value: string): SdpMedia | null {
  const [kind, port, protocol, ...formats] = value.split(/\s+/);
  if (kind === undefined || port === undefined) return null;
  const number = Number(/^\d{1,5}/.exec(port)?.[0] ?? 0);
  return {
    kind: kind.toLowerCase(),
    port: number <= 65_535 ? number : 0,
    protocol: (protocol ?? 'RTP/AVP').toUpperCase(),
    payloadTypes: formats.filter((f) => /^\d{1,3}$/.test(f)).map(Number),
    rtpmap: new Map(),
    host: null,
    direction: null,
    setup: null,
    attributes: new Map(),
  };
}

function readAttribute(sdp: SessionDescription, media: SdpMedia | null, value: string): void {
  const [, name = '', rest = ''] = /^([^:\s]+)\s*:?\s*(.*)$/.exec(value) ?? [];
  const key = name.toLowerCase();
  if (key === 'filesize' || key === 'fileszie') {
    // the 2014 sample misspells it
    if (/^\d{1,15}$/.test(rest) && Number(rest) > 0) sdp.filesizeBytes = Number(rest);
    return;
  }
  if (key === 'downloadspeed') {
    const speeds = rest
      .split(/[^\d.]+/, MAX_SPEEDS)
      .map(Number)
      .filter((speed) => speed > 0 && speed <= MAX_SPEED);
    if (speeds.length > 0) sdp.downloadSpeeds = speeds;
    return;
  }
  if (media === null) return;
  if (key === 'rtpmap') {
    const map = /^(\d{1,3})\s+(\S+)/.exec(rest);
    if (map !== null && media.rtpmap.size < MAX_ATTRIBUTES) media.rtpmap.set(Number(map[1]), map[2]!);
  } else if (key === 'recvonly' || key === 'sendonly' || key === 'sendrecv' || key === 'inactive') {
    media.direction = key;
  } else if (key === 'setup') {
    const role = rest.toLowerCase();
    if (role === 'active' || role === 'passive' || role === 'actpass') media.setup = role;
  } else if (media.attributes.size < MAX_ATTRIBUTES && !media.attributes.has(key)) {
    media.attributes.set(key, rest);
  }
}

/** What an offer says. */
export interface OfferOptions {
  channelId: string;
  platformId: string;
  /** Address the device sends to (or that connects to it). */
  host: string;
  port: number;
  transport: 'udp' | 'tcp-passive' | 'tcp-active';
  ssrc: number;
  name: 'Play' | 'Playback' | 'Download';
  /** 0 main, 1 sub … */
  streamNumber: number;
  /** How a stream other than the main one is asked for (INV-13); `all` unless told. */
  subStreamAttribute?: SubStreamAttribute | undefined;
  /** How much is listed (INV-5); `common` unless told. */
  form?: SdpForm | undefined;
  /** Playback and download: the wanted range, whole Unix seconds (`t=`). */
  startEpochSeconds?: number;
  endEpochSeconds?: number;
  /** Playback and download: the `u=` line, `{channelId}:0` unless told; null leaves it out, for devices that refuse it (PB-9). */
  uri?: string | null;
  /** Download: the wanted speed. */
  downloadSpeed?: number;
}

/** Payload types by form, PS first: it is the mandatory one. The long list is that of older Java platforms, which some firmware expects. */
const OFFERED_PAYLOADS: Record<SdpForm, readonly (readonly [number, string])[]> = {
  common: [
    [96, 'PS/90000'],
    [97, 'MPEG4/90000'],
    [98, 'H264/90000'],
  ],
  minimal: [[96, 'PS/90000']],
  extended: [
    [96, 'PS/90000'],
    [126, 'H264/90000'],
    [125, 'H264S/90000'],
    [99, 'MP4V-ES/90000'],
    [34, 'H263/90000'],
    [98, 'H264/90000'],
    [97, 'MPEG4/90000'],
  ],
};

/** Writes an offer (annex G): `v o s [u] c t m a… y f`, CRLF line ends. */
export function buildOffer(o: OfferOptions): string {
  const family = o.host.includes(':') ? 'IP6' : 'IP4';
  const tcp = o.transport !== 'udp';
  const history = o.name !== 'Play';
  const form = o.form ?? 'common';
  const payloads = OFFERED_PAYLOADS[form];
  // who offers, by some readings of the standard, is the platform and not the channel: refusals for the `o=` user end here (INV-5)
  const origin = form === 'minimal' ? o.platformId : o.channelId;
  const lines = [
    'v=0',
    `o=${origin} 0 0 IN ${family} ${o.host}`,
    `s=${o.name}`,
    ...(history && o.uri !== null ? [`u=${o.uri ?? `${o.channelId}:0`}`] : []),
    `c=IN ${family} ${o.host}`,
    `t=${history ? `${o.startEpochSeconds ?? 0} ${o.endEpochSeconds ?? 0}` : '0 0'}`,
    `m=video ${o.port} ${tcp ? 'TCP/RTP/AVP' : 'RTP/AVP'} ${payloads.map(([pt]) => pt).join(' ')}`,
    'a=recvonly',
    ...payloads.map(([pt, name]) => `a=rtpmap:${pt} ${name}`),
    ...(tcp ? [`a=setup:${o.transport === 'tcp-passive' ? 'passive' : 'active'}`, 'a=connection:new'] : []),
    ...(o.name === 'Download' ? [`a=downloadspeed:${o.downloadSpeed ?? 1}`] : []),
    ...streamAttributes(o.streamNumber, o.subStreamAttribute ?? 'all'),
    `y=${formatSsrc(o.ssrc)}`,
    'f=v/////a///',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** 2022: `streamnumber`; Dahua: `streamprofile`; generic: `stream`; TP-Link and Mercury: `streamMode` (INV-13). Unknown ones are ignored by devices. */
function streamAttributes(streamNumber: number, wanted: SubStreamAttribute): string[] {
  if (streamNumber === 0) return [];
  const spelled: Partial<Record<SubStreamAttribute, string>> = {
    streamnumber: `a=streamnumber:${streamNumber}`,
    streamprofile: `a=streamprofile:${streamNumber}`,
    stream: `a=stream:${streamNumber}`,
    streamMode: 'a=streamMode:sub',
  };
  if (wanted === 'all') return Object.values(spelled);
  const one = spelled[wanted];
  return one === undefined ? [] : [one];
}

/**
 * The `Subject` of an INVITE (annex L): sender and its stream, receiver and its stream. Some devices refuse a call without it
 * (INV-10). `streamNumber` for those that read there which stream is wanted, null for all others (INV-13).
 */
export function subjectOf(
  channelId: string,
  ssrc: number,
  platformId: string,
  streamNumber: number | null = null,
): string {
  return `${channelId}:${streamNumber ?? formatSsrc(ssrc)},${platformId}:0`;
}
