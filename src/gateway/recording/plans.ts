import { checkedPlan, NO_PLAN, type PlanTimes, type RecordPlan, type StoredPlan, timesOf } from '../../record/plan.ts';
import { isActiveAt, nextChangeAfter, type WallClock } from '../../record/plan-times.ts';
import { epochsOfLocal, localMsOf } from '../../sip/local-time.ts';
import type { Clock } from '../clock.ts';
import type { Problem } from '../views.ts';
import type { PlansDesk, PlanView } from './plan-views.ts';

/** One stream of one channel. */
export interface PlannedStream {
  readonly deviceId: string;
  readonly channelId: string;
  readonly streamNumber: number;
}

/** Who records: while a reason stands the stream is pulled and written. */
export interface PlanRecorder {
  want(stream: PlannedStream, reason: 'always' | 'plan'): void;
  unwant(stream: PlannedStream, reason: 'always' | 'plan'): void;
  /** Pulls it and keeps its last seconds in memory, as many as the gateway is set to when none are given. */
  keep(stream: PlannedStream, preRollMs?: number): void;
  unkeep(stream: PlannedStream): void;
  trigger(stream: PlannedStream, seconds: number): void;
  /** `error`: why it is wanted and not written, in one sentence. */
  state(stream: PlannedStream): { readonly recording: boolean; readonly error: string | null };
}

export interface PlansPorts {
  readonly rows: {
    all(): StoredPlan[];
    put(plan: StoredPlan): void;
    delete(deviceId: string, channelId: string): void;
  };
  readonly recorder: PlanRecorder;
  readonly clock: Clock;
  readonly timeZone: string;
  iso(epochMs: number): string;
}

/** A wall clock that was set is noticed within this. */
const LOOK_MS = 30_000;
/** More than a minute of frames goes into memory nowhere; an alarm of a day is a plan for always. */
const MAX_ROLL_SECONDS = { pre: 60, post: 86_400 };
/** How long is recorded after an alarm when its plan does not say. */
export const POST_ROLL_SECONDS = 30;
/** Two channels of each of the 10,000 devices that a gateway may have. */
const MAX_PLANS = 20_000;

interface Planned {
  readonly plan: StoredPlan;
  readonly times: PlanTimes;
  isActive: boolean;
  /** Null: none that can be foreseen. */
  nextEpochMs: number | null;
}

/** Recording plans: kept, applied, and looked at again when the clock on the wall says so. One timer for all. */
export class Plans implements PlansDesk {
  readonly #ports: PlansPorts;
  readonly #wall: WallClock;
  readonly #plans = new Map<string, Planned>();
  #cancel = () => {};
  /** Wall clock minus monotonic clock at the last look. */
  #driftMs = 0;

