import { useLanguage, useWords } from '../language.ts';
import { findingSentence } from '../words/findings.ts';
import { partsWords } from '../words/parts.ts';
import { Ago } from './ago.tsx';
import type { Finding } from './finding.ts';

import './findings-list.css';

/** What was tolerated, in words; the code and the values seen beside it. */
export function FindingsList({ findings }: { findings: readonly Finding[] }) {
  const words = useWords(partsWords);
  const language = useLanguage();
  if (findings.length === 0) return <p class="hint no-findings">{words.noFindings}</p>;
  return (
    <ul class="findings">
      {findings.map((finding) => (
        <li key={finding.code} data-testid="finding" data-code={finding.code}>
          <span class="code">{finding.code}</span>
          <span>
            {findingSentence(finding.code, language) ?? finding.detail}
            <small lang="en">{finding.detail}</small>
          </span>
          <span class="when">
            <span class="number">{words.times(finding.count)}</span>
            <small>
              <Ago at={finding.lastAt} />
            </small>
          </span>
        </li>
      ))}
    </ul>
  );
}
