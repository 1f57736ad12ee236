import { type AlarmBehaviour, FLAWLESS_ALARMS } from './alarms/behaviour.ts';
import { type ControlBehaviour, FLAWLESS_CONTROL } from './control/behaviour.ts';
import { FLAWLESS_FOOTAGE, type FootageBehaviour } from './footage/behaviour.ts';
import { FLAWLESS_SIGNALLING, type SignallingBehaviour } from './signalling-behaviour.ts';
import { FLAWLESS_SUBSCRIPTIONS, type SubscriptionBehaviour } from './subscriptions/behaviour.ts';
import { FLAWLESS_VOICE, type VoiceBehaviour } from './voice/behaviour.ts';

/** Everything in which a simulated camera may differ from a well-behaved one. Quirks switch these; nothing else does. */
export interface Behaviour
  extends SignallingBehaviour,
    FootageBehaviour,
    ControlBehaviour,
    AlarmBehaviour,
    SubscriptionBehaviour,
    VoiceBehaviour {
  /** `swapped`: with its bytes turned round. */
  ssrc: 'offered' | 'own' | 'zero' | 'swapped';
  // what is sent, and when
  /** Begins inside a group of pictures, and leaves the next key frame out as well. */
  startsInsideGroup: boolean;
  /** Spelling of the wish for a key frame that is obeyed (A.2.3.1.9): of 2016, of 2022, or both. */
  keyFrameCommand: 'IFameCmd' | 'IFrameCmd' | 'both';
  /** Leaves parameter sets out of every key frame but the first. */
  parameterSetsOnce: boolean;
  /** Adds a NAL unit of an unknown type to every frame. */
  unknownNals: boolean;
  /** Writes start codes of three bytes. */
  shortStartCodes: boolean;
  /** Encrypts the inside of slices. */
  encrypted: boolean;
  /** `silent`: declared and never sent. `late`: from the fourth second on. `alone`: no video at all. */
  sound: 'true' | 'silent' | 'late' | 'alone';
  /** Sound is sampled this many times as fast as the clip says. */
  soundSpeed: number;
  /** Leaves ADTS headers out. */
  rawAac: boolean;
  /** The clock of sound is this far from that of video. */
  soundClockOffset90k: number;
  /** The clock of sound is this much too fast, parts per million. */
  soundClockPpm: number;
  /** Clocks jump by this much after two seconds. */
  clockJump90k: number;
  /** Another SSRC after two seconds. */
  newSsrc: boolean;
  /** Stops when no receiver report has come for some time. */
  needsReports: boolean;
  // RTP
  marker: 'last' | 'never' | 'always';
  rtpTimestamp: 'frame' | 'zero' | 'packet' | 'milliseconds';
  /** `ps`: program stream. `es`: NAL units and sound in packets of their own. */
  payload: 'ps' | 'es';
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
  /** The sequence number begins anew every two seconds. */
  counterRestarts: boolean;
  /** Sends RTCP from the media port to the media port; `broken`: shorter than it says. */
  rtcpOnMediaPort: 'none' | 'sound' | 'broken';
  /** Somebody else sends into the call as well. */
  intruder: 'none' | 'same-address' | 'other-address';
  // TCP framing
  framing: 'rfc4571' | 'interleaved' | 'wide';
  smallWrites: boolean;
  emptyFrames: boolean;
  /** 256 bytes of its own before the first packet. */
  privateHeader: boolean;
  /** A second connection that stays empty. */
  idleConnection: boolean;
  /** Share of packets of which some bytes are not written, 0…1. */
  shortWrites: number;
  // program stream
  streamMap: 'key' | 'once' | 'late' | 'never';
  streamMapCodec: 'true' | 'other' | 'svac';
  /** `other`: µ-law for A-law, A-law for everything else. */
  streamMapSound: 'true' | 'other' | 'raw-aac';
  streamMapBroken: boolean;
  pesLengthZero: boolean;
  /** Writes 65,535 as the length of every longer PES. */
  pesClamped: boolean;
  /** Every fiftieth PES is a few bytes shorter than it says. */
  pesLengthWrong: boolean;
  /** Leaves the byte of flags out of PES headers. */
  pesHeaderEarly: boolean;
  /** A PES whose header is longer than itself behind every fiftieth frame. */
  pesHeaderTooLong: boolean;
  /** The largest PES, its header included. */
  pesBytes: number;
  packStuffing: boolean;
  /** A pack start code without a body before each pack header. */
  bareStartCode: boolean;
  mpeg1Packs: boolean;
  systemHeaderTooLong: boolean;
  /** Zeros between the PES. */
  trailingZeros: boolean;
  /** The stream begins in the middle of a frame. */
  startsInsidePack: boolean;
  privateStream: boolean;
  padding: boolean;
  /** Pads every pack to a multiple of this; 0: not. */
  packBytes: number;
  unknownStartCode: boolean;
  pesPerNal: boolean;
  endCode: boolean;
  /** PTS and DTS in the first PES of a frame: all, none, of key frames only, always the same one, PTS alone. */
  timestamps: 'all' | 'none' | 'key' | 'constant' | 'no-dts';
  /** First decoding time in 90 kHz ticks. */
  firstDts90k: number | null;
}

/** A camera without a fault. */
export const FLAWLESS: Readonly<Behaviour> = {
  ...FLAWLESS_SIGNALLING,
  ...FLAWLESS_FOOTAGE,
  ...FLAWLESS_CONTROL,
  ...FLAWLESS_SUBSCRIPTIONS,
  ...FLAWLESS_VOICE,
  ...FLAWLESS_ALARMS,
  ssrc: 'offered',
  startsInsideGroup: false,
  keyFrameCommand: 'both',
  parameterSetsOnce: false,
  unknownNals: false,
  shortStartCodes: false,
  encrypted: false,
  sound: 'true',
  soundSpeed: 1,
  rawAac: false,
  soundClockOffset90k: 0,
  soundClockPpm: 0,
  clockJump90k: 0,
  newSsrc: false,
  needsReports: false,
  marker: 'last',
  rtpTimestamp: 'frame',
  payload: 'ps',
  payloadType: 96,
  payloadBytes: 1400,
  loss: 0,
  lossRun: 1,
  reorder: 0,
  duplicate: 0,
  paddingAndExtension: false,
  counterRestarts: false,
  rtcpOnMediaPort: 'none',
  intruder: 'none',
  framing: 'rfc4571',
  smallWrites: false,
  emptyFrames: false,
  privateHeader: false,
  idleConnection: false,
  shortWrites: 0,
  streamMap: 'key',
  streamMapCodec: 'true',
  streamMapSound: 'true',
  streamMapBroken: false,
  pesLengthZero: false,
  pesClamped: false,
  pesLengthWrong: false,
  pesHeaderEarly: false,
  pesHeaderTooLong: false,
  pesBytes: 65_535,
  packStuffing: false,
  bareStartCode: false,
  mpeg1Packs: false,
  systemHeaderTooLong: false,
  trailingZeros: false,
  startsInsidePack: false,
  privateStream: false,
  padding: false,
  packBytes: 0,
  unknownStartCode: false,
  pesPerNal: false,
  endCode: false,
  timestamps: 'all',
  firstDts90k: null,
};
