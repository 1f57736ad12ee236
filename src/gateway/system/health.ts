import { cureOf, sentenceOf, type Values, type WarningCode } from './health-words.ts';
import { isLoopback, isPrivate, isUnspecified, sameNetwork } from './networks.ts';

/**
 * What can be wrong with a gateway, its machine and what its devices are told: one room for `gbgate doctor`, the API and
 * the page. Pure: facts in, warnings out; who gathers the facts is `system.ts` in a running gateway and the doctor without one.
 */

/** `error`: something will not work. `warning`: something may not, or will not for long. `note`: odd, and handled. */
export type Severity = 'error' | 'warning' | 'note';

export type CheckName =
  | 'addresses'
  | 'ports'
  | 'buffers'
  | 'clock'
  | 'disk'
  | 'recordings'
  | 'loop'
  | 'webhooks'
  | 'ffmpeg';

/** One thing that is wrong: `values` are what the sentence speaks of. */
export interface Warning {
  readonly check: CheckName;
  readonly code: WarningCode;
  readonly severity: Severity;
  readonly sentence: string;
  readonly cure: string;
  readonly values: Values;
  readonly deviceId?: string;
}

/** What stands in the messages to one device, and what its own say. Hosts without brackets. */
export interface DeviceFacts {
  readonly deviceId: string;
  /** Host its packets come from; null before it was ever heard. */
  readonly source: string | null;
  /** Host in Via and Contact of our requests to it. */
  readonly signalling: string;
  /** Host in `o=` and `c=` of our offers to it. */
  readonly media: string;
  /** What its own Via and Contact say, when that is not where its packets come from; in words. */
  readonly says: readonly string[];
  /** Its clock minus ours, in seconds; null when it was not asked or did not say. */
  readonly clockOffsetSeconds: number | null;
}

/** Everything the checks look at; null where nobody knows. */
export interface Facts {
  /** `sip.advertise`, `media.advertise` without a port; null: the address that faces each device. */
  readonly advertised: { readonly signalling: string | null; readonly media: string | null };
  /** Addresses of this machine's interfaces, `address/bits`. */
  readonly networks: readonly string[];
  readonly devices: readonly DeviceFacts[];
  readonly ports: { readonly total: number; readonly occupied: number; readonly free: number } | null;
  /** Ports of listeners that other programs hold (only asked when no gateway runs). */
  readonly taken: readonly { readonly name: string; readonly port: number }[];
  /** Largest receive buffer the system gives (`net.core.rmem_max`). */
  readonly receiveBufferMaxBytes: number | null;
  /** What the operating system says about its own clock. */
  readonly isClockSynchronized: boolean | null;
  readonly disk: { readonly path: string; readonly totalBytes: number; readonly freeBytes: number } | null;
  /** What all recordings that run write together, bits per second. */
  readonly recordingBps: number;
  /** Null in a process that records nothing. */
  readonly retention: {
    /** What is kept free of the disk by deleting the oldest recordings; 0: nothing is. */
    readonly wantedFreeBytes: number;
    readonly recordings: number;
    readonly lockedBytes: number;
    /** What cannot be freed. */
    readonly stuck: { readonly reason: 'bytes' | 'space'; readonly missingBytes: number } | null;
    /** Why files cannot be deleted. */
    readonly error: string | null;
  } | null;
  /** Channels that should be recorded now and are not. */
  readonly notRecorded: readonly { readonly deviceId: string; readonly channelId: string; readonly detail: string }[];
  /** Delay of the event loop over the last minute; null in a process that serves nobody. */
  readonly loopDelayP99Ms: number | null;
  /** How each webhook does; `url` without secrets. */
  readonly webhooks: readonly {
    readonly url: string;
    readonly failuresInRow: number;
    readonly waiting: number;
    readonly lastError: string | null;
  }[];
  /** Version, or null when it is not installed. */
  readonly ffmpeg: string | null;
}

