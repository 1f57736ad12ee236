import { useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { useWords } from '../language.ts';
import { failed } from '../model.ts';
import { Ago, useNow } from '../parts/ago.tsx';
import { useStore } from '../store.ts';
import { addWords } from '../words/add.ts';
import { type Arrival, admit, type Onboarding } from './api.ts';
import { Picture } from './picture.tsx';
import { fill, isIn, linesOf } from './story.ts';

/** Steps whose cure is a click. */
const ADMITTABLE: readonly string[] = ['not-added', 'blocked'];

interface Props {
  arrival: Arrival;
  onboarding: Onboarding;
  /** It came while the page was looking: its picture is tried by itself. */
  isNews: boolean;
  /** How far the gateway's clock is ahead of the browser's. */
  skewMs: number;
}

/** One device that knocks: what it did, step by step, and what helps when it failed. */
export function VisitCard({ arrival, onboarding, isNews, skewMs }: Props) {
  const words = useWords(addWords);
  const nowMs = useNow();
  const mayChange = useStore(mayControl);
  const [admitted, setAdmitted] = useState<string | null>(null);
  const lines = linesOf(arrival, { words, domain: onboarding.domain, nowMs: nowMs + skewMs });
  const last = lines.at(-1);
  const step = arrival.steps.at(-1);
  const mayAdmit = step !== undefined && ADMITTABLE.includes(step.code) && admitted !== step.lastAt;
  return (
    <li class="visit" data-tone={last?.tone} data-testid="visit" data-device={arrival.deviceId}>
      <div class="visit-head">
        <strong class="visit-id">{arrival.deviceId || words.unknownId}</strong>
        <span class="hint">
          {words.from} {arrival.address}
          {arrival.transport !== '' && ` · ${arrival.transport.toUpperCase()}`}
        </span>
        <Ago at={arrival.lastAt} skewMs={skewMs} />
      </div>
      <ol class="lines">
        {lines.map((line) => (
          <li key={`${line.code} ${line.firstAt}`} data-tone={line.tone} data-code={line.code} data-testid="line">
            <p>
              {line.title} {line.tries !== '' && <span class="tries">{line.tries}</span>}
              {line === last && isIn(arrival) && step?.channels !== 0 && (
                <Picture deviceId={arrival.deviceId} mayTry={mayChange} isNews={isNews} />
              )}
            </p>
            {line.cure !== '' && (
              <p class="cure" data-testid="cure">
                {line.cure}
              </p>
            )}
          </li>
        ))}
      </ol>
      {mayAdmit && (
        <button
          type="button"
          data-testid="admit"
          disabled={!mayChange}
          title={mayChange ? undefined : words.onlyLooking}
          onClick={() => {
            admit(arrival.deviceId)
              .then(() => setAdmitted(step.lastAt))
              .catch(failed);
          }}
        >
          {fill(words.admit, { id: arrival.deviceId })}
        </button>
      )}
      {admitted !== null && !isIn(arrival) && (
        <p class="hint" role="status">
          {fill(words.admitted, { id: arrival.deviceId })}
        </p>
      )}
    </li>
  );
}
