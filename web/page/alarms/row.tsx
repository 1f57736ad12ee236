import { footageHref } from '../footage/address.ts';
import { shortMoment } from '../format.ts';
import { type Language, localeOf, useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { LongName } from '../parts/long-name.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { alarmsWords } from '../words/alarms.ts';
import type { Alarm } from './api.ts';
import { kindWords, spoken } from './filter.ts';
import type { Names } from './names.ts';

/** Height of a row in CSS pixels, for the virtual list: the style sheet has the same number. */
export const ROW_PX = 54;
/** Footage begins this long before its alarm: what led to it. */
const BEFORE_MS = 5_000;

/** The channel whose footage shows the alarm; null: nobody can know. Pure but for the names. */
export function channelOf({ deviceId, channelId }: Alarm, names: Names): string | null {
  return channelId ?? names.onlyChannel(deviceId);
}

/** Where the footage of that time is. */
export function alarmFootage(alarm: Alarm, channelId: string): string {
  return footageHref({ deviceId: alarm.deviceId, channelId }, { atMs: Date.parse(alarm.time) - BEFORE_MS });
}

const TONES = ['quiet', 'danger', 'warning', 'quiet', 'quiet'] as const;

/** The priority with its colour; nothing where the device says none. */
export function Priority({ alarm, language }: { alarm: Alarm; language: Language }) {
  if (alarm.priority === null) return <span>–</span>;
  const name = spoken(alarm.priorityName, language) || String(alarm.priority);
  return <StateDot tone={TONES[alarm.priority] ?? 'quiet'}>{name}</StateDot>;
}

interface Props {
  alarm: Alarm;
  names: Names;
  language: Language;
  nowMs: number;
  isShown: boolean;
  /** Its place in the whole list, from 1, for screen readers. */
  position: number;
  onShow: () => void;
}

/** One alarm: when, how bad, what and where; and the way to its footage. */
export function AlarmRow({ alarm, names, language, nowMs, isShown, position, onShow }: Props) {
  const words = useWords(alarmsWords);
  const channelId = channelOf(alarm, names);
  const what = kindWords(alarm, language) || '–';
  const where =
    channelId === null ? names.device(alarm.deviceId) : names.channel(alarm.deviceId, channelId) || alarm.sourceId;
  const when = shortMoment(alarm.time, localeOf(language), nowMs);
  return (
    <li
      class={isShown ? 'alarm shown' : 'alarm'}
      aria-posinset={position}
      data-testid="alarm"
      data-alarm-id={alarm.id}
      data-priority={alarm.priority ?? ''}
    >
      <time class="at-time number" dateTime={alarm.time}>
        {when}
      </time>
      <span class="at-priority">
        <Priority alarm={alarm} language={language} />
      </span>
      <button type="button" class="open plain at-kind" data-testid="open-alarm" title={words.details} onClick={onShow}>
        <span class="name">{what}</span>
        {alarm.description !== '' && <small>{alarm.description}</small>}
      </button>
      <span class="at-channel">
        <span class="name">
          <LongName name={where} />
        </span>
        {channelId !== null && names.device(alarm.deviceId) !== where && <small>{names.device(alarm.deviceId)}</small>}
      </span>
      <span class="actions">
        {channelId !== null && (
          <a
            class="button"
            href={alarmFootage(alarm, channelId)}
            data-testid="alarm-footage"
            title={words.footage}
            aria-label={`${words.footage}: ${what}, ${where}, ${when}`}
          >
            <Icon name="footage" />
          </a>
        )}
      </span>
    </li>
  );
}
