import { useWords } from '../language.ts';
import { shellWords } from '../words/shell.ts';

/** Its builder fills this view. */
export function DevicesView() {
  const words = useWords(shellWords);
  return (
    <main>
      <h1>{words.views.devices}</h1>
    </main>
  );
}
