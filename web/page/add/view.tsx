import { useEffect, useRef, useState } from 'preact/hooks';
import type { GatewayEvent } from '../events.ts';
import { useWords } from '../language.ts';
import { failed, isLinked, onEvent } from '../model.ts';
import { useStore } from '../store.ts';
import { addWords } from '../words/add.ts';
import { type Arrival, type Onboarding, readOnboarding } from './api.ts';
import { FormPanel } from './form.tsx';
import { fill, hasComeIn, withArrival } from './story.ts';
import { VisitCard } from './visit.tsx';

import './add.css';

/** Visits shown: somebody sets up a few cameras, and a flood must not fill the page. */
const SHOWN_VISITS = 30;

/** Adding a camera: what to type into its form, and live what arrives of it. */
export function AddView() {
  const words = useWords(addWords);
  const linked = useStore(isLinked);
  const [onboarding, setOnboarding] = useState<Onboarding | null>(null);
  const [arrivals, setArrivals] = useState<readonly Arrival[]>([]);
  const [isLost, setLost] = useState(false);
  const [skewMs, setSkewMs] = useState(0);
  /** Visits that changed while the page was looking. */
  const news = useRef(new Set<string>());

  const read = () => {
    readOnboarding(null)
      .then((answer) => {
        setLost(false);
        setSkewMs(Date.parse(answer.time) - Date.now());
        setOnboarding((known) => known ?? answer);
        setArrivals(answer.arrivals);
      })
      .catch((error: unknown) => {
        setLost(true);
        failed(error);
      });
  };
  // Also when the link is back: events of the time between are not repeated.
  useEffect(() => {
    if (linked) read();
  }, [linked]);
  useEffect(
    () =>
      onEvent((event) => {
        const arrival = arrivalOf(event);
        if (arrival === null) return;
        news.current.add(arrival.id);
        setArrivals((list) => withArrival(list, arrival));
      }),
    [],
  );

  if (onboarding === null) {
    return (
      <main class="add">
        {isLost && (
          <div class="empty">
            <p class="fault">{words.failedToLoad}</p>
            <button type="button" onClick={read}>
              {words.retry}
            </button>
          </div>
        )}
      </main>
    );
  }
  const shown = arrivals.slice(0, SHOWN_VISITS);
  const taken = new Set(arrivals.filter(hasComeIn).map((arrival) => arrival.deviceId));
  return (
    <main class="add">
      <FormPanel onboarding={onboarding} taken={taken} />
      <section class="panel arrivals" aria-labelledby="arrivals-title">
        <h2 id="arrivals-title">{words.arrivals}</h2>
        {onboarding.admission === 'known' && <p class="hint">{words.known}</p>}
        {shown.length === 0 && <Nothing />}
        <ul aria-live="polite" data-testid="visits">
          {shown.map((arrival) => (
            <VisitCard
              key={arrival.id}
              arrival={arrival}
              onboarding={onboarding}
              isNews={news.current.has(arrival.id)}
              skewMs={skewMs}
            />
          ))}
        </ul>
        {arrivals.length > shown.length && (
          <p class="hint">{fill(words.more, { count: arrivals.length - shown.length })}</p>
        )}
      </section>
    </main>
  );
}

/** While nothing knocks: what to look at. */
function Nothing() {
  const words = useWords(addWords);
  return (
    <div class="nothing" data-testid="nothing">
      <p>
        <span class="pulse" aria-hidden="true" />
        {words.nothing}
      </p>
      <ul class="hint">
        {words.nothingChecks.map((check) => (
          <li key={check}>{check}</li>
        ))}
      </ul>
    </div>
  );
}

function arrivalOf(event: GatewayEvent): Arrival | null {
  if (event.type !== 'onboarding.arrival') return null;
  const { data } = event;
  return typeof data.id === 'string' && Array.isArray(data.steps) ? (data as unknown as Arrival) : null;
}
