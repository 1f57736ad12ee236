import { one, send } from '../api.ts';
import type { WeeklyRange } from './week.ts';

/** Starts by a line of crontab, each lasting so many minutes. */
interface CronRange {
  readonly start: string;
  readonly minutes: number;
}

/** When a channel is recorded (`PUT C/plan`); null: as the gateway is set. */
export interface Plan {
  readonly mode: 'off' | 'always' | 'schedule' | 'alarm';
  readonly streamNumber: number;
  readonly weekly: readonly WeeklyRange[];
  readonly cron: readonly CronRange[];
  readonly preRollSeconds: number | null;
  readonly postRollSeconds: number | null;
  readonly keepDays: number | null;
}

/** A plan with what comes of it now (`GET C/plan`). */
export interface PlanNow extends Plan {
  readonly timeZone: string;
  /** Its times hold now. */
  readonly active: boolean;
  readonly nextChange: string | null;
  /** The stream is written now, whoever wanted it. */
  readonly recording: boolean;
  readonly error?: string;
}

const of = (deviceId: string, channelId: string) =>
  `devices/${encodeURIComponent(deviceId)}/channels/${encodeURIComponent(channelId)}/plan`;

export const readPlan = (deviceId: string, channelId: string) => one<PlanNow>(of(deviceId, channelId));

export async function putPlan(deviceId: string, channelId: string, plan: Plan): Promise<PlanNow> {
  const response = await send(of(deviceId, channelId), {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(plan),
  });
  return (await response.json()) as PlanNow;
}

/** What of a plan is said to the gateway. Pure. */
export function planOf(now: Plan): Plan {
  const { mode, streamNumber, weekly, cron, preRollSeconds, postRollSeconds, keepDays } = now;
  return { mode, streamNumber, weekly, cron, preRollSeconds, postRollSeconds, keepDays };
}
