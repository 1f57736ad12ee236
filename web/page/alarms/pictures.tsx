import { useEffect, useRef, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { snapshotAddress } from '../api.ts';
import { faultOf } from '../devices/loaded.ts';
import { shortMoment, size } from '../format.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { failed, isLinked, onEvent } from '../model.ts';
import { AGAIN_MS, mayPass } from '../parts/again.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Icon } from '../parts/icon.tsx';
import { go, hrefOf, route } from '../route.ts';
import { useStore } from '../store.ts';
import { alarmsWords } from '../words/alarms.ts';
import { deleteSnapshot, type Snapshot, snapshotPage } from './api.ts';
import { useNames } from './names.ts';
import { TakePictures } from './take-pictures.tsx';

/** Pictures in one reading: some screens of them. */
const PAGE = 60;
/** Each of many alarms has pictures taken: asked for once for all of them. */
const SOON_MS = 500;

/** The pictures of a channel (`DEVICE/CHANNEL`), or of all (''), page by page; new ones come on top of what was read. */
function usePictures(channel: string) {
  const [items, setItems] = useState<readonly Snapshot[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const known = useRef<readonly Snapshot[]>([]);
  const life = useRef(new AbortController());
  const afterFault = useRef(0);
  /** Deleted here: an answer may be older than that. */
  const gone = useRef(new Set<string>());
  const query = (cursor: string | null) => {
    const [deviceId, channelId] = channel.split('/');
    return new URLSearchParams({
      limit: String(PAGE),
      ...(deviceId && channelId ? { deviceId, channelId } : {}),
      ...(cursor === null ? {} : { cursor }),
    });
  };
  const put = (all: readonly Snapshot[]) => {
    known.current = all;
    setItems(all);
  };
  const read = (cursor: string | null) => {
    const { signal } = life.current;
    window.clearTimeout(afterFault.current);
    snapshotPage(query(cursor), signal).then(
      (page) => {
        if (signal.aborted) return;
        const ids = new Set(known.current.map(({ id }) => id));
        const told = page.items.filter(({ id }) => !gone.current.has(id));
        const fresh = told.filter(({ id }) => !ids.has(id));
        // what was read further down stays, unless more have come than a page holds: then some lie between
        const isOnTop = cursor === null && fresh.length < told.length;
        if (isOnTop) put([...fresh, ...known.current]);
        else put(cursor === null ? told : [...known.current, ...fresh]);
        if (!isOnTop) setNext(page.next);
        setFault(null);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        setFault(faultOf(error));
        if (mayPass(error)) afterFault.current = window.setTimeout(() => read(cursor), AGAIN_MS);
      },
    );
  };
  useEffect(() => {
    life.current = new AbortController();
    known.current = [];
    setItems(null);
    setFault(null);
    read(null);
    let timer = 0;
    const soon = () => {
      if (timer !== 0) return;
      timer = window.setTimeout(() => {
        timer = 0;
        read(null);
      }, SOON_MS);
    };
    const unfollow = onEvent(({ type }) => type === 'snapshot.completed' && soon());
    const unlink = isLinked.follow(() => isLinked.value && soon());
    return () => {
      life.current.abort();
      window.clearTimeout(timer);
      window.clearTimeout(afterFault.current);
      unfollow();
      unlink();
    };
  }, [channel]);
  return {
    items,
    fault,
    hasMore: next !== null,
    more: () => read(next),
    again: () => read(null),
    forget: (id: string) => {
      gone.current.add(id);
      put(known.current.filter((one) => one.id !== id));
    },
  };
}

/** What devices took, and what was made of their streams; new ones are ordered here. `?channel=DEVICE/CHANNEL` shows those of one. */
export function Pictures() {
  const words = useWords(alarmsWords);
  const locale = localeOf(useLanguage());
  const may = useStore(mayControl);
  const names = useNames();
  const channel = useStore(route).query.get('channel') ?? '';
  const pictures = usePictures(channel);
  const isKnown = names.channels.some(({ deviceId, id }) => channel === `${deviceId}/${id}`);
  return (
    <div class="pictures-body">
      <div class="filter-bar">
        <label>
          <span>{words.channel}</span>
          <select
            data-testid="pictures-channel"
            value={channel}
            onChange={({ currentTarget: { value } }) =>
              go(hrefOf('alarms', ['pictures'], new URLSearchParams(value === '' ? {} : { channel: value })), 'replace')
            }
          >
            <option value="">{words.allChannels}</option>
            {channel !== '' && !isKnown && <option value={channel}>{channel}</option>}
            {names.channels.map(({ deviceId, id, name }) => (
              <option key={`${deviceId}/${id}`} value={`${deviceId}/${id}`}>
                {name || id}
              </option>
            ))}
          </select>
        </label>
        <TakePictures key={channel} channel={channel} />
      </div>
      {pictures.fault !== null && (
        <p class="fault" role="alert">
          {pictures.fault || words.unreachable}{' '}
          <button type="button" onClick={pictures.again}>
            {words.again}
          </button>
        </p>
      )}
      {pictures.items === null && pictures.fault === null && <p class="hint late">{words.loading}</p>}
      {pictures.items?.length === 0 && (
        <div class="empty boxed" data-testid="no-pictures">
          <p>{words.noPictures}</p>
          <p class="hint">{words.noPicturesHint}</p>
        </div>
      )}
      <ul class="pictures" data-testid="pictures" aria-label={words.pictures}>
        {pictures.items?.map((one) => {
          const name = names.channel(one.deviceId, one.channelId);
          const when = shortMoment(one.time, locale, Date.now());
          return (
            <li key={one.id} data-testid="picture" data-source={one.source}>
              <a class="look" href={snapshotAddress(one.id)} target="_blank" rel="noreferrer">
                <img src={snapshotAddress(one.id)} alt={words.picture(name, when)} loading="lazy" />
              </a>
              <p class="name">{name}</p>
              <ConfirmButton
                label={`${words.remove}: ${name}, ${when}`}
                really={words.removeReally}
                disabled={!may}
                reason={may ? undefined : words.lookOnly}
                testId="delete-picture"
                onConfirm={() => void deleteSnapshot(one.id).then(() => pictures.forget(one.id), failed)}
              >
                <Icon name="remove" />
              </ConfirmButton>
              <p class="hint">{when}</p>
              <p class="hint">
                {words.sources[one.source]}, {size(one.bytes)}
              </p>
              {one.alarmId !== undefined && (
                <p class="hint">
                  <a href={hrefOf('alarms', [one.alarmId])} data-testid="its-alarm">
                    {words.itsAlarm}
                  </a>
                </p>
              )}
            </li>
          );
        })}
      </ul>
      {pictures.hasMore && (
        <p>
          <button type="button" data-testid="more-pictures" onClick={pictures.more}>
            {words.more}
          </button>
        </p>
      )}
    </div>
  );
}
