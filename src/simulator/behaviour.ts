/** Everything in which a simulated camera may differ from a well-behaved one. Quirks switch these; nothing else does. */
export interface Behaviour {
  // signalling
  /** User name in the digest instead of the device id. */
  digestUser: string | null;
  /** False: answers a challenge that offers `qop` as if it had not (RFC 2069). */
  digestQop: boolean;
  expiresInContact: boolean;
  /** Compact header names, odd spacing and case. */
  oddHeaders: boolean;
  contactHost: string | null;
  inviteStatus: number;
  inviteReason: string;
  /** 180 at once, the final answer this much later. */
  answerDelayMs: number;
  /** The 200 of an INVITE goes out this often, whatever ACKs come. */
  answerCopies: number;
  emptyAnswer: boolean;
  toTag: boolean;
  catalogPage: number | null;
  catalogReversed: boolean;
  catalogRepeated: boolean;
  catalogSumExtra: number;
  ignoreBye: boolean;
  // session description
  ssrc: 'offered' | 'own' | 'zero';
  ssrcLine: 'offered' | 'none' | 'null';
  answerPort: 'real' | 'zero';
  setupLine: boolean;
  /** Address in `c=` instead of the real one. */
  mediaHost: string | null;
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
  digestUser: null,
  digestQop: true,
  expiresInContact: false,
  oddHeaders: false,
  contactHost: null,
  inviteStatus: 200,
  inviteReason: 'OK',
  answerDelayMs: 0,
  answerCopies: 1,
  emptyAnswer: false,
  toTag: true,
  catalogPage: null,
  catalogReversed: false,
  catalogRepeated: false,
  catalogSumExtra: 0,
  ignoreBye: false,
  ssrc: 'offered',
  ssrcLine: 'offered',
  answerPort: 'real',
  setupLine: true,
  mediaHost: null,
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
