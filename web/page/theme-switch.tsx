import { useWords } from './language.ts';
import { useStore } from './store.ts';
import { dress, type Theme, theme } from './theme.ts';
import { shellWords } from './words/shell.ts';

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

/** Light, dark, or what the system says. */
export function ThemeSwitch() {
  const words = useWords(shellWords);
  const worn = useStore(theme);
  return (
    <select
      class="plain"
      aria-label={words.theme}
      data-testid="theme"
      value={worn}
      onChange={(event) => dress(event.currentTarget.value as Theme)}
    >
      {THEMES.map((name) => (
        <option key={name} value={name}>
          {words.themes[name]}
        </option>
      ))}
    </select>
  );
}
