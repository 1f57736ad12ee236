import { useWords } from '../language.ts';
import { controlWords } from '../words/control.ts';
import type { Said } from './said.ts';

/** How a command went; it keeps its height while nothing was said. */
export function SaidLine({ said, testId }: { said: Said | null; testId: string }) {
  const words = useWords(controlWords);
  return (
    <p class="said" role="status">
      <span class={said?.isFault ? 'fault' : 'hint'} data-testid={testId} data-fault={said?.isFault ?? false}>
        {said?.text ?? ''}
      </span>
      {said?.retry !== undefined && (
        <button type="button" data-testid={`${testId}-anyway`} onClick={said.retry}>
          {words.anyway}
        </button>
      )}
    </p>
  );
}
