import type { Alarm } from '../alarms/api.ts';
import type { GatewayEvent } from '../events.ts';

/** What somebody at the page should know whatever they are looking at: a camera tells an alarm, or offers its video. */
export interface Notice {
  /** What and whose: another one of the same takes its place. */
  readonly key: string;
  readonly deviceId: string;
  readonly channelId: string | null;
  /** The newest; null: an offer of video. */
  readonly alarm: Alarm | null;
  /** How many of the same since it is shown. */
  readonly count: number;
  /** When the newest came, on the page's own clock. */
  readonly sinceMs: number;
}

/** More would cover the pictures. The oldest goes. */
export const MAX_NOTICES = 3;
/** Long enough to read it twice and to reach it with the mouse. */
export const SHOWN_MS = 12_000;

/** The notices, the newest first, with what an event says; the same when it says nothing that is noticed. Pure. */
export function withEvent(notices: readonly Notice[], event: GatewayEvent, nowMs: number): readonly Notice[] {
  const { deviceId, channelId } = event.data;
  if (event.type !== 'alarm' && event.type !== 'video.offered') return notices;
  if (typeof deviceId !== 'string') return notices;
  const whose = typeof channelId === 'string' ? channelId : null;
  const key = `${event.type} ${deviceId} ${whose ?? ''}`;
  const before = notices.find((notice) => notice.key === key);
  const fresh: Notice = {
    key,
    deviceId,
    channelId: whose,
    alarm: event.type === 'alarm' ? (event.data as unknown as Alarm) : null,
    count: (before?.count ?? 0) + 1,
    sinceMs: nowMs,
  };
  return [fresh, ...notices.filter((notice) => notice !== before)].slice(0, MAX_NOTICES);
}

/** Those that have not been shown long enough. Pure. */
export function withoutOld(notices: readonly Notice[], nowMs: number): readonly Notice[] {
  const kept = notices.filter(({ sinceMs }) => nowMs - sinceMs < SHOWN_MS);
  return kept.length === notices.length ? notices : kept;
}
