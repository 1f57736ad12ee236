import { useEffect, useRef, useState } from 'preact/hooks';
import { useWords } from './language.ts';
import { shellWords } from './words/shell.ts';

interface Props {
  /** Why it is asked again, or null at the first time. */
  why: 'wrong' | 'expired' | null;
  onToken: (token: string) => void;
}

/** Asks for the token; shown when the gateway answers 401. */
export function SignIn({ why, onToken }: Props) {
  const words = useWords(shellWords);
  const [value, setValue] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <main class="sign-in">
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          if (value.trim() !== '') onToken(value);
        }}
      >
        <h1>
          <img src="./icon.svg" alt="" width="30" height="30" />
          gbgate
        </h1>
        <label>
          {words.token}
          <input
            ref={field}
            type="password"
            name="token"
            autocomplete="current-password"
            aria-invalid={why !== null}
            value={value}
            onInput={(event) => setValue(event.currentTarget.value)}
          />
        </label>
        {why !== null && (
          <p class="fault" role="alert" data-testid="refused">
            {why === 'expired' ? words.tokenExpired : words.tokenWrong}
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
