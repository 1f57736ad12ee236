import { type Static, type TObject, type TSchema, Type } from '@sinclair/typebox';
import { HOST, MAX_REDIRECTS, MAX_WEBHOOKS, Redirect, type RedirectEntries, Webhook } from './schema-lists.ts';

/**
 * The configuration: one schema for the file, the flags, the environment, `--help` and the documentation.
 * `flag` is the option of `serve` (and, in capitals behind GBGATE_, its environment variable); keys without one are
 * set in the file or by GBGATE_GROUP_KEY.
 */

interface Notes {
  /** What it means, in one line. */
  description: string;
  flag?: string;
  /** Placeholder of its value in `--help`. */
  value?: string;
  /** What holds when nothing is said and there is no plain default. */
  otherwise?: string;
}

const text = (o: Notes & { default?: string; pattern?: string; minLength?: number; format?: string }) =>
  Type.Optional(Type.String({ minLength: 1, ...o }));
const port = (o: Notes & { default: number }) => Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535, ...o }));
const oneOf = <T extends string[]>(words: [...T], o: Notes & { default: T[number] }) =>
  Type.Optional(Type.Unsafe<T[number]>({ type: 'string', enum: words, ...o }));
const no = (o: Notes) => Type.Optional(Type.Boolean({ default: false, ...o }));
const yes = (o: Notes) => Type.Optional(Type.Boolean({ default: true, ...o }));
/** `500ms`, `20s`, `30m`, `2h`, `1d`; a bare number is seconds. */
export const DURATION = '^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)?$';
const duration = (o: Notes & { default: string }) =>
  Type.Optional(
    Type.Unsafe<string | number>({ type: ['string', 'number'], minimum: 0, pattern: DURATION, duration: true, ...o }),
  );
/** `200GB`, `1.5TiB`, `500M`; a bare number is bytes. */
const SIZE = '^[0-9]{1,15}(\\.[0-9]+)?([KMGT](i?B)?|B)?$';
const size = (o: Notes & { default: string }) =>
  Type.Optional(
    Type.Unsafe<string | number>({ type: ['string', 'number'], minimum: 0, pattern: SIZE, size: true, ...o }),
  );
const group = <T extends Record<string, TSchema>>(description: string, keys: T) =>
  Type.Optional(Type.Object(keys, { additionalProperties: false, description }));

