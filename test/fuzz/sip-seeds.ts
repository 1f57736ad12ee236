import { FIXTURES, fixture, wire } from '../sip/fixtures.ts';
import { cases as parseCases } from '../sip/wire/parse.cases.ts';

/** Known-good and known-bad messages: where every mutation begins. */
export const seeds: readonly Uint8Array[] = [
  ...FIXTURES.map(fixture),
  ...parseCases.map((c) => c.bytes).filter((bytes) => bytes.length < 8192),
  wire(
    'INVITE sip:1@d SIP/2.0\nVia: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/TCP [::1]:5061;rport\nRecord-Route: <sip:a;lr>,<sip:b>\nFrom: "A, \\"<B>" <sip:1@d;x=y?h=v>;tag=a;q="1;2"\nTo: <sip:2@d>\nCall-ID: c\nCSeq: 1 INVITE\nContact: <sip:1@h>;expires=1, *\nContent-Length: 0\n\n',
  ),
];
