import { useMemo, useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { directory } from '../model.ts';
import { Ago } from '../parts/ago.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { go, hrefOf, route } from '../route.ts';
import { useStore } from '../store.ts';
import { devicesWords } from '../words/devices.ts';
import { type DeviceDetails, listDetails } from './api.ts';
import { useGrowing } from './growing.ts';
import { useLoaded } from './loaded.ts';
import { type Column, matching, sorted } from './sorting.ts';

/** Keepalives make no events: the times of last sight are read this often. */
const READ_MS = 15_000;
/** Above one page of answers they are read less often: nobody looks at the seconds of a thousand devices. */
const MANY = 1000;
const READ_MANY_MS = 60_000;
const COLUMNS: readonly Column[] = ['state', 'name', 'model', 'address', 'channels', 'seen'];
const STATES = ['all', 'online', 'offline'] as const;

/** All devices. Search, filter and order stand in the address, so that they can be kept and shared. */
export function DeviceList() {
  const words = useWords(devicesWords);
  const known = useStore(directory);
  const { query } = useStore(route);
  const read = useLoaded('devices', listDetails, (known?.devices.length ?? 0) > MANY ? READ_MANY_MS : READ_MS);
  const [typed, setTyped] = useState(query.get('q') ?? '');
  const wanted = STATES.find((one) => one === query.get('state')) ?? 'all';
  const column = COLUMNS.find((one) => one === query.get('sort')) ?? 'name';
  const isDown = query.get('down') === '1';

  const all = useMemo(() => merged(known?.devices ?? [], read.value ?? []), [known, read.value]);
  const shown = useMemo(() => {
    const found = matching(all, typed).filter((one) => wanted === 'all' || one.online === (wanted === 'online'));
    return sorted(found, column, isDown);
  }, [all, typed, wanted, column, isDown]);
  const drawn = useGrowing(shown.length, `${typed} ${wanted} ${column} ${isDown}`);

  const put = (changes: Readonly<Record<string, string>>) => {
    const next = new URLSearchParams(query);
    for (const [name, value] of Object.entries(changes)) value === '' ? next.delete(name) : next.set(name, value);
    go(hrefOf('devices', [], next), 'replace');
  };
  const order = (next: Column) => put({ sort: next, down: next === column && !isDown ? '1' : '' });

  return (
    <>
      <div class="toolbar">
        <h1>{words.devices}</h1>
        {known !== null && (
          <span class="hint number" data-testid="device-count">
            {words.count(all.length, all.filter((one) => one.online).length)}
          </span>
        )}
        <input
          type="search"
          data-testid="find-device"
          placeholder={words.find}
          aria-label={words.find}
          value={typed}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            put({ q: event.currentTarget.value });
          }}
        />
        <fieldset class="choices" aria-label={words.show}>
          {STATES.map((one) => (
            <button
              key={one}
              type="button"
              data-testid={`show-${one}`}
              aria-pressed={one === wanted}
              onClick={() => put({ state: one === 'all' ? '' : one })}
            >
              {words[one]}
            </button>
          ))}
        </fieldset>
      </div>
      {known === null ? (
        <p class="hint late">{words.loading}</p>
      ) : all.length === 0 ? (
        <div class="panel empty" data-testid="no-devices">
          <p>{words.none}</p>
          <p class="hint">{words.noneHint}</p>
          <p>
            <a class="button primary" href={hrefOf('add')}>
              {words.add}
            </a>
          </p>
        </div>
      ) : (
        <div class="panel flush">
          <table class="device-table" data-testid="devices">
            <thead>
              <tr>
                {COLUMNS.map((one) => (
                  <th
                    key={one}
                    class={one}
                    aria-sort={one !== column ? undefined : isDown ? 'descending' : 'ascending'}
                  >
                    <button type="button" class="plain" data-testid={`sort-${one}`} onClick={() => order(one)}>
                      {words.columns[one]}
                      {one === column && <span aria-hidden="true">{isDown ? ' ↓' : ' ↑'}</span>}
                    </button>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.slice(0, drawn.shown).map((device) => (
                <Row key={device.id} device={device} />
              ))}
            </tbody>
          </table>
          {shown.length === 0 && <p class="hint pad">{words.nothingFound}</p>}
          <div ref={drawn.end} />
        </div>
      )}
    </>
  );
}

function Row({ device }: { device: DeviceDetails }) {
  const words = useWords(devicesWords);
  const seen = device.keepaliveAt ?? device.registeredAt;
  return (
    <tr data-testid="device-row" data-device-id={device.id} data-online={device.online}>
      <td class="state">
        <StateDot tone={device.online ? 'good' : 'quiet'}>{device.online ? words.online : words.offline}</StateDot>
      </td>
      <td class="name">
        <a href={hrefOf('devices', [device.id])}>{device.name || device.id}</a>
        <small class="number">{device.id}</small>
      </td>
      <td class="model">{[device.manufacturer, device.model].filter(Boolean).join(' ')}</td>
      <td class="address number">
        {device.address && (
          <>
            <span>{device.address}</span> <small>{device.transport?.toUpperCase()}</small>
          </>
        )}
      </td>
      <td class="channels number" data-label={words.columns.channels}>
        {device.channelCount}
      </td>
      <td class="seen">{seen ? <Ago at={seen} /> : words.never}</td>
    </tr>
  );
}

/** What was read, with what events have said since: who is there, and who is on. */
function merged(known: readonly DeviceDetails[], read: readonly DeviceDetails[]): DeviceDetails[] {
  const details = new Map(read.map((device) => [device.id, device]));
  return known.map((device) => ({ ...device, ...details.get(device.id), online: device.online, name: device.name }));
}
