import { G711_TO_PCM } from '../es/g711.ts';
import { emptyRtpHeader, parseRtp, RTP_HEADER_BYTES } from '../ingest/rtp.ts';

const PCMU = 0;
const PCMA = 8;
/** The standard's longest packet of voice: 180 ms. */
const MAX_PAYLOAD = 1440;

/** What a device says in a talk: G.711 in RTP, each packet as 16-bit samples of 8 kHz. */
export class VoiceEar {
  readonly #header = emptyRtpHeader();

  /** Null: no voice is in it. */
  hear(packet: Uint8Array): Int16Array | null {
    if (packet.length < RTP_HEADER_BYTES || parseRtp(packet, this.#header) !== null) return null;
    const { payloadType, payloadStart, payloadEnd } = this.#header;
    const length = payloadEnd - payloadStart;
    if ((payloadType !== PCMA && payloadType !== PCMU) || length === 0 || length > MAX_PAYLOAD) return null;
    const values = G711_TO_PCM[payloadType === PCMA ? 'pcma' : 'pcmu'];
    return Int16Array.from({ length }, (_, i) => values[packet[payloadStart + i]!]!);
  }
}
