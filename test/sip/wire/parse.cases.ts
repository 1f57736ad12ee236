import type { SipFaultCode } from '../../../src/sip/wire/fault.ts';
import { wire } from '../fixtures.ts';

/** A datagram and what has to come of it. */
export interface ParseCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly fault?: SipFaultCode;
  readonly method?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly tolerated?: readonly string[];
}

const REST = 'From: <sip:1@d>;tag=a\nTo: <sip:2@d>\nCall-ID: c1\n';
const message = (first: string, more: string, body = '') =>
  wire(`${first}\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\n${REST}${more}\n${body}`);

export const cases: readonly ParseCase[] = [
  {
    name: 'compact forms of every header (SIP-9)',
    bytes: wire(
      'MESSAGE sip:2@d SIP/2.0\nv: SIP/2.0/UDP h\nf: <sip:1@d>;tag=a\nt: sip:2@d\ni: c1\nCSeq: 7 MESSAGE\nc: Application/MANSCDP+xml\nm: <sip:1@h>\no: Catalog\ns: x\nk: 100rel\nl: 2\n\nhi',
    ),
    method: 'MESSAGE',
    headers: {
      Via: 'SIP/2.0/UDP h',
      From: '<sip:1@d>;tag=a',
      To: 'sip:2@d',
      'Call-ID': 'c1',
      'Content-Type': 'Application/MANSCDP+xml',
      Contact: '<sip:1@h>',
      Event: 'Catalog',
      Subject: 'x',
      Supported: '100rel',
      'Content-Length': '2',
    },
    body: 'hi',
  },
  {
    name: 'folded headers with blanks and tabs (SIP-9)',
    bytes: message('OPTIONS sip:2@d SIP/2.0', 'CSeq: 7\n   OPTIONS\nSubject: one\n\ttwo\n  three\n'),
    method: 'OPTIONS',
    headers: { CSeq: '7 OPTIONS', Subject: 'one two three' },
    tolerated: ['SIP-9'],
  },
  {
    name: 'blanks before the colon and after it, lower-case names (SIP-9)',
    bytes: wire(
      'BYE sip:2@d SIP/2.0\nvia : SIP/2.0/UDP h\nfrom:sip:1@d;tag=a\nTO  :\t<sip:2@d>\ncall-id:   c1  \ncseq : 9 BYE\ncontent-length:    0\n\n',
    ),
    method: 'BYE',
    headers: { 'Call-ID': 'c1', To: '<sip:2@d>', CSeq: '9 BYE' },
    tolerated: ['SIP-9'],
  },
  {
    name: 'line ends of LF alone (SIP-5)',
    bytes: Buffer.from(`MESSAGE sip:2@d SIP/2.0\n${REST}CSeq: 7 MESSAGE\nContent-Length: 3\n\na\nb`),
    method: 'MESSAGE',
    body: 'a\nb',
  },
  {
    name: 'mixed line ends: LF after CRLF',
    bytes: Buffer.from(`MESSAGE sip:2@d SIP/2.0\r\n${REST}CSeq: 7 MESSAGE\r\n\nbody`),
    method: 'MESSAGE',
    body: 'body',
    tolerated: ['SIP-6'],
  },
  {
    name: 'CRLF keep-alives in front (RFC 3261 7.5)',
    bytes: Buffer.concat([Buffer.from('\r\n\r\n'), message('OPTIONS sip:2@d SIP/2.0', 'CSeq: 1 OPTIONS\n')]),
    method: 'OPTIONS',
  },
  {
    name: 'a missing Content-Length: the datagram ends the body (SIP-6)',
    bytes: message('MESSAGE sip:2@d SIP/2.0', 'CSeq: 7 MESSAGE\n', '<a/>'),
    method: 'MESSAGE',
    body: '<a/>',
    tolerated: ['SIP-6'],
  },
  {
    name: 'a Content-Length beyond the datagram (SIP-6)',
    bytes: message('MESSAGE sip:2@d SIP/2.0', 'CSeq: 7 MESSAGE\nContent-Length: 999\n', '<a/>'),
    method: 'MESSAGE',
    body: '<a/>',
    tolerated: ['SIP-6'],
  },
  {
    name: 'a Content-Length that cuts the body (SIP-6)',
    bytes: message('MESSAGE sip:2@d SIP/2.0', 'CSeq: 7 MESSAGE\nContent-Length: 2\n', '<a/>'),
    method: 'MESSAGE',
    body: '<a/>',
    tolerated: ['SIP-6'],
  },
  {
    name: 'a Content-Length that only leaves out the last line end',
    bytes: message('MESSAGE sip:2@d SIP/2.0', 'CSeq: 7 MESSAGE\nContent-Length: 4\n', '<a/>\n'),
    method: 'MESSAGE',
    body: '<a/>',
  },
  {
    name: 'a negative Content-Length (RFC 4475 ncl)',
    bytes: message('MESSAGE sip:2@d SIP/2.0', 'CSeq: 7 MESSAGE\nContent-Length: -999\n', 'x'),
    method: 'MESSAGE',
    body: 'x',
    tolerated: ['SIP-6'],
  },
  {
    name: 'two Content-Lengths that differ',
    bytes: message('MESSAGE sip:2@d SIP/2.0', 'CSeq: 7 MESSAGE\nContent-Length: 1\nl: 5\n', 'abc'),
    method: 'MESSAGE',
    body: 'abc',
    tolerated: ['SIP-6'],
  },
  {
    name: 'a second request behind an empty body is dropped (RFC 4475 dblreq)',
    bytes: message('REGISTER sip:d SIP/2.0', 'CSeq: 8 REGISTER\nContent-Length: 0\n', 'INVITE sip:x SIP/2.0\n\n'),
    method: 'REGISTER',
    body: '',
  },
  {
    name: 'a short tortuous INVITE (RFC 4475 wsinv)',
    method: 'INVITE',
    headers: {
      To: 'sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
      'Call-ID': 'wsinv.ndaksdj@192.0.2.1',
      Via: 'SIP  /   2.0 /UDP 192.0.2.2;branch=390skdjuw',
      NewFangledHeader: 'newfangled value continued newfangled value',
    },
    tolerated: ['SIP-9'],
    body: 'v=0',
    bytes: wire(
      'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\nTO :\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\nfrom   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\n  ;\n  tag = 98asjd8\nMaX-fOrWaRdS: 0068\nCall-ID: wsinv.ndaksdj@192.0.2.1\nContent-Length   : 3\ncseq: 0009\n  INVITE\nVia  : SIP  /   2.0\n /UDP\n    192.0.2.2;branch=390skdjuw\ns :\nNewFangledHeader:   newfangled value\n continued newfangled value\n\nv=0',
    ),
  },
  {
    name: 'a status line with an empty reason (RFC 4475 noreason)',
    bytes: message('SIP/2.0 100 ', 'CSeq: 7 INVITE\n'),
    status: 100,
  },
  { name: 'a status line without even the blank', bytes: message('SIP/2.0 200', 'CSeq: 7 INVITE\n'), status: 200 },
  {
    name: 'a reason in UTF-8 (RFC 4475 unreason)',
    bytes: message('SIP/2.0 200 = 2**3 * 5**2 \u00d0\u00bd', 'CSeq: 7 INVITE\n'),
    status: 200,
  },
  { name: 'a response without Via (SIP-15)', bytes: wire(`SIP/2.0 200 OK\n${REST}CSeq: 7 INVITE\n\n`), status: 200 },
  {
    name: 'a request whose headers have no end',
    bytes: wire(`OPTIONS sip:2@d SIP/2.0\n${REST}CSeq: 7 OPTIONS`),
    method: 'OPTIONS',
    body: '',
  },
  {
    name: 'a Request-URI in brackets (RFC 4475 ltgtruri)',
    bytes: message('OPTIONS <sip:2@d> SIP/2.0', 'CSeq: 7 OPTIONS\n'),
    method: 'OPTIONS',
  },
  {
    name: 'a Request-URI of another scheme (RFC 4475 unkscm)',
    bytes: message('OPTIONS nobodyknowsthisscheme:totally-opaque SIP/2.0', 'CSeq: 7 OPTIONS\n'),
    method: 'OPTIONS',
  },
  {
    name: 'a method of strange letters (RFC 4475 intmeth)',
    bytes: message(
      "!interesting-Method0123456789_*+`.%indeed'~ sip:2@d SIP/2.0",
      "CSeq: 7 !interesting-Method0123456789_*+`.%indeed'~\n",
    ),
    method: "!interesting-Method0123456789_*+`.%indeed'~",
  },
  {
    name: 'a line that is no header is skipped',
    bytes: message('OPTIONS sip:2@d SIP/2.0', 'CSeq: 7 OPTIONS\nnonsense\nSubject: s\n'),
    method: 'OPTIONS',
    headers: { Subject: 's' },
    tolerated: ['SIP-9'],
  },
  {
    name: 'bytes of GB2312 in a header survive',
    bytes: message('OPTIONS sip:2@d SIP/2.0', 'CSeq: 7 OPTIONS\nUser-Agent: \u00ba\u00a3\u00bf\u00b5X\n'),
    method: 'OPTIONS',
    headers: { 'User-Agent': '\u00ba\u00a3\u00bf\u00b5X' },
  },
  {
    name: 'control characters in a value are blanks, in a name they make it no header',
    bytes: message('OPTIONS sip:2@d SIP/2.0', 'CSeq: 7 OPTIONS\nSubject: a\rb\u0000c\u0001\nX\u0000Y: 1\n'),
    method: 'OPTIONS',
    headers: { Subject: 'a b c' },
    tolerated: ['SIP-9'],
  },
  {
    name: 'a Call-ID of control characters is none',
    bytes: wire('OPTIONS sip:2@d SIP/2.0\nFrom: <sip:1@d>\nTo: <sip:2@d>\nCall-ID: \u0001\nCSeq: 1 OPTIONS\n\n'),
    fault: 'header-missing',
  },
  { name: 'nothing', bytes: new Uint8Array(0), fault: 'empty' },
  { name: 'a keep-alive of CRLF', bytes: wire('\n\n'), fault: 'empty' },
  { name: 'a keep-alive of four NULs', bytes: new Uint8Array(4), fault: 'empty' },
  { name: 'HTTP', bytes: wire('GET / HTTP/1.1\nHost: x\n\n'), fault: 'start-line' },
  { name: 'an RTP packet', bytes: Buffer.from('80600001000000000000000a000001ba', 'hex'), fault: 'start-line' },
  {
    name: 'another version (RFC 4475 badvers)',
    bytes: message('OPTIONS sip:2@d SIP/7.0', 'CSeq: 7 OPTIONS\n'),
    fault: 'version',
  },
  { name: 'a response of another version', bytes: message('SIP/7.0 200 OK', 'CSeq: 7 OPTIONS\n'), fault: 'version' },
  {
    name: 'blanks inside the Request-URI (RFC 4475 lwsruri)',
    bytes: message('INVITE sip:2@d; lr SIP/2.0', 'CSeq: 7 INVITE\n'),
    fault: 'start-line',
  },
  { name: 'a Request-URI that is none', bytes: message('INVITE 2@d SIP/2.0', 'CSeq: 7 INVITE\n'), fault: 'uri' },
  {
    name: 'a status of 4,294,967,301 (RFC 4475 bigcode)',
    bytes: message('SIP/2.0 4294967301 better not break', 'CSeq: 7 INVITE\n'),
    fault: 'status',
  },
  { name: 'a status of 99', bytes: message('SIP/2.0 99 x', 'CSeq: 7 INVITE\n'), fault: 'status' },
  { name: 'no CSeq', bytes: message('OPTIONS sip:2@d SIP/2.0', ''), fault: 'header-missing' },
  {
    name: 'no Call-ID',
    bytes: wire('OPTIONS sip:2@d SIP/2.0\nFrom: <sip:1@d>\nTo: <sip:2@d>\nCSeq: 1 OPTIONS\n\n'),
    fault: 'header-missing',
  },
  {
    name: 'the CSeq of another method (RFC 4475 mismatch01)',
    bytes: message('OPTIONS sip:2@d SIP/2.0', 'CSeq: 8 INVITE\n'),
    fault: 'cseq',
  },
  {
    name: 'a CSeq beyond 32 bits (RFC 4475 scalar02)',
    bytes: message('REGISTER sip:2@d SIP/2.0', 'CSeq: 36893488147419103232 REGISTER\n'),
    fault: 'cseq',
  },
  {
    name: 'too many headers',
    bytes: message('OPTIONS sip:2@d SIP/2.0', `CSeq: 7 OPTIONS\n${'X: y\n'.repeat(200)}`),
    fault: 'too-many-headers',
  },
  {
    name: 'headers too long',
    bytes: message('OPTIONS sip:2@d SIP/2.0', `CSeq: 7 OPTIONS\nX: ${'y'.repeat(33_000)}\n`),
    fault: 'headers-too-long',
  },
];
