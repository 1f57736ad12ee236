import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { parseDocument } from 'yaml';
import type { GatewayConfig } from '../gateway/config.ts';
import { redirectRules } from '../gateway/redirect-rules.ts';
import { mistakeOf } from '../http/schema-words.ts';
import type { TlsWish } from '../http/tls-files.ts';
import { ConfigFile, SETTINGS, type Setting } from './schema.ts';
import { endpointsOf, WEBHOOKS_ENV, webhooksOfEnv } from './webhook-settings.ts';

/** Everything `serve` needs, every default filled in. */
export interface ServeConfig {
  readonly gateway: GatewayConfig;
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly publicUrl: string | null;
    /** Null: the one kept in the data folder. */
    readonly token: string | null;
    readonly readToken: string | null;
    readonly auth: boolean;
    readonly allowedOrigins: readonly string[];
    /** What lies under the positions; null: nothing. */
    readonly map: {
      readonly tiles: string;
      readonly attribution: string;
      readonly datum: 'wgs84' | 'gcj02';
    } | null;
    /** What certificate is wanted, for SIP as well. */
    readonly tls: TlsWish;
  };
  /** Port of SIP over TLS; null: none. The certificate is read at the start. */
  readonly sipTlsPort: number | null;
  /** Folder of devices' certificates, read at the start; null: none. */
  readonly sipCertificates: string | null;
  readonly logLevel: string;
}

/** A configuration that cannot be used: one sentence that names the place. */
export interface ConfigFault {
  readonly fault: string;
}

type Values = Record<string, Record<string, unknown>>;

const ajv = new Ajv({ allowUnionTypes: true, strict: false, verbose: true });
const check = ajv.compile(ConfigFile);

/** Flag before environment before file before default. `flags` by their names without dashes, as strings (`no-…`: true). */
export function readConfig(
  flags: Readonly<Record<string, string | boolean | undefined>>,
  env: Readonly<Record<string, string | undefined>>,
): ServeConfig | ConfigFault {
  const path = typeof flags.config === 'string' ? flags.config : env.GBGATE_CONFIG;
  const values: Values = {};
  if (path !== undefined && path !== '') {
    const fault = addFile(values, path);
    if (fault !== null) return { fault };
  }
  for (const setting of SETTINGS) {
    const fault = addEnv(values, setting, env) ?? addFlag(values, setting, flags);
    if (fault !== null) return { fault };
  }
  const fault = addWebhooks(values, env[WEBHOOKS_ENV]);
  return fault === null ? resolve(values as ConfigFile) : { fault };
}

/** Reads and checks a file; null when all is well. */
function addFile(values: Values, path: string): string | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return `The config file ${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`;
  }
  const document = parseDocument(text);
  const mistake = document.errors[0];
  if (mistake !== undefined) {
    const line = mistake.linePos?.[0].line;
    return `The config file ${path} is not YAML: ${mistake.message.split('\n')[0]?.replace(/:$/, '')}${line ? '' : '.'}`;
  }
  let content: unknown;
  try {
    // An alias bomb must not eat the machine: a config file has no use for more than a few.
    content = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    return `The config file ${path} is not usable YAML: ${(error as Error).message}.`;
  }
  if (typeof content === 'object' && content !== null) {
    for (const [group, keys] of Object.entries(content)) {
      if (keys === null) delete (content as Record<string, unknown>)[group];
    }
  }
  if (!check(content)) return `In the config file ${path} ${fileMistake(check.errors ?? [])}.`;
  for (const [group, keys] of Object.entries(content as Values))
    values[group] = Array.isArray(keys) ? keys : { ...keys };
  return null;
}

/** The list of the variable in place of the file's; null when all is well. */
function addWebhooks(values: Values, given: string | undefined): string | null {
  if (given === undefined || given === '') return null;
  const read = webhooksOfEnv(given);
  if ('fault' in read) return read.fault;
  if (!check({ webhooks: read.list })) return `In ${WEBHOOKS_ENV} ${fileMistake(check.errors ?? [])}.`;
  values.webhooks = read.list as Values[string];
  return null;
}

function fileMistake(errors: readonly ErrorObject[]): string {
  const { place: path = '', error } = mistakeOf(errors) ?? {};
  const place = path.slice(1).replaceAll('/', '.');
  if (error?.keyword === 'additionalProperties') {
    const key = [place, error.params.additionalProperty].filter(Boolean).join('.');
    return `the key ${key} is unknown`;
  }
  if (place === '') return 'there must be groups of keys (sip, media, http, record, alarms, webhooks, store, log)';
  return `${place} ${demand(place, errors)}`;
}

