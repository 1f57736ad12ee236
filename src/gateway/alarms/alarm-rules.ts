import type { StoredAlarm } from '../../store/alarms.ts';
import type { Clock } from '../clock.ts';
import type { AlarmRule, AlarmRulesDesk } from './alarm-views.ts';

/** What is done when nobody has set rules: channels whose recording plan is one for alarms are recorded. */
export const DEFAULT_RULES: readonly AlarmRule[] = [{ name: 'plan', enabled: true, record: 'plan', snapshot: null }];

/** A channel whose alarms come without end is taken pictures of this often. */
export const SNAPSHOT_PAUSE_MS = 10_000;
/** Channels whose last pictures are remembered for that; the oldest is forgotten first. */
const MAX_PAUSES = 10_000;
const SETTING = 'alarmRules';

export interface AlarmRulesPorts {
  readonly settings: { get(name: string): string | undefined; put(name: string, value: string): void };
  readonly clock: Clock;
  /** Records a channel; `seconds` null: as its plan says. */
  record(deviceId: string, channelId: string, seconds: number | null): void;
  snapshot(deviceId: string, channelId: string, o: { count: number; intervalSeconds: number; alarm: number }): void;
}

/** What alarms set off: recordings and pictures, by rules that are kept. */
export class AlarmRules implements AlarmRulesDesk {
  readonly #ports: AlarmRulesPorts;
  /** When each channel was last taken pictures of, the longest ago first. */
  readonly #snapshots = new Map<string, number>();
  #rules: readonly AlarmRule[];

  constructor(ports: AlarmRulesPorts) {
    this.#ports = ports;
    const kept = ports.settings.get(SETTING) ?? '';
    this.#rules = kept === '' ? DEFAULT_RULES : (JSON.parse(kept) as AlarmRule[]);
  }

  all(): readonly AlarmRule[] {
    return this.#rules;
  }

  put(rules: readonly AlarmRule[] | null): readonly AlarmRule[] {
    this.#ports.settings.put(SETTING, rules === null ? '' : JSON.stringify(rules));
    this.#rules = rules ?? DEFAULT_RULES;
    return this.#rules;
  }

  /** Does what the rules say; each that fits does its part. */
  act(alarm: StoredAlarm): void {
    for (const rule of this.#rules) if (fits(rule, alarm)) this.#carryOut(rule, alarm);
  }

  #carryOut({ channels, record, snapshot }: AlarmRule, alarm: StoredAlarm): void {
    const { deviceId, channelId, number } = alarm;
    const own = channelId === null ? [] : [{ deviceId, channelId }];
    for (const target of channels ?? own) {
      if (record !== 'off') this.#ports.record(target.deviceId, target.channelId, record === 'plan' ? null : record);
      if (snapshot !== null && this.#mayTake(`${target.deviceId} ${target.channelId}`))
        this.#ports.snapshot(target.deviceId, target.channelId, { ...snapshot, alarm: number });
    }
  }

  #mayTake(key: string): boolean {
    const nowMs = this.#ports.clock.nowMs();
    const lastMs = this.#snapshots.get(key);
    if (lastMs !== undefined && nowMs - lastMs < SNAPSHOT_PAUSE_MS) return false;
    this.#snapshots.delete(key);
    this.#snapshots.set(key, nowMs);
    const oldest = this.#snapshots.keys().next();
    if (this.#snapshots.size > MAX_PAUSES && !oldest.done) this.#snapshots.delete(oldest.value);
    return true;
  }
}

function fits(rule: AlarmRule, alarm: StoredAlarm): boolean {
  const { deviceId, channelId, methods, types, priority } = rule;
  return (
    rule.enabled &&
    (deviceId === undefined || deviceId === alarm.deviceId) &&
    (channelId === undefined || channelId === alarm.channelId || channelId === alarm.sourceId) &&
    (methods === undefined || (alarm.method !== null && methods.includes(alarm.method))) &&
    (types === undefined || (alarm.type !== null && types.includes(alarm.type))) &&
    (priority === undefined || (alarm.priority !== null && alarm.priority <= priority))
  );
}
