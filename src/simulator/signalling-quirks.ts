import type { SignallingBehaviour } from './signalling-behaviour.ts';

/** An address that no test network has: what a camera behind address translation writes. */
const PRIVATE_HOST = '10.255.255.1';

/** Quirks of signalling: SIP, registration, MANSCDP, catalogue, INVITE. */
export const SIGNALLING_QUIRKS: readonly {
  readonly code: string;
  /** What the camera then does, as `--list-quirks` prints it. */
  readonly sentence: string;
  readonly switches: Partial<SignallingBehaviour>;
}[] = [
  { code: 'SIP-1', sentence: 'writes a private address into Via', switches: { viaHost: PRIVATE_HOST } },
  {
    code: 'SIP-2',
    sentence: 'speaks from a new port before each keepalive (UDP), as behind address translation',
    switches: { freshSocket: true },
  },
  { code: 'SIP-4', sentence: 'writes a private address into Contact', switches: { contactHost: PRIVATE_HOST } },
  {
    code: 'SIP-5',
    sentence: 'writes SIP over TCP in pieces, with line ends between messages',
    switches: { pieces: true },
  },
  { code: 'SIP-6', sentence: 'sends no Content-Length', switches: { contentLength: 'none' } },
  { code: 'SIP-6a', sentence: 'sends a Content-Length that is too short', switches: { contentLength: 'short' } },
  { code: 'SIP-6b', sentence: 'sends a Content-Length that is too long', switches: { contentLength: 'long' } },
  {
    code: 'SIP-7',
    sentence: 'sends its whole catalogue in one long message',
    switches: { catalogPage: 10_000, catalogExtra: 1_800 },
  },
  {
    code: 'SIP-8',
    sentence: 'opens a new connection before each keepalive (TCP)',
    switches: { freshSocket: true },
  },
  { code: 'SIP-9', sentence: 'writes compact header names and odd spacing', switches: { oddHeaders: true } },
  { code: 'SIP-10', sentence: 'sends no Content-Type', switches: { contentType: 'none' } },
  {
    code: 'SIP-11',
    sentence: 'writes a made-up name into its Request-URIs',
    switches: { requestHost: '3402000000.spvmn.cn' },
  },
  { code: 'SIP-13', sentence: 'sends every REGISTER five times', switches: { registerCopies: 5 } },
  { code: 'SIP-14', sentence: 'sends OPTIONS and a method that nobody knows', switches: { probes: true } },
  { code: 'SIP-15', sentence: 'leaves Via out of its answers', switches: { viaInAnswers: false } },
  { code: 'REG-1', sentence: 'ignores qop when it answers a challenge', switches: { digestQop: false } },
  { code: 'REG-2', sentence: 'counts the uses of a nonce from 0000000a', switches: { firstNonceUse: 10 } },
  { code: 'REG-3', sentence: 'never answers a challenge with qop', switches: { readsQop: false } },
  { code: 'REG-4', sentence: 'uses admin as the user name of its digest', switches: { digestUser: 'admin' } },
  { code: 'REG-5', sentence: 'has an id of 18 digits', switches: { shortId: true } },
  {
    code: 'REG-6',
    sentence: 'computes its digest over the address of the server',
    switches: { digestOverAddress: true },
  },
  { code: 'REG-7', sentence: 'writes Expires into Contact only', switches: { expiresInContact: true } },
  { code: 'REG-8', sentence: 'unregisters without a digest', switches: { plainUnregister: true } },
  { code: 'REG-9', sentence: 'begins each registration anew, with another Call-ID', switches: { freshCallId: true } },
  { code: 'REG-13', sentence: 'sends no keepalive', switches: { keepalives: false } },
  { code: 'REG-15', sentence: 'sends no keepalive, but answers questions', switches: { keepalives: false } },
  { code: 'REG-16', sentence: 'says ERROR in its keepalives and lists a fault', switches: { keepaliveFaults: true } },
  { code: 'REG-18', sentence: 'does not follow a 302', switches: { followsRedirects: false } },
  {
    code: 'REG-19',
    sentence: 'registers with another platform id',
    switches: { serverId: '34020000002000009999' },
  },
  { code: 'REG-20', sentence: 'logs in with an empty password', switches: { password: '' } },
  { code: 'XML-1', sentence: 'declares GB2312 and writes UTF-8', switches: { charset: 'utf-8', nameSuffix: '东门' } },
  { code: 'XML-2', sentence: 'declares GB2312 and uses characters of GB18030', switches: { nameSuffix: '镕㛃' } },
  {
    code: 'XML-3',
    sentence: 'writes & and < unescaped into names',
    switches: { escaped: false, nameSuffix: ' A&B 3<5' },
  },
  {
    code: 'XML-4',
    sentence: 'writes NUL bytes, close tags too many and junk behind the end',
    switches: { brokenTags: true },
  },
  { code: 'XML-5', sentence: 'writes values of its catalogue as attributes', switches: { attributes: true } },
  { code: 'XML-6', sentence: 'counts its catalogue items wrong in Num', switches: { wrongNum: true } },
  { code: 'XML-7', sentence: 'writes a prolog and comments that are no XML', switches: { oddProlog: true } },
  { code: 'XML-8', sentence: 'answers DeviceInfo with CmdType Catalog', switches: { deviceInfoCommand: 'Catalog' } },
  {
    code: 'XML-9',
    sentence: 'has quotes in its channel names',
    switches: { nameSuffix: ` O'Neil "x"; DROP TABLE channels;--` },
  },
  { code: 'XML-10', sentence: 'sends a command that the standard does not know', switches: { privateCommand: true } },
  { code: 'XML-11', sentence: 'says OK instead of ON', switches: { itemStatus: 'OK' } },
  { code: 'XML-12', sentence: 'writes 65535, -1 and nothing where numbers belong', switches: { oddNumbers: true } },
  { code: 'XML-13', sentence: 'answers with an SN that nobody asked with', switches: { strangeSn: true } },
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
  {
    code: 'CAT-3',
    sentence: 'sends a catalogue of one item that nobody asked for',
    switches: { catalogUnasked: true },
  },
  { code: 'CAT-4', sentence: 'lists itself and the platform among its channels', switches: { catalogSelf: true } },
  { code: 'CAT-5', sentence: 'writes several ids into ParentID', switches: { parentPath: true } },
  { code: 'CAT-6', sentence: 'says OFF of a channel before its catalogue', switches: { offEvent: 'before' } },
  { code: 'CAT-7', sentence: 'says OFF of a channel that is on', switches: { offEvent: 'after' } },
  { code: 'CAT-8', sentence: 'never answers a Catalog query', switches: { answersCatalog: false } },
  { code: 'INV-1', sentence: 'repeats its 200 although the ACK came', switches: { answerCopies: 5 } },
  { code: 'INV-2', sentence: 'answers 180 at once and 200 three seconds later', switches: { answerDelayMs: 3000 } },
  {
    code: 'INV-3',
    sentence: 'answers 200 after 12 s, whatever was cancelled',
    switches: { answerDelayMs: 12_000, ignoreCancel: true },
  },
  {
    code: 'INV-4',
    sentence: 'answers every INVITE with 486',
    switches: { inviteStatus: 486, inviteReason: 'Busy Here' },
  },
  {
    code: 'INV-4a',
    sentence: 'answers its first INVITE with 486',
    switches: { inviteStatus: 486, inviteReason: 'Busy Here', refusedInvites: 1 },
  },
  {
    code: 'INV-5',
    sentence: 'answers every INVITE with 488',
    switches: { inviteStatus: 488, inviteReason: 'Not Acceptable Here' },
  },
  { code: 'INV-5a', sentence: 'takes only offers that list PS alone', switches: { offers: 'ps-only' } },
  {
    code: 'INV-5b',
    sentence: 'takes only offers with the long list of older platforms',
    switches: { offers: 'extended' },
  },
  {
    code: 'INV-5c',
    sentence: 'knows itself by its own id only, not by that of its channel',
    switches: { invitedAs: 'device' },
  },
  {
    code: 'INV-6',
    sentence: 'names the device instead of the channel in its answer',
    switches: { answersAsDevice: true },
  },
  {
    code: 'INV-7',
    sentence: 'hangs up after 3 s with a BYE that names another call',
    switches: { byeAfterMs: 3000, strangeBye: true },
  },
  { code: 'INV-8', sentence: 'answers no BYE and keeps sending', switches: { ignoreBye: true } },
  { code: 'INV-10', sentence: 'refuses an INVITE without Subject and Contact', switches: { needsSubject: true } },
  {
    code: 'INV-11',
    sentence: 'answers INVITE with an empty 200 without a To tag',
    switches: { emptyAnswer: true, toTag: false },
  },
  { code: 'INV-12', sentence: 'writes a private address into c=', switches: { mediaHost: PRIVATE_HOST } },
  { code: 'INV-14', sentence: 'sends before the ACK', switches: { beforeAck: true } },
  { code: 'INV-15', sentence: 'hangs up after 3 s', switches: { byeAfterMs: 3000 } },
  { code: 'INV-16', sentence: 'answers with y=null', switches: { ssrcLine: 'null' } },
  { code: 'INV-17', sentence: 'declares an encoding of its own', switches: { encodingName: 'DAHUA/90000' } },
  { code: 'SSRC-2', sentence: 'answers INVITE without y=', switches: { ssrcLine: 'none' } },
  { code: 'SSRC-9', sentence: 'answers with nine digits in y=', switches: { ssrcLine: 'short' } },
  { code: 'TCP-11', sentence: 'answers INVITE with port 0', switches: { answerPort: 'zero' } },
  { code: 'TCP-13', sentence: 'leaves a=setup out of its answer', switches: { setupLine: false } },
  { code: 'TCP-14', sentence: 'says a=connection:existing', switches: { connectionExisting: true } },
  { code: 'TCP-15', sentence: 'answers and sends UDP to an offer of TCP', switches: { answersUdp: true } },
];
