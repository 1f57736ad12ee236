import { useRef, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { faultOf, useLoaded } from '../devices/loaded.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { Ago } from '../parts/ago.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { useStore } from '../store.ts';
import { controlWords } from '../words/control.ts';
import {
  KINDS,
  type Kind,
  putSubscriptions,
  readSubscriptions,
  type Subscriptions as Told,
  type Wishes,
} from './api.ts';

/** Devices agree within a second, or not at all. */
const READ_MS = 3_000;
/** As long as the standard's examples: what a switch turns on. */
const USUAL_SECONDS = 600;
const TONES = { off: 'quiet', waiting: 'quiet', active: 'good', refused: 'danger', unanswered: 'warning' } as const;

/** What a device is to tell by itself: a switch for each kind, carried out at once. */
export function Subscriptions({ deviceId }: { deviceId: string }) {
  const words = useWords(controlWords);
  const may = useStore(mayControl);
  const read = useLoaded(`subscriptions ${deviceId}`, () => readSubscriptions(deviceId), READ_MS);
  const [fault, setFault] = useState<string | null>(null);
  const told = read.value;
  const said = fault ?? (read.fault === null ? null : read.fault || words.unreachable);

  // all of them are set at once: a change begins with what the one before has left
  const before = useRef(Promise.resolve());
  const put = (change: Partial<Wishes>) => {
    before.current = before.current.then(() => set(change));
  };
  async function set(change: Partial<Wishes>): Promise<void> {
    try {
      await putSubscriptions(deviceId, { ...(await readSubscriptions(deviceId)), ...change });
      setFault(null);
    } catch (error) {
      setFault(faultOf(error) || words.unreachable);
    }
    read.again();
  }

  return (
    <section class="panel" data-testid="subscriptions">
      <h2>{words.subscriptions}</h2>
      <p class="hint">{words.subscriptionsHint}</p>
      {said !== null && (
        <p class="fault" role="alert">
          {said}
        </p>
      )}
      <ul class="subscriptions">
        {told !== null && KINDS.map((kind) => <Line key={kind} kind={kind} told={told} mayChange={may} put={put} />)}
      </ul>
    </section>
  );
}

interface LineProps {
  kind: Kind;
  told: Told;
  mayChange: boolean;
  put: (change: Partial<Wishes>) => void;
}

function Line({ kind, told, mayChange, put }: LineProps) {
  const words = useWords(controlWords);
  const locale = localeOf(useLanguage());
  const { state, endsAt, notifiedAt, detail } = told.states[kind];
  const isOn = told[kind] > 0;
  const number = (label: string, field: Kind | 'positionIntervalSeconds', min: number, max: number) => (
    <label class="number-field">
      <span>{label}</span>
      <input
        // what is set elsewhere, or put right by the gateway, is shown
        key={told[field]}
        type="number"
        min={min}
        max={max}
        aria-label={`${words.kinds[kind]}: ${label}`}
        data-testid={`${field}-seconds`}
        defaultValue={String(told[field])}
        disabled={!mayChange}
        onChange={({ currentTarget }) => {
          if (currentTarget.reportValidity() && currentTarget.value !== '')
            put({ [field]: Math.round(currentTarget.valueAsNumber) });
        }}
      />
    </label>
  );
  return (
    <li data-testid={`subscription-${kind}`} data-state={state}>
      <label class="check">
        <input
          type="checkbox"
          data-testid={`switch-${kind}`}
          checked={isOn}
          disabled={!mayChange}
          title={mayChange ? undefined : words.lookOnly}
          onChange={({ currentTarget }) => put({ [kind]: currentTarget.checked ? USUAL_SECONDS : 0 })}
        />
        <span>
          {words.kinds[kind]}
          <small>{words.kindHints[kind]}</small>
        </span>
      </label>
      {isOn ? number(words.seconds, kind, 30, 86_400) : <span />}
      {isOn && kind === 'position' ? number(words.interval, 'positionIntervalSeconds', 1, 3600) : <span />}
      <span class="told">
        <StateDot tone={TONES[state]}>{words.states[state]}</StateDot>
        <small>
          {detail ??
            (endsAt === null ? '' : words.until(new Date(endsAt).toLocaleTimeString(locale, { hourCycle: 'h23' })))}
        </small>
        {state === 'active' && (
          <small>
            {notifiedAt === null ? (
              words.never
            ) : (
              <>
                {words.notified} <Ago at={notifiedAt} />
              </>
            )}
          </small>
        )}
      </span>
    </li>
  );
}
