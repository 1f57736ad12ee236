import { useState } from 'preact/hooks';
import type { Channel, Device } from '../api.ts';
import { useWords } from '../language.ts';
import type { Directory } from '../model.ts';
import { Icon } from '../parts/icon.tsx';
import { liveWords } from '../words/live.ts';

function matches(wanted: string, ...texts: string[]): boolean {
  return wanted === '' || texts.some((text) => text.toLowerCase().includes(wanted));
}

interface Props {
  directory: Directory | null;
  chosen: { readonly deviceId: string; readonly channelId: string } | null;
  onChoose: (channel: Channel) => void;
}

/** A camera with one channel is often named like it: a click on either name plays it. */
function DeviceName({
  device,
  channels,
  onChoose,
}: {
  device: Device;
  channels: Channel[];
  onChoose: Props['onChoose'];
}) {
  const name = device.name || device.id;
  const [only, ...others] = channels;
  if (only === undefined || others.length > 0) return <span class="device-name">{name}</span>;
  return (
    <button type="button" class="device-name" data-testid="device" onClick={() => onChoose(only)}>
      {name}
    </button>
  );
}

/** The column on the left: every channel, under its device. */
export function ChannelList({ directory, chosen, onChoose }: Props) {
  const words = useWords(liveWords);
  const [find, setFind] = useState('');
  if (directory === null) return <p class="hint">{words.loading}</p>;
  if (directory.devices.length === 0) {
    return (
      <div class="empty">
        <p>{words.noDevices}</p>
        <p class="hint">{words.noDevicesHint}</p>
      </div>
    );
  }
  const wanted = find.trim().toLowerCase();
  const shown = directory.devices
    .map((device) => ({
      device,
      channels: directory.channels.filter(
        (channel) =>
          channel.deviceId === device.id && matches(wanted, channel.name, channel.id, device.name, device.id),
      ),
    }))
    .filter(({ channels }) => wanted === '' || channels.length > 0);
  return (
    <>
      <input
        class="find"
        type="search"
        placeholder={words.find}
        aria-label={words.find}
        value={find}
        onInput={(event) => setFind(event.currentTarget.value)}
      />
      {shown.length === 0 && <p class="hint">{words.nothingFound}</p>}
      {shown.map(({ device, channels }) => (
        <section key={device.id} class="device">
          <h2>
            <span
              class={device.online ? 'dot on' : 'dot'}
              role="img"
              aria-label={device.online ? words.online : words.offline}
              title={device.online ? words.online : words.offline}
            />
            <DeviceName device={device} channels={channels} onChoose={onChoose} />
            <span class="id device-id">{device.name ? device.id : device.manufacturer}</span>
          </h2>
          {channels.length === 0 && <p class="hint">{words.noChannels}</p>}
          <ul>
            {channels.map((channel) => {
              const isChosen = chosen?.deviceId === channel.deviceId && chosen.channelId === channel.id;
              return (
                <li key={channel.id}>
                  <button
                    type="button"
                    class={isChosen ? 'channel chosen' : 'channel'}
                    data-testid="channel"
                    data-channel-id={channel.id}
                    data-device-id={channel.deviceId}
                    aria-pressed={isChosen}
                    onClick={() => onChoose(channel)}
                  >
                    <Icon name="camera" />
                    <span class="channel-name">{channel.name || channel.id}</span>
                    {channel.status === 'off' && <span class="off">{words.offline}</span>}
                  </button>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </>
  );
}
