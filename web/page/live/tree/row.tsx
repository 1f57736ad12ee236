import type { Channel } from '../../api.ts';
import { useWords } from '../../language.ts';
import { Icon } from '../../parts/icon.tsx';
import { LongName } from '../../parts/long-name.tsx';
import { liveWords } from '../../words/live.ts';
import { carry } from '../drag.ts';
import type { Row } from './rows.ts';

interface Props {
  row: Row;
  id: string;
  /** Distance from the top of the list, in pixels. */
  top: number;
  /** Where the keyboard is. */
  isActive: boolean;
  /** It is on the stage or on the wall. */
  isShown: boolean;
  onChoose: (row: Row, all: boolean) => void;
  onToggle: (key: string) => void;
}

/** One line of the tree. The tree around it has the focus and the keys. */
export function TreeRow({ row, id, top, isActive, isShown, onChoose, onToggle }: Props) {
  const place = {
    id,
    'aria-level': row.depth + 1,
    'aria-posinset': row.position,
    'aria-setsize': row.siblings,
    // Through the object model: a strict policy allows it.
    style: { transform: `translateY(${top}px)`, paddingLeft: `${0.3 + row.depth * 0.9}rem` },
  } as const;
  const name = isActive ? 'tree-row active' : 'tree-row';
  if (row.kind === 'none') return <NoChannels place={place} name={name} />;
  if (row.kind === 'channel') {
    const { channel } = row;
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
      <div
        {...place}
        role="treeitem"
        tabIndex={-1}
        class={`${name} channel${isShown ? ' shown' : ''}${row.isOnline ? '' : ' is-off'}`}
        aria-selected={isShown}
        data-testid="channel"
        data-channel-id={channel.id}
        data-device-id={channel.deviceId}
        draggable
        title={`${channel.name}\n${channel.id}`}
        onDragStart={(event) => carry(event, [channel])}
        onClick={() => onChoose(row, false)}
      >
        <Icon name="camera" />
        <span class="tree-name">
          <LongName name={channel.name || channel.id} />
        </span>
        <State isOnline={row.isOnline} isQuiet />
      </div>
    );
  }
  return <HolderRow row={row} place={place} name={name} onChoose={onChoose} onToggle={onToggle} />;
}

function NoChannels({ place, name }: { place: object; name: string }) {
  const words = useWords(liveWords);
  return (
    <div {...place} role="treeitem" tabIndex={-1} class={`${name} hint`}>
      {words.noChannels}
    </div>
  );
}

/** The dot of a device, or the word of a channel that is off: a channel that is on says nothing. */
function State({ isOnline, isQuiet }: { isOnline: boolean; isQuiet: boolean }) {
  const words = useWords(liveWords);
  const state = isOnline ? words.online : words.offline;
  if (isQuiet) return isOnline ? null : <span class="off">{state}</span>;
  return <span class={isOnline ? 'dot on' : 'dot'} role="img" aria-label={state} title={state} />;
}

interface HolderProps {
  row: Extract<Row, { channels: readonly Channel[] }>;
  place: object;
  name: string;
  onChoose: Props['onChoose'];
  onToggle: Props['onToggle'];
}

function HolderRow({ row, place, name, onChoose, onToggle }: HolderProps) {
  const held = row.kind === 'device' ? row.device : row.group;
  const title = held.name || held.id;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
    <div
      {...place}
      role="treeitem"
      tabIndex={-1}
      class={`${name} ${row.kind}`}
      aria-expanded={row.isOpen}
      aria-selected={false}
      data-testid={row.kind}
      data-id={held.id}
      draggable={row.channels.length > 0}
      title={`${title}\n${held.id}`}
      onDragStart={(event) => carry(event, row.channels)}
      onClick={() => onChoose(row, false)}
    >
      <span
        class={row.isOpen ? 'twist open' : 'twist'}
        data-testid="twist"
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          onToggle(row.key);
        }}
      />
      {row.kind === 'device' ? <State isOnline={row.device.online} isQuiet={false} /> : <Icon name="folder" />}
      <span class="tree-name">
        <LongName name={title} />
      </span>
      <span class="tree-size">{row.channels.length}</span>
    </div>
  );
}
