import { useEffect, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { snapshotAddress } from '../api.ts';
import { control } from '../control/api.ts';
import { faultOf } from '../devices/loaded.ts';
import { moment } from '../format.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { onEvent } from '../model.ts';
import { Icon } from '../parts/icon.tsx';
import { hrefOf } from '../route.ts';
import { useStore } from '../store.ts';
import { alarmsWords } from '../words/alarms.ts';
import { type Alarm, type Snapshot, snapshotsOfAlarm } from './api.ts';
import { kindWords, spoken } from './filter.ts';
import type { Names } from './names.ts';
import { alarmFootage, channelOf, Priority } from './row.tsx';

interface Props {
  alarm: Alarm;
  names: Names;
  onFilter: (deviceId: string) => void;
  onClose: () => void;
}

/** The pictures that were taken for an alarm; those that come while somebody looks come too. */
function usePictures(alarmId: string): readonly Snapshot[] | null {
  const [pictures, setPictures] = useState<readonly Snapshot[] | null>(null);
  useEffect(() => {
    let isWanted = true;
    const read = () =>
      snapshotsOfAlarm(alarmId).then(
        (all) => isWanted && setPictures(all),
        // an alarm without its pictures is shown all the same
        () => isWanted && setPictures((before) => before ?? []),
      );
    void read();
    const unfollow = onEvent(({ type, data }) => {
      if (type === 'snapshot.completed' && data.alarmId === alarmId) void read();
    });
    return () => {
      isWanted = false;
      unfollow();
    };
  }, [alarmId]);
  return pictures;
}

/** Everything about one alarm: its pictures, its footage, and what the device wrote. */
export function Details({ alarm, names, onFilter, onClose }: Props) {
  const words = useWords(alarmsWords);
  const language = useLanguage();
  const locale = localeOf(language);
  const may = useStore(mayControl);
  const pictures = usePictures(alarm.id);
  const [said, setSaid] = useState<{ isFault: boolean; text: string } | null>(null);
  const { deviceId, method, type } = alarm;
  const channelId = channelOf(alarm, names);
  const what = kindWords(alarm, language) || '–';

  async function reset(): Promise<void> {
    try {
      const which = { ...(method === null ? {} : { method }), ...(type === null ? {} : { type }) };
      await control(deviceId, channelId, { command: 'alarm-reset', ...which });
      setSaid({ isFault: false, text: words.resetDone });
    } catch (error) {
      setSaid({ isFault: true, text: faultOf(error) || words.unreachable });
    }
  }

  const numbered = (number: number | null, name: string) =>
    number === null ? '–' : name === '' ? String(number) : `${name} (${number})`;
  const facts: [keyof typeof words.facts, string][] = [
    ['deviceTime', moment(alarm.time, locale)],
    ['receivedAt', moment(alarm.receivedAt, locale)],
    ['device', names.device(deviceId)],
    ['channel', channelId === null ? '–' : names.channel(deviceId, channelId)],
    ['source', alarm.sourceId],
    ['method', numbered(method, spoken(alarm.methodName, language))],
    ['type', numbered(type, spoken(alarm.typeName, language))],
    ['description', alarm.description || '–'],
    ...(alarm.longitude === undefined || alarm.latitude === undefined
      ? []
      : [['place', `${alarm.latitude}°, ${alarm.longitude}°`] as [keyof typeof words.facts, string]]),
    ['by', words.by[alarm.by]],
  ];
  return (
    <aside class="alarm-details" data-testid="alarm-details" aria-label={words.details}>
      <div class="alarm-head">
        <h2>{what}</h2>
        <Priority alarm={alarm} language={language} />
        <button type="button" class="plain" aria-label={words.close} title={words.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <div class="alarm-ways">
        {channelId === null ? (
          <span class="hint">{words.noChannel}</span>
        ) : (
          <>
            <a class="button" href={alarmFootage(alarm, channelId)} data-testid="details-footage">
              <Icon name="footage" />
              {words.footage}
            </a>
            <a class="button" href={hrefOf('live', [deviceId, channelId])}>
              <Icon name="play" />
              {words.live}
            </a>
          </>
        )}
        <button
          type="button"
          data-testid="reset-alarm"
          disabled={!may}
          title={may ? undefined : words.lookOnly}
          onClick={() => void reset()}
        >
          {words.reset}
        </button>
        <button type="button" data-testid="only-device" onClick={() => onFilter(deviceId)}>
          {words.onlyThisDevice}
        </button>
      </div>
      <p role="status" class={said?.isFault ? 'fault' : 'hint'} data-testid="reset-said">
        {said?.text ?? ''}
      </p>
      <h3>{words.pictures}</h3>
      {pictures?.length === 0 && <p class="hint">{words.noPicturesOfAlarm}</p>}
      <ul class="alarm-pictures">
        {pictures?.map(({ id, time, deviceId: of, channelId: at }) => (
          <li key={id}>
            <a href={snapshotAddress(id)} target="_blank" rel="noreferrer">
              <img
                src={snapshotAddress(id)}
                alt={words.picture(names.channel(of, at), moment(time, locale))}
                data-testid="alarm-picture"
              />
            </a>
          </li>
        ))}
      </ul>
      <dl class="alarm-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{words.facts[name]}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {alarm.raw !== undefined && (
        <>
          <h3>{words.raw}</h3>
          <dl class="alarm-facts" data-testid="alarm-raw">
            {Object.entries(alarm.raw).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value || '–'}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </aside>
  );
}
