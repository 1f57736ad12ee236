/**
 * What arrives of cameras while somebody sets them up: one visit for each device id and host, and in it the steps that it took, the
 * newest last. In memory only and bounded: strangers may invent ids, and those who never proved a password make room first.
 */

/** Visits kept: a site's worth of cameras that are set up in one go. One is about 2 kB. */
export const MAX_VISITS = 200;
/** Visits of one host that never proved a password: more is a host that invents ids, or a site behind one address. */
export const MAX_STRANGERS_PER_HOST = 60;
/** Steps kept of one visit; a step that repeats is counted, so that more are a story of days. */
export const MAX_STEPS = 16;
/** Words quote what a device sent: no longer than two lines. */
const MAX_DETAIL_LENGTH = 300;

/** What can happen. Everything that is no progress has its cure in the page's words. */
export const ARRIVAL_CODES = [
  // asked for its password, and nothing came back yet
  'challenged',
  // refused
  'bad-device-id',
  'wrong-platform-id',
  'blocked',
  'not-added',
  'wrong-password',
  'no-password',
  'wrong-certificate',
  'slowed',
  'locked-out',
  'too-many-devices',
  'challenge-unanswered',
  'conflict',
  // let in, or sent to the gateway that it belongs to
  'redirected',
  'registered',
  'wrong-domain',
  'channels',
  'catalog-failed',
  // gone again
  'unregistered',
  'keepalive-missed',
  'registration-expired',
  'connection-lost',
  'deleted',
] as const;
export type ArrivalCode = (typeof ARRIVAL_CODES)[number];

export interface ArrivalStep {
  readonly code: ArrivalCode;
  readonly firstEpochMs: number;
  lastEpochMs: number;
  /** How often since the device was let in last. */
  tries: number;
  /** A sentence with the values seen; '' where the code says it all. */
  detail: string;
  /** Of `slowed` and `locked-out`: when the next try is looked at. */
  retryAfterSeconds: number | null;
  /** Of `channels`: how many. */
  channels: number | null;
}

export interface Visit {
  readonly id: string;
  readonly deviceId: string;
  readonly host: string;
  /** `host:port` it came from last. */
  address: string;
  transport: string;
  /** It proved its password at least once. */
  isProved: boolean;
  readonly firstEpochMs: number;
  lastEpochMs: number;
  readonly steps: ArrivalStep[];
}

/** What is told to `note`. */
export interface Arrival {
  readonly deviceId: string;
  readonly host: string;
  readonly address: string;
  readonly transport: string;
  readonly code: ArrivalCode;
  readonly detail?: string;
  readonly retryAfterSeconds?: number | null;
  readonly channels?: number | null;
}

/** The way of a device that is let in. While nothing else comes between they change in place: a refresh is no new chapter. */
const PROGRESS: ReadonlySet<ArrivalCode> = new Set(['registered', 'wrong-domain', 'channels', 'catalog-failed']);

export class Arrivals {
  /** The one that was quiet longest first. */
  readonly #visits = new Map<string, Visit>();

  /** Notes one; answers the visit it belongs to. */
  note(arrival: Arrival, epochMs: number): Visit {
    const visit = this.#visitOf(arrival, epochMs);
    visit.address = arrival.address;
    visit.transport = arrival.transport;
    visit.lastEpochMs = epochMs;
    if (arrival.code === 'registered') visit.isProved = true;
    addStep(visit.steps, arrival, epochMs);
    this.#makeRoom(visit);
    return visit;
  }

  /** The newest visit of a device, for what happens after it was let in. */
  ofDevice(deviceId: string): Visit | null {
    let found: Visit | null = null;
    for (const visit of this.#visits.values()) if (visit.deviceId === deviceId && visit.isProved) found = visit;
    return found;
  }

  /** Newest first. */
  all(): Visit[] {
    return [...this.#visits.values()].reverse();
  }

  #visitOf(arrival: Arrival, epochMs: number): Visit {
    const id = `${arrival.deviceId}@${arrival.host}`;
    const visit = this.#visits.get(id) ?? {
      id,
      deviceId: arrival.deviceId,
      host: arrival.host,
      address: arrival.address,
      transport: arrival.transport,
      isProved: false,
      firstEpochMs: epochMs,
      lastEpochMs: epochMs,
      steps: [],
    };
    this.#visits.delete(id); // moved to the end
    this.#visits.set(id, visit);
    return visit;
  }

  #makeRoom(newest: Visit): void {
    if (newest.isProved && this.#visits.size <= MAX_VISITS) return;
    let strangers = 0;
    let oldestHere: Visit | null = null;
    let oldestStranger: Visit | null = null;
    for (const visit of this.#visits.values()) {
      if (visit.isProved || visit === newest) continue;
      oldestStranger ??= visit;
      if (visit.host !== newest.host) continue;
      strangers += 1;
      oldestHere ??= visit;
    }
    if (strangers >= MAX_STRANGERS_PER_HOST && oldestHere !== null) this.#visits.delete(oldestHere.id);
    if (this.#visits.size <= MAX_VISITS) return;
    const [oldest] = this.#visits.values();
    const leaves = oldestStranger ?? oldest;
    if (leaves !== undefined) this.#visits.delete(leaves.id);
  }
}

function addStep(steps: ArrivalStep[], arrival: Arrival, epochMs: number): void {
  const { code } = arrival;
  // whatever comes after the challenge is the answer to it
  if (steps.at(-1)?.code === 'challenged' && code !== 'challenged') steps.pop();
  const since = lastEntry(steps);
  const at = steps.findIndex((step, index) => index >= since && step.code === code);
  const known = at < 0 ? null : (steps[at] ?? null);
  const step: ArrivalStep = {
    code,
    firstEpochMs: known?.firstEpochMs ?? epochMs,
    lastEpochMs: epochMs,
    tries: (known?.tries ?? 0) + 1,
    detail: (arrival.detail ?? '').slice(0, MAX_DETAIL_LENGTH),
    retryAfterSeconds: arrival.retryAfterSeconds ?? null,
    channels: arrival.channels ?? null,
  };
  const isRefresh = PROGRESS.has(code) && steps.slice(at).every((later) => PROGRESS.has(later.code));
  if (known !== null && isRefresh) {
    steps[at] = step;
    return;
  }
  if (known !== null && !PROGRESS.has(code)) steps.splice(at, 1);
  steps.push(step);
  if (steps.length > MAX_STEPS) steps.shift();
}

/** Where the chapter begins that a step is counted in: after the device left, or was let in. Its being let in belongs to it. */
function lastEntry(steps: readonly ArrivalStep[]): number {
  for (let at = steps.length - 1; at >= 0; at--) {
    const code = steps[at]?.code;
    if (code === 'registered') return at;
    if (code !== undefined && GONE.has(code)) return at + 1;
  }
  return 0;
}

const GONE: ReadonlySet<ArrivalCode> = new Set([
  'unregistered',
  'keepalive-missed',
  'registration-expired',
  'connection-lost',
  'deleted',
]);
