import type { Behaviour } from './behaviour.ts';

/** The session description as a camera reads and writes it (GB/T 28181-2022 annex G). */

export interface Offer {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp';
  /** The platform's part in a TCP connection; absent means passive. */
  readonly setup: 'active' | 'passive';
  /** Text behind `y=`, null when absent. */
  readonly ssrc: string | null;
  readonly payloadTypes: readonly string[];
  /** `u=`: whose recordings; null when absent. */
  readonly source: string | null;
  /** `t=` in Unix seconds; both 0 for live. */
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** `a=downloadspeed:`; null when absent. */
  readonly downloadSpeed: number | null;
}

/** Null when there is no video to send or nowhere to send it. */
export function readOffer(body: Uint8Array): Offer | null {
  const lines = Buffer.from(body).toString('latin1').split(/\r?\n/);
  const value = (prefix: string): string | null =>
    lines
      .find((line) => line.startsWith(prefix))
      ?.slice(prefix.length)
      .trim() ?? null;
  const media = /^video\s+(\d+)\s+(\S+)\s*(.*)/.exec(value('m=') ?? '');
  const host = /^IN\s+IP4\s+(\S+)/i.exec(value('c=') ?? '')?.[1];
  const port = Number(media?.[1] ?? 0);
  const [start, end] = (value('t=') ?? '').split(/\s+/).map(Number);
  if (media === null || host === undefined || port < 1 || port > 65_535) return null;
  return {
    name: value('s=') ?? '',
    host,
    port,
    transport: /TCP/i.test(media[2] ?? '') ? 'tcp' : 'udp',
    setup: value('a=setup:') === 'active' ? 'active' : 'passive',
    ssrc: value('y='),
    source: value('u='),
    startSeconds: start || 0,
    endSeconds: end || 0,
    downloadSpeed: Number(value('a=downloadspeed:')) || null,
    payloadTypes: (media[3] ?? '').split(/\s+/).filter((type) => type !== ''),
  };
}

/** The SSRC a camera puts into its packets: the decimal number offered, or `own` when there is none. */
export function ssrcOf(offer: Offer, own: number, behaviour: Behaviour): number {
  if (behaviour.ssrc === 'zero') return 0;
  const offered = Number(offer.ssrc ?? 0);
  if (behaviour.ssrc === 'own' || !(offered > 0 && offered <= 0xffff_ffff)) return own;
  if (behaviour.ssrc !== 'swapped') return offered;
  return (((offered & 0xff) << 24) | ((offered & 0xff00) << 8) | ((offered >>> 8) & 0xff00) | (offered >>> 24)) >>> 0;
}

/** Whether a camera of this behaviour takes the offer (INV-5). */
export function takes(offer: Offer, behaviour: Behaviour): boolean {
  if (behaviour.offers === 'ps-only') return offer.payloadTypes.length === 1;
  return behaviour.offers === 'any' || offer.payloadTypes.includes('126');
}

export interface Answer {
  /** Who answers: the channel, or by the device's own lights the device (INV-6). */
  readonly originId: string;
  readonly host: string;
  readonly port: number;
  readonly ssrc: number;
  readonly offer: Offer;
  readonly behaviour: Behaviour;
  /** Attributes of a download. */
  readonly attributes?: readonly string[] | undefined;
}

export function writeAnswer(answer: Answer): Buffer {
  const { behaviour, offer } = answer;
  const host = behaviour.mediaHost ?? answer.host;
  const tcp = offer.transport === 'tcp';
  const lines = [
    'v=0',
    `o=${answer.originId} 0 0 IN IP4 ${host}`,
    `s=${offer.name}`,
    `c=IN IP4 ${host}`,
    `t=${offer.startSeconds} ${offer.endSeconds}`,
    `m=video ${behaviour.answerPort === 'zero' ? 0 : answer.port} ${tcp ? 'TCP/' : ''}RTP/AVP 96`,
    'a=sendonly',
    `a=rtpmap:96 ${behaviour.encodingName}`,
  ];
  if (tcp && behaviour.setupLine)
    lines.push(
      `a=setup:${offer.setup === 'passive' ? 'active' : 'passive'}`,
      `a=connection:${behaviour.connectionExisting ? 'existing' : 'new'}`,
    );
  lines.push(...(answer.attributes ?? []));
  const own = String(answer.ssrc).padStart(10, '0');
  if (behaviour.ssrcLine === 'null') lines.push('y=null');
  else if (behaviour.ssrcLine === 'offered') lines.push(`y=${offer.ssrc ?? own}`);
  else if (behaviour.ssrcLine === 'other') lines.push(`y=${String(answer.ssrc ^ 0xff).padStart(10, '0')}`);
  else if (behaviour.ssrcLine === 'short') lines.push(`y=${(offer.ssrc ?? own).slice(1)}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1');
}
