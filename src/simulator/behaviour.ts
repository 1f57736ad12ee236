import { FLAWLESS_SIGNALLING, type SignallingBehaviour } from './signalling-behaviour.ts';

/** Everything in which a simulated camera may differ from a well-behaved one. Quirks switch these; nothing else does. */
export interface Behaviour extends SignallingBehaviour {
  ssrc: 'offered' | 'own' | 'zero';
  // RTP
  marker: 'last' | 'never' | 'always';
  rtpTimestamp: 'frame' | 'zero';
  payloadType: number;
  payloadBytes: number;
  /** Share of packets that are not sent, 0…1. */
  loss: number;
  /** Packets that are lost in a row, each time. */
  lossRun: number;
  /** Share of packets that are sent after their successor, 0…1. */
  reorder: number;
  /** Share of packets that are sent twice, 0…1. */
  duplicate: number;
  paddingAndExtension: boolean;
  // TCP framing
  framing: 'rfc4571' | 'interleaved';
  smallWrites: boolean;
  emptyFrames: boolean;
  // program stream
  streamMap: 'key' | 'once' | 'never';
  streamMapCodec: 'true' | 'other';
  streamMapBroken: boolean;
  pesLengthZero: boolean;
  packStuffing: boolean;
  privateStream: boolean;
  padding: boolean;
  unknownStartCode: boolean;
  pesPerNal: boolean;
  endCode: boolean;
  timestamps: boolean;
  /** First decoding time in 90 kHz ticks. */
  firstDts90k: number | null;
}

/** A camera without a fault. */
export const FLAWLESS: Readonly<Behaviour> = {
  ...FLAWLESS_SIGNALLING,
  ssrc: 'offered',
  marker: 'last',
  rtpTimestamp: 'frame',
  payloadType: 96,
  payloadBytes: 1400,
  loss: 0,
  lossRun: 1,
  reorder: 0,
  duplicate: 0,
  paddingAndExtension: false,
  framing: 'rfc4571',
  smallWrites: false,
  emptyFrames: false,
  streamMap: 'key',
  streamMapCodec: 'true',
  streamMapBroken: false,
  pesLengthZero: false,
  packStuffing: false,
  privateStream: false,
  padding: false,
  unknownStartCode: false,
  pesPerNal: false,
  endCode: false,
  timestamps: true,
  firstDts90k: null,
};
