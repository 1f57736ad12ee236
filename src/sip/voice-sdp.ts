import { parseSdp, type SdpDirection, type SdpMedia, type SdpSetup } from './sdp.ts';
import { formatSsrc } from './ssrc.ts';

/**
 * Session descriptions of voice that goes to a device (GB/T 28181 9.12, annex G): the device's offer and our answer (broadcast), or the
 * other way round (`s=Talk`). G.711 as it is, 20 ms a packet; inside of a program stream only where nothing else is offered (TK-1).
 */

export type VoiceCodec = 'pcma' | 'pcmu' | 'ps';

/** What a device says about the voice that it wants. */
export interface VoiceWish {
  /** Where it listens; null when it does not say. */
  readonly host: string | null;
  readonly port: number;
  readonly isTcp: boolean;
  /** Its part in a TCP connection; null when it does not say. */
  readonly setup: SdpSetup | null;
  readonly codec: VoiceCodec;
  readonly payloadType: number;
  /** The number of `y=`, and as written; null when it leaves that to us. */
  readonly ssrc: number | null;
  readonly ssrcText: string | null;
  readonly direction: SdpDirection | null;
}

const PCMU = 0;
const PCMA = 8;
const PS = 96;
const NAMES: Record<VoiceCodec, string> = { pcma: 'PCMA/8000', pcmu: 'PCMU/8000', ps: 'PS/90000' };

/** Reads an offer or an answer; null when no voice that we can send is in it. */
export function readVoiceWish(text: string): VoiceWish | null {
  const sdp = parseSdp(text);
  const media = sdp.media.find(({ kind, port, setup }) => kind === 'audio' && (port > 0 || setup === 'active'));
  const line = media ?? sdp.selected;
  const chosen = line === null ? null : chooseCodec(line);
  if (line === null || chosen === null) return null;
  return {
    host: line.host ?? (line === sdp.selected ? sdp.mediaHost : sdp.host),
    port: line.port,
    isTcp: /TCP/.test(line.protocol),
    setup: line.setup,
    ...chosen,
    ssrc: sdp.ssrc,
    ssrcText: sdp.ssrcText,
    direction: line.direction,
  };
}

/** A-law first, µ-law where only that is offered, a program stream only where it is asked for (TK-1: noise on some devices). */
function chooseCodec({ payloadTypes, rtpmap }: SdpMedia): { codec: VoiceCodec; payloadType: number } | null {
  const named = (name: string) => payloadTypes.find((pt) => rtpmap.get(pt)?.toUpperCase().startsWith(`${name}/`));
  const fixed = (pt: number) => (payloadTypes.includes(pt) && !rtpmap.has(pt) ? pt : undefined);
  const pcma = fixed(PCMA) ?? named('PCMA');
  if (pcma !== undefined) return { codec: 'pcma', payloadType: pcma };
  const pcmu = fixed(PCMU) ?? named('PCMU');
  if (pcmu !== undefined) return { codec: 'pcmu', payloadType: pcmu };
  const ps = named('PS') ?? fixed(PS);
  return ps === undefined ? null : { codec: 'ps', payloadType: ps };
}

export interface VoiceDescription {
  readonly platformId: string;
  /** `Play` in a broadcast, `Talk` in an offer of ours. */
  readonly name: 'Play' | 'Talk';
  readonly host: string;
  readonly port: number;
  /** Our part. */
  readonly transport: 'udp' | 'tcp-passive' | 'tcp-active';
  readonly direction: 'sendonly' | 'sendrecv';
  readonly codec: VoiceCodec;
  readonly payloadType: number;
  /** `y=`, as the device wrote it where it did. */
  readonly ssrc: number | string;
}

/** Writes our side: one media line, CRLF line ends. */
export function writeVoice(o: VoiceDescription): string {
  const family = o.host.includes(':') ? 'IP6' : 'IP4';
  const isTcp = o.transport !== 'udp';
  const lines = [
    'v=0',
    `o=${o.platformId} 0 0 IN ${family} ${o.host}`,
    `s=${o.name}`,
    `c=IN ${family} ${o.host}`,
    't=0 0',
    `m=audio ${o.port} ${isTcp ? 'TCP/RTP/AVP' : 'RTP/AVP'} ${o.payloadType}`,
    `a=${o.direction}`,
    `a=rtpmap:${o.payloadType} ${NAMES[o.codec]}`,
    ...(isTcp ? [`a=setup:${o.transport === 'tcp-passive' ? 'passive' : 'active'}`, 'a=connection:new'] : []),
    `y=${typeof o.ssrc === 'string' ? o.ssrc : formatSsrc(o.ssrc)}`,
    // one channel of G.711 at 8 kHz (annex G: `f=v/…a/codec/bit rate/sampling`)
    'f=v/////a/1/8/1',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** The `Subject` of an offer of ours (annex L): the sender is the platform. */
export function voiceSubject(platformId: string, ssrc: number, channelId: string): string {
  return `${platformId}:${formatSsrc(ssrc)},${channelId}:0`;
}
