import { localeOf, useLanguage, useWords } from '../language.ts';
import { StateDot } from '../parts/state-dot.tsx';
import { planWords } from '../words/plan.ts';
import type { PlanNow } from './api.ts';

/** `Sat, 18:00`, or with its date when that is further off than a week; in a zone. Pure. */
export function whenWords(iso: string, timeZone: string, locale: string, nowMs: number): string {
  const isNear = Date.parse(iso) - nowMs < 6 * 86_400_000;
  const form: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  const day: Intl.DateTimeFormatOptions = isNear ? { weekday: 'short' } : { month: 'short', day: 'numeric' };
  try {
    return new Date(iso).toLocaleString(locale, { ...form, ...day, timeZone });
  } catch {
    return new Date(iso).toLocaleString(locale, { ...form, ...day }); // a zone that this browser does not know
  }
}

/** What comes of a plan now: whether it records, until when, from when on, or why not. */
export function PlanStatus({ plan }: { plan: PlanNow }) {
  const words = useWords(planWords);
  const locale = localeOf(useLanguage());
  const isReady = plan.mode === 'alarm' && plan.active && !plan.recording;
  const next = plan.nextChange === null ? null : whenWords(plan.nextChange, plan.timeZone, locale, Date.now());
  return (
    <p class="plan-status" data-testid="plan-status" data-recording={plan.recording}>
      <StateDot tone={plan.recording || isReady ? 'good' : plan.active ? 'warning' : 'quiet'}>
        {plan.recording ? words.recording : isReady ? words.waits : words.notRecording}
      </StateDot>
      {next !== null && <span class="hint number">{plan.active ? words.until(next) : words.nextAt(next)}</span>}
      {plan.error !== undefined && (
        <span class="fault" lang="en" data-testid="plan-error">
          {plan.error}
        </span>
      )}
    </p>
  );
}
