import { useWords } from '../language.ts';
import { shellWords } from '../words/shell.ts';

/** Its builder fills this view. */
export function AddView() {
  const words = useWords(shellWords);
  return (
    <main>
      <h1>{words.views.add}</h1>
    </main>
  );
}
