import { useWords } from '../language.ts';
import { hrefOf } from '../route.ts';
import { type SystemWords, systemWords } from '../words/system.ts';
import type { Warning } from './api.ts';

/** Sentence and cure in the language of the page; the gateway's own for a code this page does not know. Pure. */
export function wordsOf(warning: Warning, words: SystemWords): readonly [sentence: string, cure: string] {
  return words.warning[warning.code]?.(warning.values) ?? [warning.sentence, warning.cure];
}

/** What is wrong, the gravest first, each with what helps. */
export function Warnings({ warnings }: { warnings: readonly Warning[] }) {
  const words = useWords(systemWords);
  if (warnings.length === 0) {
    return (
      <p class="all-well" data-testid="all-well">
        {words.allWell}
      </p>
    );
  }
  return (
    <ul class="warnings" aria-label={words.warnings}>
      {warnings.map((warning) => {
        const [sentence, cure] = wordsOf(warning, words);
        return (
          <li
            key={`${warning.code} ${warning.deviceId ?? ''} ${JSON.stringify(warning.values)}`}
            class={warning.severity}
            data-testid="warning"
            data-code={warning.code}
          >
            <strong>{words.severities[warning.severity]}</strong>
            <div>
              <p>
                {warning.deviceId !== undefined && (
                  <a href={hrefOf('devices', [warning.deviceId])}>{`${words.device} ${warning.deviceId}`}</a>
                )}
                {sentence}
              </p>
              <p class="cure">{cure}</p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