export const ConfigFile = Type.Object(
  {
    sip: group('The SIP server for cameras', {
      id: text({
        flag: 'sip-id',
        value: 'ID',
        default: '34020000002000000001',
        pattern: '^[0-9]{20}$',
        description: 'this platform’s 20-digit id',
      }),
      domain: text({
        flag: 'sip-domain',
        value: 'DOMAIN',
        otherwise: 'first 10 digits of --sip-id',
        description: 'SIP domain and digest realm',
      }),
      host: text({
        flag: 'sip-host',
        value: 'HOST',
        default: '0.0.0.0',
        description: 'address to listen on, UDP and TCP',
      }),
      port: port({
        flag: 'sip-port',
        value: 'PORT',
        default: 5060,
        description: 'port to listen on, UDP and TCP; 0 means any free one',
      }),
      tlsPort: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 65_535,
          flag: 'sip-tls-port',
          value: 'PORT',
          otherwise: 'none',
          description: 'port of SIP over TLS, with the certificate of `http.tlsCert` or `http.tlsSelfSigned`',
        }),
      ),
      password: text({
        flag: 'sip-password',
        value: 'PASSWORD',
        otherwise: 'generated at first start, kept in the data folder',
        description: 'password of devices without their own',
      }),
      auth: yes({ flag: 'no-sip-auth', description: 'ask devices for a password (digest)' }),
      digest: Type.Optional(
        Type.Array(Type.Unsafe<'MD5' | 'SHA-256' | 'SM3'>({ type: 'string', enum: ['MD5', 'SHA-256', 'SM3'] }), {
          minItems: 1,
          maxItems: 3,
          flag: 'sip-digest',
          value: 'ALGORITHM,…',
          default: ['MD5'],
          description:
            'hashes that devices may answer a challenge with: `MD5`, `SHA-256`, `SM3`; several are offered strongest first',
        }),
      ),
      certificates: text({
        flag: 'sip-certificates',
        value: 'FOLDER',
        otherwise: 'none',
        description:
          'folder with `ID.pem` of devices that log in with a certificate instead of a password ([security.md](security.md))',
      }),
      note: oneOf(['off', 'log', 'enforce'], {
        flag: 'sip-note',
        default: 'off',
        description:
          'signalling digests (`Note`, `Date`) of what devices say after the login: `log` looks at them, `enforce` refuses what has none',
      }),
      userIdentity: text({
        value: 'USER',
        otherwise: 'none',
        pattern: '^[\\x21-\\x7e]{1,256}$',
        description: 'with `sip.note`: who this gateway’s users are, sent as `Monitor-User-Identity` behind its id',
      }),
      admission: oneOf(['open', 'known'], {
        flag: 'sip-admission',
        default: 'open',
        description: '`open`: any device with the right password; `known`: only devices added beforehand',
      }),
      advertise: text({
        flag: 'advertise',
        value: 'HOST[:SIPPORT]',
        pattern: `^(?:${HOST})(?::[0-9]{1,5})?$`,
        otherwise: 'the local address that faces the device',
        description: 'address written into Contact, Via and SDP (NAT, cloud)',
      }),
      redirect: Type.Optional(
        Type.Unsafe<string | RedirectEntries>({
          if: { type: 'string' },
          // biome-ignore lint/suspicious/noThenProperty: a word of JSON schema
          then: { pattern: `^(?:[0-9]{20}@)?(?:${HOST}):[0-9]{1,5}$` },
          else: { type: 'array', maxItems: MAX_REDIRECTS, items: Redirect },
          flag: 'sip-redirect',
          value: '[ID@]HOST:PORT',
          otherwise: 'none',
          description:
            'gateway that devices belong to: their registration is answered 302; in the file also a list of rules ([redirect.md](redirect.md))',
        }),
      ),
      timeZone: text({
        flag: 'time-zone',
        value: 'ZONE',
        default: 'Asia/Shanghai',
        description: 'zone of device-local times and of file names',
      }),
    }),
    media: group('Receiving media', {
      ports: text({
        flag: 'media-ports',
        value: 'FIRST-LAST',
        default: '30000-31999',
        pattern: '^[0-9]{1,5}-[0-9]{1,5}$',
        description: 'RTP ports, UDP and TCP',
      }),
      transport: oneOf(['auto', 'udp', 'tcp-passive', 'tcp-active'], {
        flag: 'media-transport',
        default: 'auto',
        description: 'how media is pulled; `auto` tries and remembers what works',
      }),
      pull: oneOf(['on-demand', 'on-register'], {
        flag: 'pull',
        default: 'on-demand',
        description: '`on-demand`: call a channel when someone watches; `on-register`: keep every channel playing',
      }),
      linger: duration({
        flag: 'linger',
        value: 'TIME',
        default: '20s',
        description: 'how long a channel outlives its last viewer',
      }),
      advertise: text({
        value: 'HOST',
        pattern: `^(?:${HOST})$`,
        otherwise: 'as sip.advertise',
        description: 'address for media when it differs from the one for SIP',
      }),
      loss: oneOf(['deliver', 'wait'], {
        default: 'deliver',
        description: 'after a loss viewers get every whole frame, or wait for the next key frame',
      }),
      stallTimeout: duration({ default: '10s', description: 'silence after which a stream counts as stalled' }),
      portHoldOff: duration({ default: '90s', description: 'rest of a port whose call did not end cleanly' }),
      selfChannelAfter: duration({
        default: '2s',
        description: 'with `on-register`: a device without a catalogue by then is its own channel',
      }),
    }),
    http: group('API, page and viewers', {
      host: text({ flag: 'http-host', value: 'HOST', default: '0.0.0.0', description: 'address to listen on' }),
      port: port({
        flag: 'http-port',
        value: 'PORT',
        default: 8080,
        description: 'port to listen on; 0 means any free one',
      }),
      publicUrl: text({
        flag: 'public-url',
        value: 'URL',
        pattern: '^https?://[^/?#]+(/[^?#]*)?$',
        otherwise: 'from the request',
        description: 'address used in links behind a reverse proxy; may have a path',
      }),
      token: text({
        flag: 'token',
        value: 'TOKEN',
        pattern: '^[^\\s]+$',
        otherwise: 'generated at first start, kept in the data folder',
        description: 'the administrator’s bearer token',
      }),
      readToken: text({
        value: 'TOKEN',
        pattern: '^[^\\s]+$',
        otherwise: 'none',
        description: 'a token that may only look',
      }),
      auth: yes({ flag: 'no-http-auth', description: 'ask for the token' }),
      tlsCert: text({
        flag: 'tls-cert',
        value: 'FILE',
        otherwise: 'none',
        description: 'certificate (PEM): HTTPS and WSS instead of HTTP, which a microphone needs',
      }),
      tlsKey: text({ flag: 'tls-key', value: 'FILE', otherwise: 'none', description: 'its key (PEM)' }),
      tlsSelfSigned: no({
        flag: 'tls-self-signed',
        description: 'make a certificate for this machine’s addresses, kept in the data folder; browsers ask once',
      }),
      allowedOrigins: Type.Optional(
        Type.Array(Type.String({ minLength: 1 }), {
          default: [],
          value: 'ORIGIN,…',
          description: 'other web pages that may use the API and open viewers (`*`: all)',
        }),
      ),
      mapTiles: text({
        value: 'https://HOST/{z}/{x}/{y}.png',
        // the host goes into the Content-Security-Policy
        pattern: '^https?://[\\w.:\\[\\]-]+/(?=\\S*\\{z\\})(?=\\S*\\{x\\})(?=\\S*\\{y\\})\\S+$',
        otherwise: 'none: coordinates on a plain ground, and no request to anybody',
        description: 'map under the positions: an address with `{z}`, `{x}` and `{y}`, in Web Mercator',
      }),
      mapDatum: oneOf(['wgs84', 'gcj02'], {
        default: 'wgs84',
        description: 'coordinates that the map is drawn in: maps of China (AMap, Tencent) shift the ground (`gcj02`)',
      }),
      mapAttribution: text({
        value: 'TEXT',
        otherwise: 'none',
        description: 'who made that map, as its licence wants it shown',
      }),
    }),
    record: group('Recordings', {
      segment: duration({
        flag: 'record-segment',
        value: 'TIME',
        default: '30m',
        description:
          'length of the files of continuous recording, counted on the wall clock; a file begins with a key frame',
      }),
      preRoll: duration({
        default: '5s',
        description: 'what is kept in memory of a channel that an alarm may record, so that it begins before the alarm',
      }),
      keepDays: Type.Optional(
        Type.Integer({
          default: 0,
          minimum: 0,
          maximum: 36_500,
          description: 'days after which recordings are deleted, unless a plan says otherwise; 0: never for their age',
        }),
      ),
      maxBytes: size({
        default: '0',
        description: 'bytes of all recordings together; beyond them the oldest are deleted, `0`: as the disk allows',
      }),
      minFreeBytes: size({
        default: '2GB',
        description:
          'what stays free on the disk, by deleting the oldest recordings: a tenth of the disk at most; `0`: it may fill up',
      }),
    }),
    alarms: group('Alarms and snapshots', {
      keepDays: Type.Optional(
        Type.Integer({
          default: 90,
          minimum: 0,
          maximum: 36_500,
          description: 'days after which alarms and the pictures of `snapshots` are deleted; 0: never for their age',
        }),
      ),
      maxAlarms: Type.Optional(
        Type.Integer({
          default: 200_000,
          minimum: 1,
          maximum: 10_000_000,
          description: 'alarms that are kept; beyond them the oldest go',
        }),
      ),
      maxSnapshots: Type.Optional(
        Type.Integer({
          default: 20_000,
          minimum: 1,
          maximum: 1_000_000,
          description: 'pictures that are kept; beyond them the oldest go',
        }),
      ),
    }),
    positions: group('Tracks: where devices were', {
      keepDays: Type.Optional(
        Type.Integer({
          default: 30,
          minimum: 0,
          maximum: 36_500,
          description: 'days after which points of tracks are deleted; 0: never for their age',
        }),
      ),
      maxPoints: Type.Optional(
        Type.Integer({
          default: 5_000_000,
          minimum: 1,
          maximum: 100_000_000,
          description: 'points that are kept of all devices together, some 300 bytes each; beyond them the oldest go',
        }),
      ),
    }),
    webhooks: Type.Optional(
      Type.Array(Webhook, { maxItems: MAX_WEBHOOKS, description: 'Programs that are told of events by HTTP POST' }),
    ),
    store: group('What is kept', {
      data: text({
        flag: 'data',
        value: 'FOLDER',
        default: './data',
        description: 'folder of the database and of recordings; one gateway each',
      }),
    }),
    log: group('The log on stderr', {
      level: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
        flag: 'log-level',
        default: 'info',
        description: 'JSON lines when stderr is no terminal',
      }),
    }),
  },
  { additionalProperties: false },
);
export type ConfigFile = Static<typeof ConfigFile>;

