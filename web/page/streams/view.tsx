import { useWords } from '../language.ts';
import { shellWords } from '../words/shell.ts';

/** Its builder fills this view. */
export function StreamsView() {
  const words = useWords(shellWords);
  return (
    <main>
      <h1>{words.views.streams}</h1>
    </main>
  );
}
