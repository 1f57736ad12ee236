import type { Language } from '../language.ts';

/** The little parts that many views use. Pure: no DOM. */
export interface PartsWords {
  readonly copy: string;
  readonly copied: string;
}

export const partsWords: Readonly<Record<Language, PartsWords>> = {
  en: { copy: 'Copy', copied: 'Copied' },
  zh: { copy: '复制', copied: '已复制' },
};
