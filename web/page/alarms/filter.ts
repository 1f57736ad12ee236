import type { Language } from '../language.ts';
import type { Alarm, AlarmWordList, BothWords } from './api.ts';

/** Which alarms are wanted; '' where it does not matter. */
export interface Filter {
  readonly device: string;
  /** A method (`5`), or a method and a type (`5/6`). */
  readonly kind: string;
  /** This one and higher ones. */
  readonly priority: string;
  /** Wall clock of the browser, as `<input type="datetime-local">` has it. */
  readonly from: string;
  readonly to: string;
}

const NAMES = ['device', 'kind', 'priority', 'from', 'to'] as const;
const FORMS: Readonly<Record<(typeof NAMES)[number], RegExp>> = {
  device: /^[^\s/]{1,64}$/,
  kind: /^\d{1,3}(\/\d{1,3})?$/,
  priority: /^[1-4]$/,
  from: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/,
  to: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/,
};

/** The filter of `#/alarms?device=…&kind=5/6&priority=2&from=…&to=…`; what makes no sense is not wanted. Pure. */
export function filterOf(query: URLSearchParams): Filter {
  const of = (name: (typeof NAMES)[number]) => {
    const text = query.get(name) ?? '';
    const isTime = name === 'from' || name === 'to';
    return FORMS[name].test(text) && !(isTime && Number.isNaN(Date.parse(text))) ? text : '';
  };
  return { device: of('device'), kind: of('kind'), priority: of('priority'), from: of('from'), to: of('to') };
}

/** As it stands in the address. Pure. */
export function addressOf(filter: Filter): URLSearchParams {
  return new URLSearchParams(NAMES.flatMap((name) => (filter[name] === '' ? [] : [[name, filter[name]]])));
}

/** True when every alarm is wanted. Pure. */
export function isEmpty(filter: Filter): boolean {
  return NAMES.every((name) => filter[name] === '');
}

/** Alarms in one reading: some screens of them. */
const PAGE = 200;

/** The question for a page of them. Pure but for the zone of the browser. */
export function queryOf(filter: Filter, cursor: string | null): URLSearchParams {
  const query = new URLSearchParams({ limit: String(PAGE) });
  const [method, type] = filter.kind.split('/');
  if (filter.device !== '') query.set('deviceId', filter.device);
  if (method !== undefined && method !== '') query.set('method', method);
  if (type !== undefined) query.set('type', type);
  if (filter.priority !== '') query.set('priority', filter.priority);
  if (filter.from !== '') query.set('start', new Date(filter.from).toISOString());
  if (filter.to !== '') query.set('end', new Date(filter.to).toISOString());
  if (cursor !== null) query.set('cursor', cursor);
  return query;
}

/** Whether an alarm that was just told belongs into the list. Pure but for the zone of the browser. */
export function belongs(alarm: Alarm, filter: Filter): boolean {
  const [method, type] = filter.kind.split('/');
  const timeMs = Date.parse(alarm.time);
  return (
    (filter.device === '' || filter.device === alarm.deviceId) &&
    (method === undefined || method === '' || Number(method) === alarm.method) &&
    (type === undefined || Number(type) === alarm.type) &&
    (filter.priority === '' || (alarm.priority !== null && alarm.priority <= Number(filter.priority))) &&
    (filter.from === '' || timeMs >= Date.parse(filter.from)) &&
    (filter.to === '' || timeMs < Date.parse(filter.to))
  );
}

/** In the language spoken now; '' when there are no words for it. Pure. */
export function spoken(words: BothWords | null | undefined, language: Language): string {
  return words?.[language] ?? '';
}

/** `intrusion, entered`; without words for it its numbers, `9/3`. Pure. */
export function kindWords(alarm: Alarm, language: Language): string {
  const { method, type, methodName, typeName, eventName } = alarm;
  const kind = spoken(typeName, language) || spoken(methodName, language);
  const event = spoken(eventName, language);
  const numbers = [method, type].filter((number) => number !== null).join('/');
  const isWhole = typeName !== null || type === null || type === 0;
  const named = kind === '' ? numbers : isWhole ? kind : `${kind} ${numbers}`;
  return [named, event].filter(Boolean).join(language === 'zh' ? '，' : ', ');
}

/** Every kind in the order of the standard: a method, and its types. Pure. */
export function kindsOf(
  words: AlarmWordList,
  language: Language,
): { method: string; name: string; types: { kind: string; name: string }[] }[] {
  return Object.entries(words.methods).map(([method, name]) => ({
    method,
    name: name[language],
    types: Object.entries(words.types[method] ?? {}).map(([type, typeName]) => ({
      kind: `${method}/${type}`,
      name: typeName[language],
    })),
  }));
}
