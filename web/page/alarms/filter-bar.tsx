import { useLanguage, useWords } from '../language.ts';
import { alarmsWords } from '../words/alarms.ts';
import type { AlarmWordList } from './api.ts';
import { type Filter, isEmpty, kindsOf, spoken } from './filter.ts';
import type { Names } from './names.ts';

import '../parts/filter-bar.css';

interface Props {
  filter: Filter;
  names: Names;
  /** Null until they are read. */
  words: AlarmWordList | null;
  onChange: (filter: Filter) => void;
}

/** Which alarms are wanted: by device, kind, priority and time. */
export function FilterBar({ filter, names, words: list, onChange }: Props) {
  const words = useWords(alarmsWords);
  const language = useLanguage();
  const kinds = list === null ? [] : kindsOf(list, language);
  const isKnownDevice = names.devices.some(({ id }) => id === filter.device);
  const isKnownKind = kinds.some(
    ({ method, types }) => method === filter.kind || types.some(({ kind }) => kind === filter.kind),
  );
  const put = (name: keyof Filter) => (event: { currentTarget: { value: string } }) =>
    onChange({ ...filter, [name]: event.currentTarget.value });
  const time = (name: 'from' | 'to') => (
    <label>
      <span>{words[name]}</span>
      <input type="datetime-local" data-testid={`filter-${name}`} value={filter[name]} onChange={put(name)} />
    </label>
  );
  return (
    <form class="filter-bar" aria-label={words.filter} onSubmit={(event) => event.preventDefault()}>
      <label>
        <span>{words.device}</span>
        <select data-testid="filter-device" value={filter.device} onChange={put('device')}>
          <option value="">{words.allDevices}</option>
          {/* one that was deleted since */}
          {filter.device !== '' && !isKnownDevice && <option value={filter.device}>{filter.device}</option>}
          {names.devices.map(({ id, name }) => (
            <option key={id} value={id}>
              {name || id}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{words.kind}</span>
        <select data-testid="filter-kind" value={filter.kind} onChange={put('kind')}>
          <option value="">{words.allKinds}</option>
          {filter.kind !== '' && !isKnownKind && <option value={filter.kind}>{filter.kind}</option>}
          {kinds.map(({ method, name, types }) => (
            <optgroup key={method} label={name}>
              <option value={method}>{name}</option>
              {types.map((type) => (
                <option key={type.kind} value={type.kind}>
                  {type.name}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      <label>
        <span>{words.priority}</span>
        <select data-testid="filter-priority" value={filter.priority} onChange={put('priority')}>
          <option value="">{words.allPriorities}</option>
          {['1', '2', '3', '4'].map((level) => {
            const name = spoken(list?.priorities[level], language) || level;
            return (
              <option key={level} value={level}>
                {level === '1' ? name : words.andHigher(name)}
              </option>
            );
          })}
        </select>
      </label>
      {time('from')}
      {time('to')}
      {!isEmpty(filter) && (
        <button
          type="button"
          data-testid="clear-filter"
          onClick={() => onChange({ device: '', kind: '', priority: '', from: '', to: '' })}
        >
          {words.clearFilter}
        </button>
      )}
    </form>
  );
}
