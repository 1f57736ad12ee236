import { wordsFor } from './words.ts';

/** The words of this browser. */
export const words = wordsFor(navigator.language);
document.documentElement.lang = words.language;
