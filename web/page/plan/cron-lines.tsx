import { useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { planWords } from '../words/plan.ts';
import type { Plan } from './api.ts';

interface Props {
  lines: Plan['cron'];
  disabled: boolean;
  onChange: (lines: Plan['cron']) => void;
}

/** Times of a plan that no week can say, by lines of crontab. */
export function CronLines({ lines, disabled, onChange }: Props) {
  const words = useWords(planWords);
  const [start, setStart] = useState('');
  const [minutes, setMinutes] = useState('60');
  const add = () => {
    onChange([...lines, { start: start.trim(), minutes: Number(minutes) }]);
    setStart('');
  };
  return (
    <details class="cron" open={lines.length > 0}>
      <summary>{words.cron}</summary>
      <ul>
        {lines.map((line, i) => (
          <li key={`${i} ${line.start}`} data-testid="cron-line">
            <code>{line.start}</code>
            <span class="hint">{words.cronLine(line.minutes)}</span>
            <button
              type="button"
              class="plain"
              disabled={disabled}
              title={words.remove}
              aria-label={`${words.remove}: ${line.start}`}
              onClick={() => onChange(lines.filter((_, at) => at !== i))}
            >
              <Icon name="remove" />
            </button>
          </li>
        ))}
      </ul>
      <div class="cron-new">
        <input
          name="cron-start"
          placeholder="0 8 * * 1-5"
          aria-label={words.cronStart}
          title={words.cronStart}
          maxLength={100}
          disabled={disabled}
          value={start}
          onInput={(event) => setStart(event.currentTarget.value)}
        />
        <input
          name="cron-minutes"
          type="number"
          min={1}
          max={10_080}
          aria-label={words.cronMinutes}
          disabled={disabled}
          value={minutes}
          onInput={(event) => setMinutes(event.currentTarget.value)}
        />
        <button type="button" disabled={disabled || start.trim() === '' || !(Number(minutes) >= 1)} onClick={add}>
          {words.add}
        </button>
      </div>
    </details>
  );
}
