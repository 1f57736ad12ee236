/** Everything in which the signalling of a simulated camera may differ from that of a well-behaved one: SIP, digest, MANSCDP, SDP. */
export interface SignallingBehaviour {
  // SIP messages
  /** Compact header names, odd spacing and case. */
  oddHeaders: boolean;
  contactHost: string | null;
  /** Address in Via instead of the real one. */
  viaHost: string | null;
  contentLength: 'right' | 'none' | 'short' | 'long';
  contentType: 'right' | 'none' | 'other';
  /** Host of the Request-URI instead of the domain. */
  requestHost: string | null;
  /** TCP only: messages are written in pieces of a few bytes, with line ends between them. */
  pieces: boolean;
  /** A new socket before each keepalive: over UDP another port, over TCP another connection. */
  freshSocket: boolean;
  /** Each REGISTER goes out this often. */
  registerCopies: number;
  /** OPTIONS and a method that nobody knows after each registration. */
  probes: boolean;
  /** False: its answers have no Via. */
  viaInAnswers: boolean;
  // registration
  /** Its id has 18 digits. */
  shortId: boolean;
  /** User name in the digest instead of the device id. */
  digestUser: string | null;
  /** False: answers a challenge that offers `qop` as if it had not (RFC 2069). */
  digestQop: boolean;
  /** False: never answers a challenge that offers `qop`. */
  readsQop: boolean;
  /** The digest counts its uses of a nonce from here. */
  firstNonceUse: number;
  /** The digest is over the server's address instead of its domain. */
  digestOverAddress: boolean;
  expiresInContact: boolean;
  /** A Call-ID of its own for each registration. */
  freshCallId: boolean;
  /** The last REGISTER carries no digest. */
  plainUnregister: boolean;
  /** Server id in the Request-URI instead of the real one. */
  serverId: string | null;
  /** Password instead of the real one. */
  password: string | null;
  /** False: a 302 means nothing to it, it registers again and again where it was told to. */
  followsRedirects: boolean;
  keepalives: boolean;
  keepaliveFaults: boolean;
  // MANSCDP
  /** What is declared stays GB2312. */
  charset: 'gb18030' | 'utf-8';
  /** Added to every channel name. */
  nameSuffix: string;
  /** False: `&` and `<` stand as they are. */
  escaped: boolean;
  /** NUL bytes, close tags too many, junk behind the end. */
  brokenTags: boolean;
  /** Values of catalogue items as attributes. */
  attributes: boolean;
  /** A prolog and comments that are no XML. */
  oddProlog: boolean;
  /** CmdType of the answer to DeviceInfo. */
  deviceInfoCommand: string | null;
  /** The SN of answers is not the one of the question. */
  strangeSn: boolean;
  /** A private command after each registration. */
  privateCommand: boolean;
  itemStatus: string;
  /** 65535 as longitude, −1 as Parental, an empty PTZType. */
  oddNumbers: boolean;
  /** Num is wrong. */
  wrongNum: boolean;
  // catalogue
  catalogPage: number | null;
  catalogReversed: boolean;
  catalogRepeated: boolean;
  catalogSumExtra: number;
  /** So many characters of ExtraInfo in each item. */
  catalogExtra: number;
  /** Itself and the platform among its channels. */
  catalogSelf: boolean;
  /** Several ids in ParentID. */
  parentPath: boolean;
  /** A catalogue of one item that nobody asked for, after each that was asked for. */
  catalogUnasked: boolean;
  /** An OFF event of its first channel: before the catalogue, or after it. */
  offEvent: 'never' | 'before' | 'after';
  /** False: Catalog queries are accepted and never answered. */
  answersCatalog: boolean;
  // INVITE
  inviteStatus: number;
  inviteReason: string;
  /** So many INVITEs are refused with that status, the others are not. */
  refusedInvites: number;
  /** Offers it takes: any, those with PS alone, those that list payload type 126; others get 488. */
  offers: 'any' | 'ps-only' | 'extended';
  /** INVITEs must name the channel, or the device; others get 404. */
  invitedAs: 'channel' | 'device';
  needsSubject: boolean;
  /** 180 at once, the final answer this much later. */
  answerDelayMs: number;
  ignoreCancel: boolean;
  /** The 200 of an INVITE goes out this often, whatever ACKs come. */
  answerCopies: number;
  emptyAnswer: boolean;
  toTag: boolean;
  /** Sends as soon as the 200 has left. */
  beforeAck: boolean;
  ignoreBye: boolean;
  /** Hangs up after so much media; null: never. */
  byeAfterMs: number | null;
  /** Its BYE names another Call-ID. */
  strangeBye: boolean;
  // session description
  ssrcLine: 'offered' | 'none' | 'null' | 'short' | 'other';
  answerPort: 'real' | 'zero';
  setupLine: boolean;
  /** `a=connection:existing`. */
  connectionExisting: boolean;
  /** Answers and sends UDP to an offer of TCP. */
  answersUdp: boolean;
  /** Address in `c=` instead of the real one. */
  mediaHost: string | null;
  /** The device in `o=` and Contact instead of the channel. */
  answersAsDevice: boolean;
  encodingName: string;
}

/** Signalling without a fault. */
export const FLAWLESS_SIGNALLING: Readonly<SignallingBehaviour> = {
  oddHeaders: false,
  contactHost: null,
  viaHost: null,
  contentLength: 'right',
  contentType: 'right',
  requestHost: null,
  pieces: false,
  freshSocket: false,
  registerCopies: 1,
  probes: false,
  viaInAnswers: true,
  shortId: false,
  digestUser: null,
  digestQop: true,
  readsQop: true,
  firstNonceUse: 1,
  digestOverAddress: false,
  expiresInContact: false,
  freshCallId: false,
  plainUnregister: false,
  serverId: null,
  password: null,
  followsRedirects: true,
  keepalives: true,
  keepaliveFaults: false,
  charset: 'gb18030',
  nameSuffix: '',
  escaped: true,
  brokenTags: false,
  attributes: false,
  oddProlog: false,
  deviceInfoCommand: null,
  strangeSn: false,
  privateCommand: false,
  itemStatus: 'ON',
  oddNumbers: false,
  wrongNum: false,
  catalogPage: null,
  catalogReversed: false,
  catalogRepeated: false,
  catalogSumExtra: 0,
  catalogExtra: 0,
  catalogSelf: false,
  parentPath: false,
  catalogUnasked: false,
  offEvent: 'never',
  answersCatalog: true,
  inviteStatus: 200,
  inviteReason: 'OK',
  refusedInvites: Number.POSITIVE_INFINITY,
  offers: 'any',
  invitedAs: 'channel',
  needsSubject: false,
  answerDelayMs: 0,
  ignoreCancel: false,
  answerCopies: 1,
  emptyAnswer: false,
  toTag: true,
  beforeAck: false,
  ignoreBye: false,
  byeAfterMs: null,
  strangeBye: false,
  ssrcLine: 'offered',
  answerPort: 'real',
  setupLine: true,
  connectionExisting: false,
  answersUdp: false,
  mediaHost: null,
  answersAsDevice: false,
  encodingName: 'PS/90000',
};
