import type { Language } from '../language.ts';
import { devicesEn } from './devices-en.ts';
import type { DevicesWords } from './devices-shape.ts';
import { devicesZh } from './devices-zh.ts';

/** The list of devices and the page of one. Pure: no DOM. */
export const devicesWords: Readonly<Record<Language, DevicesWords>> = { en: devicesEn, zh: devicesZh };
