import type { Channel, Recording } from '../api.ts';
import { useWords } from '../language.ts';
import { recordingsWords } from '../words/recordings.ts';
import type { Filter } from './filter.ts';

import '../parts/filter-bar.css';

const STATES: readonly Recording['state'][] = ['recording', 'complete', 'recovered', 'failed'];

interface Props {
  filter: Filter;
  channels: readonly Channel[];
  /** Files that follow each other are shown as one. */
  isJoined: boolean;
  onChange: (filter: Filter) => void;
  onJoin: (isJoined: boolean) => void;
}

/** Which recordings are wanted: by channel, day, state, lock. */
export function FilterBar({ filter, channels, isJoined, onChange, onJoin }: Props) {
  const words = useWords(recordingsWords);
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
        <span>{words.day}</span>
        <input
          type="date"
          data-testid="filter-day"
          value={filter.day}
          onInput={(event) => onChange({ ...filter, day: event.currentTarget.value })}
        />
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
              {words.recordingState[state]}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input
          type="checkbox"
          data-testid="filter-locked"
          checked={filter.isLocked}
          onChange={(event) => onChange({ ...filter, isLocked: event.currentTarget.checked })}
        />
        <span>{words.lockedOnly}</span>
      </label>
      <label class="check" title={words.joinRunsHint}>
        <input
          type="checkbox"
          data-testid="join-runs"
          checked={isJoined}
          onChange={(event) => onJoin(event.currentTarget.checked)}
        />
        <span>{words.joinRuns}</span>
      </label>
    </form>
  );
}
