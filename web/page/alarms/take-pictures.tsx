import { useEffect, useRef, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { control } from '../control/api.ts';
import { faultOf } from '../devices/loaded.ts';
import { useWords } from '../language.ts';
import { isLinked, onEvent } from '../model.ts';
import { Icon } from '../parts/icon.tsx';
import { useStore } from '../store.ts';
import { alarmsWords } from '../words/alarms.ts';

interface Said {
  readonly isFault: boolean;
  readonly text: string;
}

/** Orders pictures of a channel (`DEVICE/CHANNEL`), and says how the order goes. */
export function TakePictures({ channel }: { channel: string }) {
  const words = useWords(alarmsWords);
  const may = useStore(mayControl);
  const [count, setCount] = useState(1);
  const [interval, setInterval] = useState(1);
  const [said, setSaid] = useState<Said | null>(null);
  const [isTaking, setTaking] = useState(false);
  /** What was completed before the answer to its order came. */
  const completed = useRef(new Map<string, Readonly<Record<string, unknown>>>());
  const waiting = useRef<string | null>(null);
  const speak = useRef((_: Readonly<Record<string, unknown>>) => {});
  const [deviceId, channelId] = channel.split('/');
  const isChosen = deviceId !== undefined && channelId !== undefined;

  speak.current = ({ snapshots, requested, error }) => {
    const arrived = Array.isArray(snapshots) ? snapshots.length : 0;
    const text = words.taken(arrived, Number(requested));
    const why = (error as { detail?: unknown } | undefined)?.detail;
    setSaid({ isFault: why !== undefined, text: why === undefined ? text : `${text} ${String(why)}` });
    setTaking(false);
    waiting.current = null;
  };
  useEffect(
    () =>
      // what was told while the gateway was away may never be heard: the pictures are in the list all the same
      isLinked.follow(() => {
        if (isLinked.value || waiting.current === null) return;
        waiting.current = null;
        setTaking(false);
        setSaid(null);
      }),
    [],
  );
  useEffect(
    () =>
      onEvent(({ type, data }) => {
        if (type !== 'snapshot.completed' || typeof data.session !== 'string') return;
        if (data.session === waiting.current) speak.current(data);
        else if (data.deviceId === deviceId) completed.current.set(data.session, data);
      }),
    [deviceId],
  );

  async function take(): Promise<void> {
    if (!isChosen) return;
    setTaking(true);
    setSaid({ isFault: false, text: words.taking(count) });
    completed.current.clear();
    try {
      const answer = await control(deviceId, channelId, { command: 'snapshot', count, intervalSeconds: interval });
      const session = answer?.session ?? '';
      waiting.current = session;
      const early = completed.current.get(session);
      if (early !== undefined) speak.current(early);
    } catch (error) {
      setSaid({ isFault: true, text: faultOf(error) || words.unreachable });
      setTaking(false);
    }
  }

  const reason = !may ? words.lookOnly : isChosen ? undefined : words.chooseChannel;
  const number = (label: string, value: number, most: number, put: (value: number) => void, testId: string) => (
    <label>
      <span>{label}</span>
      <input
        type="number"
        class="small"
        min={1}
        max={most}
        required
        data-testid={testId}
        value={value}
        onInput={({ currentTarget }) => put(currentTarget.valueAsNumber)}
      />
    </label>
  );
  return (
    <form
      class="take-pictures"
      onSubmit={(event) => {
        event.preventDefault();
        void take();
      }}
    >
      {number(words.count, count, 10, setCount, 'take-count')}
      {number(words.interval, interval, 3600, setInterval, 'take-interval')}
      <button
        type="submit"
        class="primary"
        data-testid="take-pictures"
        disabled={reason !== undefined || isTaking}
        title={reason}
      >
        <Icon name="still" />
        {words.take}
      </button>
      <span role="status" class={said?.isFault ? 'fault' : 'hint'} data-testid="take-said">
        {said?.text ?? reason ?? ''}
      </span>
    </form>
  );
}
