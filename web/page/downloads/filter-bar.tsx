import type { Channel } from '../api.ts';
import { useWords } from '../language.ts';
import { downloadsWords } from '../words/downloads.ts';
import { type Filter, STATES } from './filter.ts';

import '../parts/filter-bar.css';

interface Props {
  filter: Filter;
  channels: readonly Channel[];
  onChange: (filter: Filter) => void;
}

/** Which downloads are wanted: by channel and state. */
export function FilterBar({ filter, channels, onChange }: Props) {
  const words = useWords(downloadsWords);
  const isKnown = channels.some((one) => filter.channel === `${one.deviceId}/${one.id}`);
  return (
    <form class="filter-bar" aria-label={words.filter} onSubmit={(event) => event.preventDefault()}>
      <label>
        <span>{words.channel}</span>
        <select
          data-testid="filter-channel"
          value={filter.channel}
          onChange={(event) => onChange({ ...filter, channel: event.currentTarget.value })}
        >
          <option value="">{words.allChannels}</option>
          {/* of a device that was deleted since */}
          {filter.channel !== '' && !isKnown && <option value={filter.channel}>{filter.channel}</option>}
          {channels.map((one) => (
            <option key={`${one.deviceId}/${one.id}`} value={`${one.deviceId}/${one.id}`}>
              {one.name || one.id}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{words.state}</span>
        <select
          data-testid="filter-state"
          value={filter.state}
          onChange={(event) => onChange({ ...filter, state: event.currentTarget.value as Filter['state'] })}
        >
          <option value="">{words.allStates}</option>
          {STATES.map((state) => (
            <option key={state} value={state}>
              {words.states[state]}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}
