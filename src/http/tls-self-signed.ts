import { generateKeyPairSync, sign } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { bits, integer, objectId, octets, sequence, set, tagged, tagging, text, time, truth } from './tls-der.ts';

/** A certificate of our own for HTTPS, WSS and SIP over TLS, for sites that have none (RFC 5280, EC P-256). */

/** Certificate and key as PEM. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

/** Devices of Apple take no longer one, even when it is installed by hand. */
export const VALID_DAYS = 825;
/** Clocks of clients may be behind. */
const BEFORE_MS = 86_400_000;

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const SUBJECT_ALT_NAME = '2.5.29.17';
/** Choices of GeneralName (RFC 5280 4.2.1.6). */
const DNS_NAME = 2;
const IP_ADDRESS = 7;
/** The one bit digitalSignature of KeyUsage, and how many bits behind it do not count. */
const DIGITAL_SIGNATURE = 0x80;
const UNUSED_BITS = 7;
/** RFC 5280 4.1.2.2 allows 20. */
const SERIAL_BYTES = 16;

export interface SelfSignedOptions {
  /** Names and addresses under which we are reached; the first is the common name. */
  readonly hosts: readonly string[];
  readonly epochMs: number;
  random(bytes: number): Uint8Array;
}

/** Makes one. */
export function selfSigned({ hosts, epochMs, random }: SelfSignedOptions): TlsPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const algorithm = sequence(objectId(ECDSA_WITH_SHA256));
  const name = sequence(set(sequence(objectId(COMMON_NAME), text(`gbgate ${hosts[0] ?? ''}`.trim().slice(0, 64)))));
  const names = hosts.map((host) => {
    const address = addressBytes(host);
    return address === null ? tagging(DNS_NAME, Buffer.from(host, 'latin1')) : tagging(IP_ADDRESS, address);
  });
  const extensions = sequence(
    sequence(objectId(BASIC_CONSTRAINTS), truth(), octets(sequence())),
    sequence(objectId(KEY_USAGE), truth(), octets(bits(Uint8Array.of(DIGITAL_SIGNATURE), UNUSED_BITS))),
    sequence(objectId(EXTENDED_KEY_USAGE), octets(sequence(objectId(SERVER_AUTH)))),
    sequence(objectId(SUBJECT_ALT_NAME), octets(sequence(...names))),
  );
  const body = sequence(
    tagged(0, integer(Uint8Array.of(2))), // version 3
    integer(Uint8Array.of(1, ...random(SERIAL_BYTES - 1))),
    algorithm,
    name,
    sequence(time(epochMs - BEFORE_MS), time(epochMs - BEFORE_MS + VALID_DAYS * 86_400_000)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, extensions),
  );
  const certificate = sequence(body, algorithm, bits(sign('sha256', body, privateKey)));
  const lines = certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** The bytes of an IP address; null for a name. */
function addressBytes(host: string): Uint8Array | null {
  if (isIPv4(host)) return Uint8Array.from(host.split('.').map(Number));
  if (!isIPv6(host)) return null;
  // a URL writes it out as far as needed; `::` stands for the zeros that are missing
  const [head = '', tail] = new URL(`http://[${host}]/`).hostname.slice(1, -1).split('::');
  const words = (part: string) => part.split(':').filter((word) => word !== '');
  const [front, back] = [words(head), words(tail ?? '')];
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0');
  return Uint8Array.from(
    [...front, ...zeros, ...back].flatMap((word) => {
      const value = Number.parseInt(word, 16);
      return [value >> 8, value & 0xff];
    }),
  );
}