/** SIP's socket asks for this much (`sip/socket`), a media socket for a quarter of it. Linux gives 208 KiB by default: a burst of two key frames. */
export const WANTED_RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** One channel of 2 Mbit/s fills this in some two hours: time to act. */
const DISK_LOW_BYTES = 2 * 1024 ** 3;
/** SQLite and the heads of open recordings need room to be closed in order. */
const DISK_FULL_BYTES = 200 * 1024 ** 2;
/** Below this at the present rate the night is not survived. */
const DISK_LOW_HOURS = 12;
/** A packet that waits this long is late: cameras send 25 frames a second, and receive buffers hold some 100 ms of 4K. */
const LOOP_LATE_MS = 100;
/** `DeviceTime` has whole seconds and its answer takes one; more than this is a wrong clock. */
const CLOCK_OFF_SECONDS = 30;
/** So many devices that agree are right, and we are wrong. */
const WITNESSES = 2;
/** Half a minute of attempts: longer than a receiver takes to restart. */
const WEBHOOK_FAILURES = 6;
/** Warnings of one kind about single devices: a page shows no more, and a wrong setting is one story. */
const MAX_DEVICES_NAMED = 50;

type Found = readonly [code: WarningCode, severity: Severity, values: Values, deviceId?: string];

const CHECKS: Readonly<Record<CheckName, (facts: Facts) => Found[]>> = {
  addresses,
  ports,
  buffers,
  clock,
  disk,
  recordings,
  loop,
  webhooks,
  ffmpeg: (facts) => (facts.ffmpeg === null ? [['ffmpeg_missing', 'warning', {}]] : []),
};

/** The names of all checks, in the order in which they are shown. */
export const CHECK_NAMES = Object.keys(CHECKS) as CheckName[];

/** Every warning that these facts give, the gravest first. */
export function warningsOf(facts: Facts): Warning[] {
  const rank: Record<Severity, number> = { error: 0, warning: 1, note: 2 };
  return CHECK_NAMES.flatMap((check) =>
    CHECKS[check](facts).map(([code, severity, values, deviceId]) => ({
      check,
      code,
      severity,
      sentence: sentenceOf(code, values),
      cure: cureOf(code, values),
      values,
      ...(deviceId === undefined ? {} : { deviceId }),
    })),
  ).sort((a, b) => rank[a.severity] - rank[b.severity]);
}

function addresses(facts: Facts): Found[] {
  const found: Found[] = [];
  const own = facts.networks.map((network) => network.split('/')[0]);
  for (const [key, option] of [
    ['signalling', 'sip.advertise'],
    ['media', 'media.advertise'],
  ] as const) {
    const host = facts.advertised[key];
    if (host === null) continue;
    if (isUnspecified(host)) found.push(['address_unspecified', 'error', { host, option }]);
    else if (!/^[\d.]+$|:/.test(host)) found.push(['address_is_name', 'note', { host, option }]);
    else if (isPrivate(host) && !own.includes(host)) found.push(['address_not_ours', 'note', { host, option }]);
  }
  for (const device of facts.devices) {
    if (found.length >= MAX_DEVICES_NAMED) break;
    found.push(...addressesTo(device, facts));
  }
  return found;
}

/** What one device is told, against where it is. Media first: a wrong `c=` is the picture that never comes. */
function addressesTo(device: DeviceFacts, facts: Facts): Found[] {
  const { deviceId, source } = device;
  if (source === null) return [];
  const found: Found[] = [];
  const told = device.media === device.signalling ? (['media'] as const) : (['media', 'signalling'] as const);
  for (const key of told) {
    const host = device[key];
    const option = key === 'media' && device.media !== device.signalling ? 'media.advertise' : 'advertise';
    const values = { host, source, option };
    if (isUnspecified(host)) found.push(['address_unspecified', 'error', values, deviceId]);
    else if (isLoopback(host) && !isLoopback(source)) found.push(['address_loopback', 'error', values, deviceId]);
    else if (isPrivate(host) && isPublic(source)) found.push(['address_private_across_nat', 'error', values, deviceId]);
    else if (isPublic(host) && facts.networks.some((network) => isPrivate(source) && sameNetwork(network, source)))
      found.push(['address_hairpin', 'warning', values, deviceId]);
  }
  for (const detail of device.says) found.push(['device_behind_nat', 'note', { detail, source }, deviceId]);
  return found;
}

function isPublic(host: string): boolean {
  return /^[\d.]+$|:/.test(host) && !isPrivate(host) && !isLoopback(host) && !isUnspecified(host);
}

