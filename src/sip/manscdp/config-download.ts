import type { ConfigValue } from './config-fields.ts';
import { CONFIG_SECTIONS, type ConfigType, configSection } from './config-sections.ts';
import { readConfig } from './config-xml.ts';
import { readControlResult } from './device-control.ts';
import { type Envelope, writeEnvelope } from './envelope.ts';
import type { Question } from './question.ts';
import { child, type XmlElement } from './xml.ts';

/** Query/ConfigDownload (GB/T 28181 A.2.4.9): how a device is set up. */
export interface ConfigAnswer {
  readonly result: 'OK' | 'ERROR';
  /** What it says, by section; sections that it has not are absent. */
  readonly sections: ReadonlyMap<ConfigType, ConfigValue>;
}

/** Time for an answer, or for the next section of it: 5 to 10 s in practice. */
const WAIT_MS = 5_000;

/** Reads every section that is there, asked for or not. */
export function readConfigAnswer(envelope: Envelope): ConfigAnswer {
  const sections = new Map<ConfigType, ConfigValue>();
  for (const { type, field } of CONFIG_SECTIONS) {
    const element = elementOf(envelope.element, type);
    const value = element === null ? null : readConfig(element, field);
    if (value !== null) sections.set(type, value);
  }
  return { result: readControlResult(envelope), sections };
}

function elementOf(element: XmlElement, type: ConfigType): XmlElement | null {
  const { name, alsoRead } = configSection(type).field;
  return child(element, name) ?? (alsoRead === undefined ? null : child(element, alsoRead));
}

/** Asks for sections: they come in one answer, or one in each (2022 A.2.6.9). */
export function configQuestion(targetId: string, types: readonly ConfigType[]): Question<ConfigAnswer> {
  const cmdType = 'ConfigDownload';
  return {
    command: cmdType,
    targetId,
    write: (sn, style) =>
      writeEnvelope('Query', { cmdType, sn, deviceId: targetId }, [['ConfigType', types.join('/')]], style),
    answer: 'response',
    fits: ({ element }) => types.some((type) => elementOf(element, type) !== null),
    read: readConfigAnswer,
    gather: (parts) => {
      const { result, sections } = together(parts);
      return result === 'ERROR' || types.every((type) => sections.has(type));
    },
    merge: together,
    waitMs: WAIT_MS,
  };
}

/** What came in several messages: an error of one is one of all, beside what the others said. */
function together(parts: readonly ConfigAnswer[]): ConfigAnswer {
  return {
    result: parts.some(({ result }) => result === 'ERROR') ? 'ERROR' : 'OK',
    sections: new Map(parts.flatMap(({ sections }) => [...sections])),
  };
}