  constructor(ports: PlansPorts) {
    this.#ports = ports;
    this.#wall = {
      localMs: (epochMs) => localMsOf(epochMs, ports.timeZone),
      epochs: (localMs) => epochsOfLocal(localMs, ports.timeZone),
    };
  }

  /** Applies what was kept. */
  start(): void {
    for (const plan of this.#ports.rows.all()) this.#add(plan);
    this.#driftMs = this.#drift();
    this.#sleep();
  }

  all(): PlanView[] {
    const order = (a: StoredPlan, b: StoredPlan) =>
      a.deviceId.localeCompare(b.deviceId) || a.channelId.localeCompare(b.channelId);
    return [...this.#plans.values()].sort((a, b) => order(a.plan, b.plan)).map((planned) => this.#view(planned));
  }

  get(deviceId: string, channelId: string): PlanView {
    const planned = this.#plans.get(key(deviceId, channelId));
    return this.#view(planned ?? this.#planned({ ...NO_PLAN, deviceId, channelId }));
  }

  put(deviceId: string, channelId: string, wanted: RecordPlan): PlanView | Problem {
    const checked = checkedPlan(wanted);
    if ('fault' in checked) return { problem: 'bad_request', detail: checked.fault };
    const fault = rollFault(checked);
    if (fault !== null) return { problem: 'bad_request', detail: fault };
    const planKey = key(deviceId, channelId);
    const before = this.#plans.get(planKey);
    if (before === undefined && this.#plans.size >= MAX_PLANS)
      return { problem: 'conflict', detail: `There are ${MAX_PLANS} plans already.` };
    const plan = { ...checked, deviceId, channelId };
    this.#ports.rows.put(plan);
    this.#add(plan);
    if (before !== undefined) this.#replaced(before, this.#plans.get(planKey));
    this.#sleep();
    return this.get(deviceId, channelId);
  }

  alarm(deviceId: string, channelId: string, seconds: number | null): PlanView | Problem {
    const planned = this.#plans.get(key(deviceId, channelId));
    if (planned?.plan.mode !== 'alarm')
      return { problem: 'conflict', detail: 'The plan of this channel is not one for alarms.' };
    if (!planned.isActive)
      return { problem: 'conflict', detail: 'By the plan of this channel alarms do not count at this time.' };
    this.#ports.recorder.trigger(streamOf(planned.plan), seconds ?? planned.plan.postRollSeconds ?? POST_ROLL_SECONDS);
    return this.#view(planned);
  }

  /** Days that recordings of a stream are kept by its plan; null: it does not say. */
  keepDays({ deviceId, channelId, streamNumber }: PlannedStream): number | null {
    const plan = this.#plans.get(key(deviceId, channelId))?.plan;
    return plan?.streamNumber === streamNumber ? plan.keepDays : null;
  }

  /** The device was deleted, and its plans with it; what was recorded stays. */
  forget(deviceId: string): void {
    for (const [planKey, planned] of this.#plans) {
      if (planned.plan.deviceId !== deviceId) continue;
      this.#plans.delete(planKey);
      this.#ports.rows.delete(deviceId, planned.plan.channelId);
      this.#replaced(planned, undefined);
    }
  }

  /** Idempotent. What is recorded goes on until the recorder is closed. */
  close(): void {
    this.#cancel();
  }

  #add(plan: StoredPlan): void {
    const planned = this.#planned(plan);
    this.#plans.set(key(plan.deviceId, plan.channelId), planned);
    const wish = wishOf(planned);
    if (wish === null) return;
    if (wish === 'keep') this.#ports.recorder.keep(streamOf(plan), preRollMsOf(plan));
    else this.#ports.recorder.want(streamOf(plan), wish);
  }

  #planned(plan: StoredPlan): Planned {
    const times = timesOf(plan);
    const nowMs = this.#ports.clock.epochMs();
    return {
      plan,
      times,
      isActive: isActiveAt(times, nowMs, this.#wall),
      nextEpochMs: nextChangeAfter(times, nowMs, this.#wall),
    };
  }

  /** Takes back what a plan wanted. The new wish stands already, so that a stream that goes on is not interrupted. */
  #replaced(before: Planned, now: Planned | undefined): void {
    const wish = wishOf(before);
    const isSame = now !== undefined && wishOf(now) === wish && now.plan.streamNumber === before.plan.streamNumber;
    if (wish === null || isSame) return;
    if (wish === 'keep') this.#ports.recorder.unkeep(streamOf(before.plan));
    else this.#ports.recorder.unwant(streamOf(before.plan), wish);
  }

  #sleep(): void {
    this.#cancel();
    const { clock } = this.#ports;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { nextEpochMs } of this.#plans.values()) nextMs = Math.min(nextMs, nextEpochMs ?? nextMs);
    const waitMs = Math.max(0, Math.min(LOOK_MS, nextMs - clock.epochMs()));
    this.#cancel = clock.after(waitMs, () => this.#look());
  }

  /** Looks at the plans whose time has come; at all of them when the clock was set. */
  #look(): void {
    const nowMs = this.#ports.clock.epochMs();
    const driftMs = this.#drift();
    const wasSet = Math.abs(driftMs - this.#driftMs) > 1000;
    this.#driftMs = driftMs;
    for (const before of [...this.#plans.values()]) {
      const isDue = before.nextEpochMs !== null && before.nextEpochMs <= nowMs;
      if (!isDue && !wasSet) continue;
      this.#add(before.plan);
      this.#replaced(before, this.#plans.get(key(before.plan.deviceId, before.plan.channelId)));
    }
    this.#sleep();
  }

  #drift(): number {
    return this.#ports.clock.epochMs() - this.#ports.clock.nowMs();
  }

  #view({ plan, isActive, nextEpochMs }: Planned): PlanView {
    const { recording, error } = this.#ports.recorder.state(streamOf(plan));
    return {
      ...plan,
      timeZone: this.#ports.timeZone,
      active: isActive,
      nextChange: nextEpochMs === null ? null : this.#ports.iso(nextEpochMs),
      recording,
      ...(error === null ? {} : { error }),
    };
  }
}

/** What a plan wants of the recorder now. */
function wishOf({ plan, isActive }: Planned): 'always' | 'plan' | 'keep' | null {
  if (!isActive) return null;
  if (plan.mode === 'alarm') return 'keep';
  return plan.mode === 'always' ? 'always' : 'plan';
}

function rollFault({ preRollSeconds, postRollSeconds, keepDays, streamNumber }: RecordPlan): string | null {
  const isWithin = (value: number | null, min: number, max: number) =>
    value === null || (Number.isInteger(value) && value >= min && value <= max);
  if (!isWithin(preRollSeconds, 0, MAX_ROLL_SECONDS.pre))
    return `preRollSeconds must be a whole number from 0 to ${MAX_ROLL_SECONDS.pre}, or null.`;
  if (!isWithin(postRollSeconds, 1, MAX_ROLL_SECONDS.post))
    return `postRollSeconds must be a whole number from 1 to ${MAX_ROLL_SECONDS.post}, or null.`;
  if (!isWithin(keepDays, 1, 36_500)) return 'keepDays must be a whole number from 1 to 36500, or null.';
  return isWithin(streamNumber, 0, 99) ? null : 'streamNumber must be a whole number from 0 to 99.';
}

function streamOf({ deviceId, channelId, streamNumber }: StoredPlan): PlannedStream {
  return { deviceId, channelId, streamNumber };
}

function preRollMsOf({ preRollSeconds }: StoredPlan): number | undefined {
  return preRollSeconds === null ? undefined : preRollSeconds * 1000;
}

function key(deviceId: string, channelId: string): string {
  return `${deviceId.length} ${deviceId} ${channelId}`;
}
