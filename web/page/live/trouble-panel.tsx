import { useLanguage, useWords } from '../language.ts';
import { StepLine } from '../parts/step-line.tsx';
import { hrefOf } from '../route.ts';
import { troubleWords } from '../words/trouble.ts';
import type { Trouble } from './trouble.ts';

/** Closings that are named otherwise than the problems they stand for. */
const CLOSINGS: Readonly<Record<string, string>> = { unknown: 'channel_not_found', 'no-capacity': 'port_exhausted' };

interface Props {
  trouble: Trouble;
  deviceId: string;
  /** The way the connection ended, by which a cure is found when the problem has no code. */
  closing: string;
}

/** "Why is there no picture?": the problem in a sentence, how far it came and when, and what helps; of a slow pull, how far it has come. */
export function TroublePanel({ trouble, deviceId, closing }: Props) {
  const words = useWords(troubleWords);
  const isEnglish = useLanguage() === 'en';
  if (trouble.isUnderWay)
    return (
      <section class="trouble" data-testid="under-way" aria-label={words.underWay}>
        <h2>{words.underWay}</h2>
        <StepLine steps={trouble.steps} />
      </section>
    );
  const known = words.problems[trouble.code] ?? words.problems[CLOSINGS[closing] ?? closing.replaceAll('-', '_')];
  return (
    <section class="trouble" data-testid="trouble" data-code={trouble.code} aria-label={words.whyNoPicture}>
      <div>
        <h2>{words.whyNoPicture}</h2>
        {known !== undefined && !(isEnglish && trouble.detail !== '') && <p>{known.sentence}</p>}
        {trouble.detail !== '' && (
          <p class={isEnglish ? '' : 'hint'} data-testid="trouble-detail">
            {trouble.detail}
          </p>
        )}
        {known !== undefined && (
          <p data-testid="cure">
            <strong>{words.cure}</strong> {known.cure}
          </p>
        )}
        <p>
          <a href={hrefOf('devices', [deviceId])}>{words.toDevice}</a>
        </p>
      </div>
      {trouble.steps.length > 0 && <StepLine steps={trouble.steps} />}
    </section>
  );
}
