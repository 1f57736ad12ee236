import { performance } from 'node:perf_hooks';
import type { Clockwork, Moment } from '../wheel.ts';
import { alawOf, decodeAlaw, ownVoice, PACKET_SAMPLES } from './sound.ts';
import type { VoiceLink } from './voice-link.ts';

/** Packets that are kept for who wants to look: a minute. */
const KEPT_PACKETS = 3000;
const PACKET_MS = 20;
const PCMA = 8;
const RTP_HEADER_BYTES = 12;

/** What a camera has heard in one call. */
export interface HeardVoice {
  packets: number;
  /** Gaps and repetitions in the sequence numbers. */
  disordered: number;
  readonly ssrcs: Set<number>;
  readonly payloadTypes: Set<number>;
  /** Samples of the kept packets, in the order of arrival. */
  readonly pcm: Int16Array[];
  /** When the kept packets came, monotonic ms. */
  readonly arrivedMs: number[];
}

/** One call in which a camera is spoken to, whoever called. */
export class VoiceCall {
  readonly callId: string;
  readonly channelId: string;
  readonly kind: 'broadcast' | 'talk';
  readonly heard: HeardVoice = {
    packets: 0,
    disordered: 0,
    ssrcs: new Set(),
    payloadTypes: new Set(),
    pcm: [],
    arrivedMs: [],
  };
  isOver = false;
  /** Says BYE to the platform, once the call stands. */
  hangUp: () => Promise<void> = async () => {};
  link: VoiceLink | null = null;
  readonly #wheel: Clockwork;
  readonly #isPs: boolean;
  #sequence = -1;
  #spoken = 0;
  #speaking: Moment | null = null;

  constructor(o: {
    callId: string;
    channelId: string;
    kind: 'broadcast' | 'talk';
    isPs: boolean;
    wheel: Clockwork;
  }) {
    this.callId = o.callId;
    this.channelId = o.channelId;
    this.kind = o.kind;
    this.#isPs = o.isPs;
    this.#wheel = o.wheel;
  }

  /** A packet of the platform. */
  hear(packet: Buffer): void {
    if (packet.length < RTP_HEADER_BYTES || packet[0] !== 0x80) return;
    const { heard } = this;
    const sequence = packet.readUInt16BE(2);
    if (this.#sequence >= 0 && sequence !== ((this.#sequence + 1) & 0xffff)) heard.disordered += 1;
    this.#sequence = sequence;
    heard.packets += 1;
    heard.ssrcs.add(packet.readUInt32BE(8));
    heard.payloadTypes.add(packet[1]! & 0x7f);
    const alaw = alawOf(packet.subarray(RTP_HEADER_BYTES), this.#isPs);
    if (alaw === null || heard.pcm.length >= KEPT_PACKETS) return;
    heard.pcm.push(Int16Array.from(alaw, decodeAlaw));
    heard.arrivedMs.push(performance.now());
  }

  /** Everything that was kept, one after the other. */
  sound(): Int16Array {
    return Int16Array.from(this.heard.pcm.flatMap((part) => [...part]));
  }

  /** The camera's own voice, in a talk. */
  speak(ssrc: number): void {
    this.#speaking = this.#wheel.after(PACKET_MS, () => {
      if (this.isOver) return;
      const header = Buffer.alloc(RTP_HEADER_BYTES);
      header[0] = 0x80;
      header[1] = PCMA;
      header.writeUInt16BE((this.#spoken / PACKET_SAMPLES) & 0xffff, 2);
      header.writeUInt32BE(this.#spoken >>> 0, 4);
      header.writeUInt32BE(ssrc >>> 0, 8);
      this.link?.send(Buffer.concat([header, ownVoice(this.#spoken)]));
      this.#spoken += PACKET_SAMPLES;
      this.speak(ssrc);
    });
  }

  /** Idempotent. */
  end(): void {
    this.isOver = true;
    this.#speaking?.cancel();
    this.link?.close();
  }
}
