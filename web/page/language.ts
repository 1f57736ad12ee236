import { Store, useStore } from './store.ts';

/** The languages the page speaks. */
export type Language = 'en' | 'zh';

const KEY = 'gbgate.language';

/** Chinese for a Chinese browser (`zh-TW`, `zh`), else English. Pure. */
export function languageOf(browserLanguage: string): Language {
  return /^zh\b/i.test(browserLanguage) ? 'zh' : 'en';
}

function kept(): Language | null {
  const value = localStorage.getItem(KEY);
  return value === 'en' || value === 'zh' ? value : null;
}

const language = new Store<Language>(kept() ?? languageOf(navigator.language));

function declare(): void {
  document.documentElement.lang = localeOf(language.value);
}
declare();
language.follow(declare);

/** For `Intl` and the `lang` attribute. */
export function localeOf(value: Language): string {
  return value === 'zh' ? 'zh-CN' : 'en';
}

/** Speaks `value` from now on, also after a reload. */
export function speak(value: Language): void {
  localStorage.setItem(KEY, value);
  language.set(value);
}

/** The language spoken now. */
export function useLanguage(): Language {
  return useStore(language);
}

/** A view's sentences in the language spoken now; each view keeps its own table in `words/`. */
export function useWords<T>(table: Readonly<Record<Language, T>>): T {
  return table[useLanguage()];
}