function ports(facts: Facts): Found[] {
  const found: Found[] = facts.taken.map(({ name, port }) => ['port_in_use', 'error', { name, port }]);
  if (facts.ports === null) return found;
  const { total, occupied, free } = facts.ports;
  if (free < 2) found.push(['ports_exhausted', 'error', { total, free }]);
  if (occupied > 0) found.push(['ports_occupied', 'warning', { total, occupied }]);
  return found;
}

function buffers({ receiveBufferMaxBytes }: Facts): Found[] {
  if (receiveBufferMaxBytes === null || receiveBufferMaxBytes >= WANTED_RECEIVE_BUFFER_BYTES) return [];
  const values = { bytes: receiveBufferMaxBytes, wantedBytes: WANTED_RECEIVE_BUFFER_BYTES };
  return [['receive_buffer_small', 'warning', values]];
}

function clock(facts: Facts): Found[] {
  const off = facts.devices.flatMap(({ deviceId, clockOffsetSeconds: seconds }) =>
    seconds !== null && Math.abs(seconds) > CLOCK_OFF_SECONDS ? [{ deviceId, seconds: Math.round(seconds) }] : [],
  );
  const asked = facts.devices.filter((device) => device.clockOffsetSeconds !== null).length;
  const unsynchronized: Found[] = facts.isClockSynchronized === false ? [['clock_unsynchronized', 'warning', {}]] : [];
  // When most devices say the same other time, it is ours that is wrong.
  for (const { seconds } of off) {
    const agreeing = off.filter((other) => Math.abs(other.seconds - seconds) <= CLOCK_OFF_SECONDS).length;
    if (agreeing >= WITNESSES && agreeing * 2 > asked)
      return [...unsynchronized, ['clock_off', 'error', { seconds: -seconds, devices: agreeing }]];
  }
  const single = off
    .slice(0, MAX_DEVICES_NAMED)
    .map(({ deviceId, seconds }): Found => ['device_clock_off', 'warning', { seconds }, deviceId]);
  return [...unsynchronized, ...single];
}

function disk({ disk: found, recordingBps, retention }: Facts): Found[] {
  if (found === null) return [['disk_unknown', 'warning', {}]];
  const { path, freeBytes } = found;
  if (freeBytes < DISK_FULL_BYTES) return [['disk_full', 'error', { path, freeBytes }]];
  // Where the oldest recordings make room for new ones, a disk stands at its mark and is well.
  if (retention !== null && retention.wantedFreeBytes > 0 && retention.stuck === null && retention.error === null) {
    if (freeBytes >= Math.min(retention.wantedFreeBytes, DISK_LOW_BYTES) / 2) return [];
    return [['disk_low', 'warning', { path, freeBytes }]];
  }
  const hours = recordingBps > 0 ? (freeBytes * 8) / recordingBps / 3600 : Number.POSITIVE_INFINITY;
  if (freeBytes >= DISK_LOW_BYTES && hours >= DISK_LOW_HOURS) return [];
  const left: Values = Number.isFinite(hours) ? { hours: Math.round(hours * 10) / 10 } : {};
  return [['disk_low', 'warning', { path, freeBytes, ...left }]];
}

function recordings({ retention, notRecorded }: Facts): Found[] {
  const found: Found[] = [];
  if (retention !== null && retention.error !== null)
    found.push(['retention_failing', 'error', { error: retention.error }]);
  if (retention !== null && retention.stuck !== null && retention.recordings > 0) {
    const { lockedBytes, stuck } = retention;
    found.push(['retention_stuck', 'warning', { ...stuck, lockedBytes }]);
  }
  for (const { deviceId, channelId, detail } of notRecorded.slice(0, MAX_DEVICES_NAMED))
    found.push(['recording_not_running', 'warning', { channelId, detail }, deviceId]);
  return found;
}

function loop({ loopDelayP99Ms }: Facts): Found[] {
  if (loopDelayP99Ms === null || loopDelayP99Ms < LOOP_LATE_MS) return [];
  return [['loop_late', 'warning', { p99Ms: Math.round(loopDelayP99Ms) }]];
}

function webhooks({ webhooks: endpoints }: Facts): Found[] {
  return endpoints
    .filter(({ failuresInRow }) => failuresInRow >= WEBHOOK_FAILURES)
    .map(({ url, waiting, lastError }) => ['webhook_failing', 'warning', { url, waiting, error: lastError ?? '' }]);
}
