import type { Step } from '../api.ts';
import { useWords } from '../language.ts';
import { partsWords } from '../words/parts.ts';
import { pullsOf, span } from './spans.ts';

import './step-line.css';

/** A pull that is made again and again is shown by its newest attempts. */
const SHOWN_PULLS = 3;

/** The time line of a pull, drawn to scale: each bar is the time since the step before. */
export function StepLine({ steps }: { steps: readonly Step[] }) {
  const words = useWords(partsWords);
  const pulls = pullsOf(steps);
  if (pulls.length === 0) return <p class="hint">{words.noSteps}</p>;
  return (
    <div class="step-lines">
      {pulls.slice(-SHOWN_PULLS).map((spans, i) => (
        <ol key={i} class="step-line" data-testid="step-line">
          {spans.map((one, n) => (
            <li key={n} class={one.name === 'failed' ? 'failed' : ''} data-step={one.name}>
              <span class="step-name">{words.steps[one.name] ?? one.name}</span>
              <span class="step-track" aria-hidden="true">
                <i style={{ left: `${one.left}%`, width: `${one.width}%` }} />
              </span>
              <span class="number" title={`+ ${span(one.tookMs)}`}>
                {span(one.endMs)}
              </span>
              {one.detail !== '' && <small>{one.detail}</small>}
            </li>
          ))}
        </ol>
      ))}
    </div>
  );
}
