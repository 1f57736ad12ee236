import { useState } from 'preact/hooks';
import { useWords } from './language.ts';
import { shellWords } from './words/shell.ts';

/** Asks for the token; shown when the gateway answers 401. */
export function SignIn({ wasRefused, onToken }: { wasRefused: boolean; onToken: (token: string) => void }) {
  const words = useWords(shellWords);
  const [value, setValue] = useState('');
  return (
    <main class="sign-in">
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          if (value.trim() !== '') onToken(value);
        }}
      >
        <h1>gbgate</h1>
        <label>
          {words.token}
          <input
            type="password"
            name="token"
            autocomplete="current-password"
            value={value}
            onInput={(event) => setValue(event.currentTarget.value)}
          />
        </label>
        {wasRefused && (
          <p class="fault" role="alert">
            {words.tokenWrong}
          </p>
        )}
        <button type="submit" class="primary">
          {words.signIn}
        </button>
        <p class="hint">{words.tokenHint}</p>
      </form>
    </main>
  );
}
