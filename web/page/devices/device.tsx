import { useEffect } from 'preact/hooks';
import { useWords } from '../language.ts';
import { directory, onEvent } from '../model.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Icon } from '../parts/icon.tsx';
import { lazy } from '../parts/lazy.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { hrefOf, route } from '../route.ts';
import { useStore } from '../store.ts';
import { devicesWords } from '../words/devices.ts';
import { readDetails } from './api.ts';
import { Catalogue } from './catalogue.tsx';
import { Channels } from './channels.tsx';
import { useLoaded } from './loaded.ts';
import { Overview } from './overview.tsx';
import { Settings } from './settings.tsx';
import { DeviceStreams } from './streams.tsx';

import './device.css';

const ControlTab = lazy(async () => (await import('../control/tab.tsx')).ControlTab, 'div');
const ConfigTab = lazy(async () => (await import('../config/tab.tsx')).ConfigTab, 'div');
const TABS = ['overview', 'channels', 'streams', 'control', 'config', 'settings'] as const;
/** Keepalives make no events. */
const READ_MS = 15_000;

/** One device; the tab stands in the address (`?tab=channels`). */
export function DevicePage({ id }: { id: string }) {
  const words = useWords(devicesWords);
  const known = useStore(directory)?.devices.find((one) => one.id === id);
  const { query } = useStore(route);
  const tab = TABS.find((one) => one === query.get('tab')) ?? 'overview';
  const read = useLoaded(id, () => readDetails(id), READ_MS);
  useEffect(
    () => onEvent(({ type, data }) => /^(device|catalog)\./.test(type) && data.deviceId === id && read.again()),
    [id, read.again],
  );
  const isRead = read.value !== null;
  // on a phone the tab may lie beside the screen
  useEffect(() => {
    document.querySelector('.device-tabs [aria-current]')?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
  }, [tab, isRead]);
  const device = read.value === null ? null : { ...read.value, online: known?.online ?? read.value.online };

  if (device === null) {
    return (
      <>
        <BackLink />
        {read.fault === null ? (
          <p class="hint late">{words.loading}</p>
        ) : (
          <div class="panel empty" role="alert" data-testid="device-fault">
            <p>{read.fault || words.unreachable}</p>
            <p>
              <button type="button" onClick={read.again}>
                {words.again}
              </button>
            </p>
          </div>
        )}
      </>
    );
  }
  return (
    <>
      <BackLink />
      <div class="toolbar device-head">
        <div>
          <h1 data-testid="device-name">{device.name || device.id}</h1>
          <p class="hint">
            <StateDot tone={device.online ? 'good' : 'quiet'}>{device.online ? words.online : words.offline}</StateDot>
            <span class="number">{device.id}</span>
            <CopyButton text={device.id} name={words.id} />
          </p>
        </div>
        <Catalogue device={device} />
      </div>
      <nav class="device-tabs" aria-label={device.name || device.id}>
        {TABS.map((one) => (
          <a
            key={one}
            href={hrefOf('devices', [id], one === 'overview' ? undefined : new URLSearchParams({ tab: one }))}
            aria-current={one === tab ? 'page' : undefined}
            data-testid={`tab-${one}`}
          >
            {words.tabs[one]}
            {one === 'channels' && <span class="hint number"> {device.channelCount}</span>}
          </a>
        ))}
      </nav>
      {tab === 'overview' && <Overview device={device} />}
      {tab === 'channels' && <Channels device={device} />}
      {tab === 'streams' && <DeviceStreams id={id} />}
      {tab === 'control' && <ControlTab device={device} />}
      {tab === 'config' && <ConfigTab key={id} device={device} />}
      {tab === 'settings' && <Settings device={device} onChanged={read.again} />}
    </>
  );
}

function BackLink() {
  const words = useWords(devicesWords);
  return (
    <a class="back" href={hrefOf('devices')}>
      <Icon name="back" />
      {words.back}
    </a>
  );
}
