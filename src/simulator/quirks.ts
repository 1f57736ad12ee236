import { type Behaviour, FLAWLESS } from './behaviour.ts';

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
  { code: 'SSRC-1', sentence: 'sends with an SSRC of its own and says so nowhere', switches: { ssrc: 'own' } },
  { code: 'SSRC-2', sentence: 'answers INVITE without y=', switches: { ssrcLine: 'none' } },
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
  { code: 'TCP-11', sentence: 'answers INVITE with port 0', switches: { answerPort: 'zero' } },
  { code: 'TCP-13', sentence: 'leaves a=setup out of its answer', switches: { setupLine: false } },
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
  { code: 'INV-1', sentence: 'repeats its 200 although the ACK came', switches: { answerCopies: 3 } },
  { code: 'INV-2', sentence: 'answers 180 at once and 200 three seconds later', switches: { answerDelayMs: 3000 } },
  {
    code: 'INV-4',
    sentence: 'answers every INVITE with 486',
    switches: { inviteStatus: 486, inviteReason: 'Busy Here' },
  },
  {
    code: 'INV-5',
    sentence: 'answers every INVITE with 488',
    switches: { inviteStatus: 488, inviteReason: 'Not Acceptable Here' },
  },
  { code: 'INV-8', sentence: 'answers no BYE and keeps sending', switches: { ignoreBye: true } },
  {
    code: 'INV-11',
    sentence: 'answers INVITE with an empty 200 without a To tag',
    switches: { emptyAnswer: true, toTag: false },
  },
  { code: 'INV-12', sentence: 'writes a private address into c=', switches: { mediaHost: '10.255.255.1' } },
  { code: 'INV-16', sentence: 'answers with y=null', switches: { ssrcLine: 'null' } },
  { code: 'SIP-4', sentence: 'writes a private address into Contact', switches: { contactHost: '10.255.255.1' } },
  { code: 'SIP-9', sentence: 'writes compact header names and odd spacing', switches: { oddHeaders: true } },
  { code: 'REG-1', sentence: 'ignores qop when it answers a challenge', switches: { digestQop: false } },
  { code: 'REG-4', sentence: 'uses admin as the user name of its digest', switches: { digestUser: 'admin' } },
  { code: 'REG-7', sentence: 'writes Expires into Contact only', switches: { expiresInContact: true } },
  {
    code: 'CAT-1',
    sentence: 'sends its catalogue one channel a message, last channel first',
    switches: { catalogPage: 1, catalogReversed: true },
  },
  {
    code: 'CAT-2',
    sentence: 'claims more channels than it sends, and sends some twice',
    switches: { catalogRepeated: true, catalogSumExtra: 3 },
  },
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
