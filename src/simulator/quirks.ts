import { type Behaviour, FLAWLESS } from './behaviour.ts';
import { SIGNALLING_QUIRKS } from './signalling-quirks.ts';

/** A deviation that real cameras show, by its code in the list of known deviations. */
export interface Quirk {
  readonly code: string;
  /** What the camera then does, as `--list-quirks` prints it. */
  readonly sentence: string;
  readonly switches: Partial<Behaviour>;
}

/** Just before both the 32-bit RTP and the 33-bit PTS clock wrap: 4 s of media. */
const BEFORE_WRAP_90K = 2 ** 33 - 4 * 90_000;

/** A length that no Ethernet frame holds and one UDP datagram just does. */
const WHOLE_DATAGRAM = 60_000;

/** Every quirk that the simulated camera knows. */
export const QUIRKS: readonly Quirk[] = [
  ...SIGNALLING_QUIRKS,
  { code: 'SSRC-1', sentence: 'sends with an SSRC of its own and says so nowhere', switches: { ssrc: 'own' } },
  { code: 'SSRC-3', sentence: 'sends with SSRC 0', switches: { ssrc: 'zero' } },
  { code: 'RTP-1', sentence: 'loses 2 % of its packets', switches: { loss: 0.02 } },
  { code: 'RTP-2', sentence: 'loses 20 packets in a row, now and then', switches: { loss: 0.01, lossRun: 20 } },
  {
    code: 'RTP-3',
    sentence: 'sends 2 % of its packets out of order and 1 % twice',
    switches: { reorder: 0.02, duplicate: 0.01 },
  },
  { code: 'RTP-5', sentence: 'never sets the RTP marker', switches: { marker: 'never' } },
  { code: 'RTP-5a', sentence: 'sets the RTP marker on every packet', switches: { marker: 'always' } },
  { code: 'RTP-6', sentence: 'leaves the RTP timestamp at 0', switches: { rtpTimestamp: 'zero' } },
  { code: 'RTP-8', sentence: 'sends the program stream as payload type 100', switches: { payloadType: 100 } },
  {
    code: 'RTP-13',
    sentence: 'adds CSRC, a header extension and padding to its packets',
    switches: { paddingAndExtension: true },
  },
  { code: 'RTP-15', sentence: 'sends packets of up to 60,000 bytes', switches: { payloadBytes: WHOLE_DATAGRAM } },
  {
    code: 'TCP-1',
    sentence: 'frames TCP media as RTSP does ($, channel, length)',
    switches: { framing: 'interleaved' },
  },
  { code: 'TCP-4', sentence: 'puts empty frames between its TCP packets', switches: { emptyFrames: true } },
  { code: 'TCP-7', sentence: 'writes TCP media in pieces of a few bytes', switches: { smallWrites: true } },
  { code: 'PS-1', sentence: 'sends no program stream map', switches: { streamMap: 'never' } },
  { code: 'PS-2', sentence: 'sends the program stream map once only', switches: { streamMap: 'once' } },
  {
    code: 'PS-4',
    sentence: 'declares the other video codec in the program stream map',
    switches: { streamMapCodec: 'other' },
  },
  {
    code: 'PS-6',
    sentence: 'writes a wrong CRC and a wrong inner length into the program stream map',
    switches: { streamMapBroken: true },
  },
  {
    code: 'PS-7',
    sentence: 'puts an unknown start code (AF) behind the pack header',
    switches: { unknownStartCode: true },
  },
  { code: 'PS-8', sentence: 'leaves the PES length of video at 0', switches: { pesLengthZero: true } },
  { code: 'PS-13', sentence: 'stuffs its pack headers', switches: { packStuffing: true } },
  {
    code: 'PS-15',
    sentence: 'sends private stream packets between its video packets',
    switches: { privateStream: true },
  },
  { code: 'PS-16', sentence: 'sends padding stream packets', switches: { padding: true } },
  { code: 'PS-24', sentence: 'puts every NAL unit into a PES of its own', switches: { pesPerNal: true } },
  { code: 'PS-27', sentence: 'ends every group of pictures with a program end code', switches: { endCode: true } },
  { code: 'TS-1', sentence: 'writes no PTS', switches: { timestamps: false } },
  { code: 'TS-5', sentence: 'starts 4 s before its clocks wrap', switches: { firstDts90k: BEFORE_WRAP_90K } },
];

/** Codes nobody knows, in the order given. */
export function unknownQuirks(codes: Iterable<string>): string[] {
  return [...codes].filter((code) => !QUIRKS.some((quirk) => quirk.code === code));
}

/** A well-behaved camera with these quirks; unknown codes change nothing. */
export function behaviourOf(codes: ReadonlySet<string>): Behaviour {
  return Object.assign(
    { ...FLAWLESS },
    ...QUIRKS.filter((quirk) => codes.has(quirk.code)).map((quirk) => quirk.switches),
  );
}
