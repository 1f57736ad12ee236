import type { Behaviour } from './behaviour.ts';

/** Just before both the 32-bit RTP and the 33-bit PTS clock wrap: 4 s of media. */
const BEFORE_WRAP_90K = 2 ** 33 - 4 * 90_000;

/** 1 January 2026 as a count of 90 kHz ticks. */
const TIME_OF_DAY_90K = 1_767_225_600 * 90_000;

/** A length that no Ethernet frame holds and one UDP datagram just does. */
const WHOLE_DATAGRAM = 60_000;

/** With its RTP header 0x2460 bytes: a length that begins with `$`. */
const DOLLAR_PAYLOAD = 0x2460 - 12;

const HOUR_90K = 3600 * 90_000;

interface MediaQuirk {
  readonly code: string;
  /** What the camera then does, as `--list-quirks` prints it. */
  readonly sentence: string;
  readonly switches: Partial<Behaviour>;
}

function quirk(code: string, sentence: string, switches: Partial<Behaviour>): MediaQuirk {
  return { code, sentence, switches };
}

/** What cameras do to media. A letter behind a code is another form of the same deviation. */
export const MEDIA_QUIRKS: readonly MediaQuirk[] = [
  quirk('SSRC-1', 'sends with an SSRC of its own and says so nowhere', { ssrc: 'own' }),
  quirk('SSRC-3', 'sends with SSRC 0', { ssrc: 'zero' }),
  quirk('SSRC-4', 'says another SSRC in its answer than it sends with', { ssrcLine: 'other' }),
  quirk('SSRC-6', 'changes its SSRC after two seconds', { newSsrc: true }),
  quirk('SSRC-7', 'has a second stream with another SSRC sent to the same port', { intruder: 'same-address' }),
  quirk('SSRC-10', 'sends with the bytes of the SSRC turned round', { ssrc: 'swapped' }),
  quirk('RTP-1', 'loses 2 % of its packets', { loss: 0.02 }),
  quirk('RTP-2', 'loses 20 packets in a row, now and then', { loss: 0.01, lossRun: 20 }),
  quirk('RTP-3', 'sends 2 % of its packets out of order and 1 % twice', { reorder: 0.02, duplicate: 0.01 }),
  quirk('RTP-4', 'begins its sequence numbers anew every two seconds', { counterRestarts: true }),
  quirk('RTP-5', 'never sets the RTP marker', { marker: 'never' }),
  quirk('RTP-5a', 'sets the RTP marker on every packet', { marker: 'always' }),
  quirk('RTP-6', 'leaves the RTP timestamp at 0', { rtpTimestamp: 'zero' }),
  quirk('RTP-6a', 'counts packets in the RTP timestamp', { rtpTimestamp: 'packet' }),
  quirk('RTP-7', 'counts milliseconds in the RTP timestamp', { rtpTimestamp: 'milliseconds' }),
  quirk('RTP-8', 'sends the program stream as payload type 100', { payloadType: 100 }),
  quirk('RTP-9', 'sends NAL units and sound in RTP, no program stream', { payload: 'es', payloadType: 98 }),
  quirk('RTP-10', 'sends RTCP to the media port', { rtcpOnMediaPort: 'sound' }),
  quirk('RTP-11', 'stops sending when nobody reports to it', { needsReports: true }),
  quirk('RTP-12', 'sends RTCP that is shorter than it says', { rtcpOnMediaPort: 'broken' }),
  quirk('RTP-13', 'adds CSRC, a header extension and padding to its packets', { paddingAndExtension: true }),
  quirk('RTP-14', 'has RTP timestamps alone, and they jump by an hour', { timestamps: 'none', clockJump90k: HOUR_90K }),
  quirk('RTP-15', 'sends packets of up to 60,000 bytes', { payloadBytes: WHOLE_DATAGRAM }),
  quirk('RTP-16', 'has strangers send to the port of its call', { intruder: 'other-address' }),
  quirk('TCP-1', 'frames TCP media as RTSP does ($, channel, length)', { framing: 'interleaved' }),
  quirk('TCP-2', 'begins with a TCP frame whose length looks like RTSP framing', {
    payloadBytes: DOLLAR_PAYLOAD,
    packBytes: DOLLAR_PAYLOAD,
  }),
  quirk('TCP-3', 'sends 256 bytes of its own before the first TCP frame', { privateHeader: true }),
  quirk('TCP-4', 'puts empty frames between its TCP packets', { emptyFrames: true }),
  quirk('TCP-5', 'leaves some bytes of its TCP stream out', { shortWrites: 0.005 }),
  quirk('TCP-6', 'sends TCP frames of up to 60,000 bytes', {
    payloadBytes: WHOLE_DATAGRAM,
    packBytes: WHOLE_DATAGRAM / 2,
  }),
  quirk('TCP-7', 'writes TCP media in pieces of a few bytes', { smallWrites: true }),
  quirk('TCP-8', 'writes TCP lengths of 32 bits', { framing: 'wide' }),
  quirk('TCP-9', 'opens a second TCP connection and leaves it idle', { idleConnection: true }),
  quirk('TCP-16', 'connects from another address than its answer says', { mediaHost: '10.255.255.1' }),
  quirk('PS-1', 'sends no program stream map', { streamMap: 'never' }),
  quirk('PS-2', 'sends the program stream map once only', { streamMap: 'once' }),
  quirk('PS-3', 'sends the program stream map from the second key frame on', { streamMap: 'late' }),
  quirk('PS-4', 'declares the other video codec in the program stream map', { streamMapCodec: 'other' }),
  quirk('PS-5', 'declares another codec of sound in the program stream map', { streamMapSound: 'other' }),
  quirk('PS-6', 'writes a wrong CRC and a wrong inner length into the program stream map', { streamMapBroken: true }),
  quirk('PS-7', 'puts an unknown start code (AF) behind the pack header', { unknownStartCode: true }),
  quirk('PS-8', 'leaves the PES length of video at 0', { pesLengthZero: true }),
  quirk('PS-9', 'cuts frames into PES of 2,000 bytes', { pesBytes: 2000 }),
  quirk('PS-10', 'writes 65,535 as the length of longer PES', { pesClamped: true }),
  quirk('PS-11', 'counts the length of a PES wrong, now and then', { pesLengthWrong: true }),
  quirk('PS-12', 'writes the pack start code twice', { bareStartCode: true }),
  quirk('PS-13', 'writes a counter into the stuffing of its pack headers', { packStuffing: true }),
  quirk('PS-14', 'writes 65,535 as the length of the system header', { systemHeaderTooLong: true }),
  quirk('PS-15', 'sends private stream packets between its video packets', { privateStream: true, pesBytes: 8000 }),
  quirk('PS-16', 'sends padding stream packets', { padding: true }),
  quirk('PS-17', 'leaves the byte of flags out of its PES headers', { pesHeaderEarly: true }),
  quirk('PS-18', 'sends PES whose header is longer than themselves', { pesHeaderTooLong: true }),
  quirk('PS-19', 'leaves zeros between its PES', { trailingZeros: true }),
  quirk('PS-21', 'begins in the middle of a frame', { startsInsidePack: true }),
  quirk('PS-23', 'writes start codes of three bytes', { shortStartCodes: true }),
  quirk('PS-24', 'puts every NAL unit into a PES of its own', { pesPerNal: true }),
  quirk('PS-25', 'declares SVAC video', { streamMapCodec: 'svac' }),
  quirk('PS-26', 'pads its packs to a constant bit rate', { packBytes: 4096 }),
  quirk('PS-27', 'ends every group of pictures with a program end code', { endCode: true }),
  quirk('PS-28', 'writes pack headers of MPEG-1', { mpeg1Packs: true }),
  quirk('PS-29', 'adds NAL units of an unknown type', { unknownNals: true }),
  quirk('TS-1', 'writes no PTS', { timestamps: 'none' }),
  quirk('TS-2', 'writes PTS into key frames only', { timestamps: 'key' }),
  quirk('TS-3', 'writes the same PTS into every frame', { timestamps: 'constant' }),
  quirk('TS-4', 'sets its clock forward by an hour after two seconds', { clockJump90k: HOUR_90K }),
  quirk('TS-4a', 'sets its clock back by an hour after two seconds', { clockJump90k: -HOUR_90K }),
  quirk('TS-5', 'starts 4 s before its clocks wrap', { firstDts90k: BEFORE_WRAP_90K }),
  quirk('TS-6', 'has a clock of sound that is 0.1 % too fast', { soundClockPpm: 1000 }),
  quirk('TS-7', 'has a clock of sound that has nothing to do with that of video', {
    soundClockOffset90k: 5 * HOUR_90K,
  }),
  quirk('TS-8', 'writes no DTS, also with B pictures', { timestamps: 'no-dts' }),
  quirk('TS-12', 'counts its PTS from 1970', { firstDts90k: TIME_OF_DAY_90K, captureClock: true }),
  quirk('ES-1', 'begins four seconds before its first key frame', { startsInsideGroup: true }),
  quirk('PTZ-6', 'sends a key frame for IFrameCmd alone, the spelling of 2022', { keyFrameCommand: 'IFrameCmd' }),
  quirk('ES-2', 'sends its parameter sets once only', { parameterSetsOnce: true }),
  quirk('ES-6', 'sends sound alone', { sound: 'alone' }),
  quirk('ES-7', 'declares sound and sends none', { sound: 'silent' }),
  quirk('ES-8', 'sends sound from the fourth second on', { sound: 'late' }),
  quirk('ES-9', 'samples G.711 at 16 kHz', { soundSpeed: 2 }),
  quirk('ES-10', 'sends AAC without ADTS headers', { rawAac: true, streamMapSound: 'raw-aac' }),
  quirk('ES-11', 'declares the other law of G.711', { streamMapSound: 'other' }),
  quirk('ES-12', 'encrypts its slices', { encrypted: true }),
];
