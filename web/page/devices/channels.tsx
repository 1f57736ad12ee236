import { useEffect, useState } from 'preact/hooks';
import { footageHref } from '../footage/address.ts';
import { useWords } from '../language.ts';
import { onEvent } from '../model.ts';
import { Icon } from '../parts/icon.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { PlanEditor } from '../plan/editor.tsx';
import { hrefOf, route } from '../route.ts';
import { useStore } from '../store.ts';
import { devicesWords } from '../words/devices.ts';
import { footageWords } from '../words/footage.ts';
import { type ChannelDetails, type DeviceDetails, listChannelDetails } from './api.ts';
import { fieldsOf, matchingChannels, placeOf } from './channel-fields.ts';
import { useGrowing } from './growing.ts';
import { useLoaded } from './loaded.ts';

/** The channels of a device; each opens to its recording plan and every field of its catalogue entry. `&channel=ID` opens one. */
export function Channels({ device }: { device: DeviceDetails }) {
  const words = useWords(devicesWords);
  const read = useLoaded(`channels ${device.id}`, () => listChannelDetails(device.id), null);
  const [query, setQuery] = useState('');
  const named = useStore(route).query.get('channel');
  const [open, setOpen] = useState<string | null>(named);
  const { again } = read;
  useEffect(
    () =>
      onEvent(({ type, data }) => {
        if (/^(channel\.|catalog\.updated)/.test(type) && data.deviceId === device.id) again();
      }),
    [device.id, again],
  );
  const all = read.value;
  const shown = matchingChannels(all ?? [], query);
  const drawn = useGrowing(shown.length, query);
  if (read.fault !== null && all === null)
    return (
      <p class="fault" role="alert">
        {read.fault || words.unreachable}
      </p>
    );
  if (all === null) return <p class="hint late">{words.loading}</p>;
  if (all.length === 0)
    return (
      <div class="panel empty" data-testid="no-channels">
        <p>{words.noChannels}</p>
        <p class="hint">{words.noChannelsHint}</p>
      </div>
    );
  return (
    <>
      <input
        type="search"
        class="find"
        data-testid="find-channel"
        placeholder={words.findChannel}
        aria-label={words.findChannel}
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      <div class="panel flush">
        <table class="channel-table" data-testid="channels">
          <thead>
            <tr>
              {(['state', 'name', 'model', 'address', 'watch'] as const).map((column) => (
                <th key={column} class={column}>
                  {words.channelColumns[column]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, drawn.shown).map((channel) => (
              <Row
                key={channel.id}
                channel={channel}
                isOpen={open === channel.id}
                onToggle={() => setOpen(open === channel.id ? null : channel.id)}
              />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p class="hint pad">{words.noChannelFound}</p>}
        <div ref={drawn.end} />
      </div>
    </>
  );
}

function Row({ channel, isOpen, onToggle }: { channel: ChannelDetails; isOpen: boolean; onToggle: () => void }) {
  const words = useWords(devicesWords);
  const { open: openFootage } = useWords(footageWords);
  const name = channel.name || channel.id;
  const details = `fields-${channel.id}`;
  return (
    <>
      <tr data-testid="channel-row" data-channel-id={channel.id}>
        <td class="state">
          <StateDot tone={channel.status === 'on' ? 'good' : 'quiet'}>{words.channelState[channel.status]}</StateDot>
        </td>
        <td class="name">
          <button type="button" class="row-name" aria-expanded={isOpen} aria-controls={details} onClick={onToggle}>
            {name}
          </button>
          <small class="number">{channel.id}</small>
        </td>
        <td class="model">{[channel.manufacturer, channel.model].filter(Boolean).join(' ')}</td>
        <td class="address">{placeOf(channel)}</td>
        <td class="watch">
          <a
            class="button plain"
            href={hrefOf('live', [channel.deviceId, channel.id])}
            aria-label={`${words.watch}: ${name}`}
            title={words.watch}
          >
            <Icon name="play" />
          </a>
          <a
            class="button plain"
            href={footageHref({ deviceId: channel.deviceId, channelId: channel.id })}
            aria-label={`${openFootage}: ${name}`}
            title={openFootage}
            data-testid="channel-footage"
          >
            <Icon name="footage" />
          </a>
        </td>
      </tr>
      {isOpen && (
        <tr class="fields-row" id={details}>
          <td colSpan={5}>
            <PlanEditor deviceId={channel.deviceId} channelId={channel.id} />
            <dl class="device-facts catalogue-fields" aria-label={words.fields(name)} data-testid="catalogue-fields">
              {fieldsOf(channel).map(([field, value]) => (
                <div key={field}>
                  <dt>{field}</dt>
                  <dd>{value === '' ? '–' : value}</dd>
                </div>
              ))}
            </dl>
          </td>
        </tr>
      )}
    </>
  );
}
