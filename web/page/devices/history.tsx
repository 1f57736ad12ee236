import { useState } from 'preact/hooks';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { useNow } from '../parts/ago.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { devicesWords } from '../words/devices.ts';
import type { PresenceChange } from './api.ts';
import { stretchesOf } from './presence.ts';

const HOUR_MS = 3_600_000;
const RANGES = { day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS } as const;
/** The line moves a pixel in about that time. */
const DRAW_MS = 30_000;
/** Shown before somebody asks for all of them. */
const SHOWN = 6;

/** When the device was on and off: a line to scale, and the changes in words. */
export function History({ changes }: { changes: readonly PresenceChange[] | null }) {
  const words = useWords(devicesWords);
  const language = useLanguage();
  const locale = localeOf(language);
  const now = useNow(DRAW_MS);
  const [range, setRange] = useState<'day' | 'week'>('day');
  const [isWhole, setWhole] = useState(false);
  const fromMs = now - RANGES[range];
  const { stretches, onlineShare } = stretchesOf(changes ?? [], fromMs, now);
  const share =
    onlineShare === null
      ? words.unknown
      : words.onlineShare(
          onlineShare.toLocaleString(locale, { style: 'percent', maximumFractionDigits: onlineShare > 0.99 ? 2 : 0 }),
        );
  const when = (ms: number) => new Date(ms).toLocaleString(locale, { dateStyle: 'short', timeStyle: 'short' });
  const said = { online: words.wentOn, offline: words.wentOff, unknown: words.notKnown };
  const shown = isWhole ? (changes ?? []) : (changes ?? []).slice(0, SHOWN);
  return (
    <div data-testid="history">
      <div class="panel-head">
        <h2>{words.history}</h2>
        <span class="hint" data-testid="online-share">
          {changes === null ? '' : share}
        </span>
        <fieldset class="choices" aria-label={words.history}>
          {(['day', 'week'] as const).map((one) => (
            <button key={one} type="button" aria-pressed={one === range} onClick={() => setRange(one)}>
              {words.ranges[one]}
            </button>
          ))}
        </fieldset>
      </div>
      <div class="presence" role="img" aria-label={`${words.ranges[range]}: ${share}`}>
        {stretches.map((one) => (
          <i
            key={one.from}
            class={one.state}
            style={{ left: `${one.left}%`, width: `${one.width}%` }}
            title={`${said[one.state]}: ${when(one.from)} – ${when(one.to)}`}
          />
        ))}
      </div>
      <div class="presence-scale number" aria-hidden="true">
        <span>{when(fromMs)}</span>
        <span>{when(now)}</span>
      </div>
      {changes?.length === 0 && <p class="hint">{words.noHistory}</p>}
      <ul class="changes">
        {shown.map((change) => (
          <li key={`${change.time} ${change.online}`} data-testid="change" data-online={change.online}>
            <time class="number" dateTime={change.time}>
              {new Date(change.time).toLocaleString(locale)}
            </time>
            <StateDot tone={change.online ? 'good' : 'quiet'}>{change.online ? words.wentOn : words.wentOff}</StateDot>
            <span>{words.reasons[change.reason] ?? change.reason}</span>
            <span class="number hint">{change.address ?? ''}</span>
          </li>
        ))}
      </ul>
      {!isWhole && (changes?.length ?? 0) > SHOWN && (
        <button type="button" class="plain" onClick={() => setWhole(true)}>
          {words.more(changes?.length ?? 0)}
        </button>
      )}
    </div>
  );
}
