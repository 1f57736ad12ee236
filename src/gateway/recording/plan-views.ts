import type { RecordPlan } from '../../record/plan.ts';
import type { Problem } from '../views.ts';

/** Recording plans, as the outside sees them. Types only. */

/** The plan of one channel, and what comes of it now. */
export interface PlanView extends RecordPlan {
  deviceId: string;
  channelId: string;
  /** Zone of its times. */
  timeZone: string;
  /** Its times hold now; false when it is off. */
  active: boolean;
  /** When that changes; null: not as far as can be foreseen. */
  nextChange: string | null;
  /** A file of that stream is being written now, whoever wanted it. */
  recording: boolean;
  /** Why nothing is recorded although it should be. */
  error?: string;
}

/** What the HTTP side may ask about recording plans. */
export interface PlansDesk {
  /** By device and channel. */
  all(): PlanView[];
  /** Off when nobody has made one; the channel need not be known yet. */
  get(deviceId: string, channelId: string): PlanView;
  put(deviceId: string, channelId: string, plan: RecordPlan): PlanView | Problem;
  /** Records as an alarm would: with what was kept from before it, for `seconds` or as the plan says. */
  alarm(deviceId: string, channelId: string, seconds: number | null): PlanView | Problem;
}