/** What a value must be, from its schema. */
function demand(key: string, errors: readonly ErrorObject[]): string {
  const setting = SETTINGS.find((s) => s.key === key);
  const schema = setting?.schema;
  if (schema?.enum !== undefined) return `must be one of ${schema.enum.join(', ')}`;
  if (setting?.kind === 'duration') return 'must be a time such as 500ms, 20s, 30m or 2h';
  if (setting?.kind === 'size') return 'must be a size such as 500MB, 200GB or 1.5TiB';
  if (setting?.kind === 'integer') return `must be a whole number from ${schema?.minimum} to ${schema?.maximum}`;
  if (setting?.kind === 'boolean') return 'must be true or false';
  if (/^webhooks\.\d+\.url$/.test(key)) return 'must be an address such as https://vms.example/gbgate';
  if (/^webhooks\.\d+\.events\.\d+$/.test(key)) return 'must be a type such as download.completed or download.*';
  if (key === 'sip.id') return 'must have 20 digits';
  if (schema?.value !== undefined && errors[0]?.keyword === 'pattern') return `must look like ${schema.value}`;
  return mistakeOf(errors)?.words ?? 'is not usable';
}

function addEnv(values: Values, setting: Setting, env: Readonly<Record<string, string | undefined>>): string | null {
  const given = env[setting.env];
  // An empty variable is one that a shell or a compose file left unset.
  if (given === undefined || given === '') return null;
  if (setting.flag?.startsWith('no-')) {
    const off = truth(given);
    if (off === null) return `${setting.env} must be true or false.`;
    return add(values, setting, setting.env, String(!off));
  }
  return add(values, setting, setting.env, given);
}

function addFlag(
  values: Values,
  setting: Setting,
  flags: Readonly<Record<string, string | boolean | undefined>>,
): string | null {
  if (setting.flag === null) return null;
  const given = flags[setting.flag];
  if (given === undefined || given === false) return null;
  return add(values, setting, `--${setting.flag}`, given === true ? String(!setting.flag.startsWith('no-')) : given);
}

/** Text from a flag or variable, as the kind of its key, checked alone so that the sentence names its source. */
function add(values: Values, setting: Setting, source: string, text: string): string | null {
  const value = typedValue(setting, text);
  const { group, name } = setting;
  if (!check({ [group]: { [name]: value } })) return `${source} ${demand(setting.key, check.errors ?? [])}.`;
  values[group] = { ...values[group], [name]: value };
  return null;
}

function typedValue(setting: Setting, text: string): unknown {
  switch (setting.kind) {
    case 'integer':
      return /^\d{1,9}$/.test(text) ? Number(text) : text;
    case 'boolean':
      return truth(text) ?? text;
    case 'list':
      return text.split(',').map((word) => word.trim());
    default:
      return text;
  }
}

function truth(text: string): boolean | null {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  return /^(0|false|no|off)$/i.test(text) ? false : null;
}

/** Milliseconds of `500ms`, `20s`, `30m`, `2h`, `1d`; a bare number is seconds. */
export function durationMs(value: string | number): number {
  const [, count = '0', unit = 's'] = /^([\d.]+)(ms|s|m|h|d)?$/.exec(String(value)) ?? [];
  const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? 1000;
  return Math.round(Number(count) * unitMs);
}

/** Bytes of `200GB` (a thousand million each), `1.5TiB` (powers of 1024), `500M`; a bare number is bytes. */
function sizeBytes(value: string | number): number {
  const [, count = '0', prefix = '', binary] = /^([\d.]+)([KMGT]?)(iB)?B?$/.exec(String(value)) ?? [];
  const step = binary === undefined ? 1000 : 1024;
  return Math.round(Number(count) * step ** ('KMGT'.indexOf(prefix) + (prefix === '' ? 0 : 1)));
}

/** A device answers the first challenge that it understands. */
const STRONGEST_FIRST = ['SM3', 'SHA-256', 'MD5'] as const;
/** Shorter files than a usual group of pictures are none. */
const MIN_SEGMENT_MS = 1000;