/** One key of the configuration with all its names. */
export interface Setting {
  /** `sip.port` */
  readonly key: string;
  readonly group: string;
  readonly name: string;
  /** `sip-port`, `no-sip-auth`; null: file and environment only. */
  readonly flag: string | null;
  readonly env: string;
  readonly kind: 'text' | 'integer' | 'boolean' | 'list' | 'duration' | 'size';
  readonly schema: TSchema & Notes & { enum?: string[] };
}

/** Every key of the groups, in the order of the schema; lists (`webhooks`) are none. */
export const SETTINGS: readonly Setting[] = Object.entries(ConfigFile.properties).flatMap(([groupName, groupSchema]) =>
  Object.entries((groupSchema as Partial<TObject>).properties ?? {}).map(([name, schema]) => {
    const notes = schema as Setting['schema'];
    const flag = notes.flag ?? null;
    return {
      key: `${groupName}.${name}`,
      group: groupName,
      name,
      flag,
      env: `GBGATE_${(flag ?? `${groupName}-${kebab(name)}`).replaceAll('-', '_').toUpperCase()}`,
      kind: kindOf(schema),
      schema: notes,
    };
  }),
);

function kindOf(schema: TSchema): Setting['kind'] {
  if (schema.duration === true) return 'duration';
  if (schema.size === true) return 'size';
  if (schema.type === 'integer') return 'integer';
  if (schema.type === 'boolean') return 'boolean';
  return schema.type === 'array' ? 'list' : 'text';
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