/** Fills in the defaults of the schema and checks what only values together can tell. */
function resolve(values: ConfigFile): ServeConfig | ConfigFault {
  const value = <T>(key: string): T => {
    const [group, name] = key.split('.') as [keyof ConfigFile, string];
    const given = (values[group] as Record<string, unknown> | undefined)?.[name];
    return (given ?? SETTINGS.find((s) => s.key === key)?.schema.default ?? null) as T;
  };
  const ms = (key: string): number => durationMs(value<string | number>(key));
  const bytes = (key: string): number => sizeBytes(value<string | number>(key));

  const ports = value<string>('media.ports');
  const [firstPort = 0, lastPort = 0] = ports.split('-').map(Number);
  if (firstPort < 1 || lastPort > 65_535 || lastPort <= firstPort) {
    return { fault: `The media ports ${ports} are no range within 1-65535 with room for at least two ports.` };
  }
  const timeZone = value<string>('sip.timeZone');
  if (!isTimeZone(timeZone))
    return { fault: `The time zone ${timeZone} is unknown; use a name such as Asia/Shanghai.` };
  const segmentMs = ms('record.segment');
  if (segmentMs < MIN_SEGMENT_MS)
    return { fault: 'record.segment (--record-segment) must be at least 1s: each file begins with a key frame.' };

  const webhooks = endpointsOf(values.webhooks ?? []);
  if ('fault' in webhooks) return webhooks;

  const id = value<string>('sip.id');
  const host = value<string>('sip.host');
  const sipTlsPort = value<number | null>('sip.tlsPort');
  const tiles = value<string | null>('http.mapTiles');
  const tls = {
    cert: value<string>('http.tlsCert'),
    key: value<string>('http.tlsKey'),
    selfSigned: value<boolean>('http.tlsSelfSigned'),
  };
  if (sipTlsPort !== null && tls.cert === null && !tls.selfSigned)
    return {
      fault: 'sip.tlsPort (--sip-tls-port) needs a certificate: --tls-cert and --tls-key, or --tls-self-signed.',
    };
  const redirect = redirectRules(value('sip.redirect'), id);
  if ('fault' in redirect) return redirect;
  return {
    gateway: {
      sip: {
        id,
        domain: value<string | null>('sip.domain') ?? id.slice(0, 10),
        host,
        port: value('sip.port'),
        password: value('sip.password'),
        auth: value('sip.auth'),
        digest: STRONGEST_FIRST.filter((algorithm) => value<string[]>('sip.digest').includes(algorithm)),
        note: { mode: value('sip.note'), userIdentity: value('sip.userIdentity') },
        certificates: null,
        admission: value('sip.admission'),
        advertise: value('sip.advertise'),
        redirect,
        tls: null,
        timeZone,
      },
      media: {
        host,
        firstPort,
        lastPort,
        transport: value('media.transport'),
        pull: value('media.pull'),
        lingerMs: ms('media.linger'),
        loss: value('media.loss'),
        stallTimeoutMs: ms('media.stallTimeout'),
        portHoldOffMs: ms('media.portHoldOff'),
        selfChannelAfterMs: ms('media.selfChannelAfter'),
        advertise: value('media.advertise'),
      },
      data: value('store.data'),
      record: {
        segmentMs,
        preRollMs: ms('record.preRoll'),
        keepDays: value<number>('record.keepDays') || null,
        maxBytes: bytes('record.maxBytes') || null,
        minFreeBytes: bytes('record.minFreeBytes'),
      },
      alarms: {
        keepDays: value<number>('alarms.keepDays') || null,
        maxAlarms: value('alarms.maxAlarms'),
        maxSnapshots: value('alarms.maxSnapshots'),
      },
      positions: {
        keepDays: value<number>('positions.keepDays') || null,
        maxPoints: value('positions.maxPoints'),
      },
      webhooks,
    },
    http: {
      host: value('http.host'),
      port: value('http.port'),
      publicUrl: value('http.publicUrl'),
      token: value('http.token'),
      readToken: value('http.readToken'),
      auth: value('http.auth'),
      allowedOrigins: value('http.allowedOrigins'),
      map:
        tiles === null
          ? null
          : { tiles, attribution: value<string | null>('http.mapAttribution') ?? '', datum: value('http.mapDatum') },
      tls,
    },
    sipTlsPort,
    sipCertificates: value('sip.certificates'),
    logLevel: value('log.level'),
  };
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
