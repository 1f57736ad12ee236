import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { useWords } from '../language.ts';
import { failed } from '../model.ts';
import { Ago } from '../parts/ago.tsx';
import { Icon } from '../parts/icon.tsx';
import { usePolling } from '../parts/polling.ts';
import { StateDot } from '../parts/state-dot.tsx';
import { useStore } from '../store.ts';
import { webhooksWords } from '../words/webhooks.ts';
import { type Delivery, type DeliveryFilter, readDeliveries, redeliver, type Webhook } from './webhooks-api.ts';

import '../parts/filter-bar.css';

const LOOK_MS = 3_000;
const TONES = { pending: 'warning', delivered: 'good', failed: 'danger' } as const;
const STATES = ['pending', 'delivered', 'failed'] as const;

interface Page {
  readonly items: readonly Delivery[];
  readonly next: string | null;
}

/** The newest page read again; whoever read on keeps what was read. */
function withNewest(known: Page | null, page: Page): Page {
  if (known === null || known.items.length <= page.items.length) return page;
  const ids = new Set(page.items.map(({ id }) => id));
  return { items: [...page.items, ...known.items.filter(({ id }) => !ids.has(id))], next: known.next };
}

/** What webhooks wait for and what was sent to them, the newest first. */
export function Deliveries({ webhooks }: { webhooks: readonly Webhook[] }) {
  const words = useWords(webhooksWords);
  const [filter, setFilter] = useState<DeliveryFilter>({ endpoint: '', state: '' });
  return (
    <section class="deliveries" aria-label={words.deliveries}>
      <h2>{words.deliveries}</h2>
      <form class="filter-bar" aria-label={words.filter} onSubmit={(event) => event.preventDefault()}>
        <label>
          <span>{words.endpoint}</span>
          <select
            data-testid="delivery-endpoint"
            value={filter.endpoint}
            onChange={(event) => setFilter({ ...filter, endpoint: event.currentTarget.value })}
          >
            <option value="">{words.allEndpoints}</option>
            {webhooks.map(({ id, url }) => (
              <option key={id} value={id}>
                {url}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{words.state}</span>
          <select
            data-testid="delivery-state"
            value={filter.state}
            onChange={(event) => setFilter({ ...filter, state: event.currentTarget.value as DeliveryFilter['state'] })}
          >
            <option value="">{words.allStates}</option>
            {STATES.map((state) => (
              <option key={state} value={state}>
                {words.states[state]}
              </option>
            ))}
          </select>
        </label>
      </form>
      <Found key={`${filter.endpoint} ${filter.state}`} filter={filter} />
    </section>
  );
}

function Found({ filter }: { filter: DeliveryFilter }) {
  const words = useWords(webhooksWords);
  const may = useStore(mayControl);
  const [page, setPage] = useState<Page | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  const lookAgain = usePolling(
    async (signal) => {
      const read = await readDeliveries(filter, null);
      if (!signal.aborted) setPage((known) => withNewest(known, read));
    },
    LOOK_MS,
    failed,
  );
  const again = (id: string) => void redeliver(id).then(lookAgain, failed);
  const more = () =>
    void readDeliveries(filter, page?.next ?? null).then(
      ({ items, next }) => setPage((known) => ({ items: [...(known?.items ?? []), ...items], next })),
      failed,
    );
  if (page === null) return <p class="hint late">{words.loading}</p>;
  if (page.items.length === 0) return <p class="hint">{words.noDeliveries}</p>;
  return (
    <>
      <div class="table-box">
        <table class="told delivery-table" data-testid="deliveries">
          <thead>
            <tr>
              {(['event', 'queued', 'state', 'attempts', 'answer'] as const).map((column) => (
                <th key={column} scope="col" class={`at-${column}`}>
                  {words.columns[column]}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {page.items.map((one) => (
              <Fragment key={one.id}>
                <tr data-testid="delivery" data-delivery-id={one.id} data-state={one.state}>
                  <th scope="row">
                    <button
                      type="button"
                      class="plain event-name"
                      aria-expanded={open === one.id}
                      onClick={() => setOpen(open === one.id ? null : one.id)}
                    >
                      {one.type}
                    </button>
                    <small class="webhook-url">{one.url ?? words.removed}</small>
                  </th>
                  <td class="at-queued">
                    <Ago at={one.queuedAt} />
                  </td>
                  <td>
                    <StateDot tone={TONES[one.state]}>{words.states[one.state]}</StateDot>
                  </td>
                  <td class="at-attempts">{words.attempts(one.attempts)}</td>
                  <td class="at-answer">
                    {answerOf(one, words.noAnswer)}
                    {one.error !== null && (
                      <small class="fault" lang="en">
                        {one.error}
                      </small>
                    )}
                  </td>
                  <td class="at-deed">
                    {one.state !== 'pending' && (
                      <button
                        type="button"
                        data-testid="redeliver"
                        title={may ? words.again : words.lookOnly}
                        aria-label={`${words.again}: ${one.type}`}
                        disabled={!may || one.url === null}
                        onClick={() => again(one.id)}
                      >
                        <Icon name="again" />
                      </button>
                    )}
                  </td>
                </tr>
                {open === one.id && (
                  <tr class="sent">
                    <td colSpan={6}>
                      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keys */}
                      <section class="sent-event" data-testid="sent" aria-label={words.sent} tabIndex={0}>
                        <pre>{JSON.stringify(one.event, null, 2)}</pre>
                      </section>
                    </td>
                  </tr>
                )}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
      {page.next !== null && (
        <button type="button" class="more" data-testid="more-deliveries" onClick={more}>
          {words.more}
        </button>
      )}
    </>
  );
}

/** `200 · 34 ms`. Pure. */
function answerOf({ status, attempts, durationMs }: Delivery, noAnswer: string): string {
  if (attempts === 0) return '–';
  const parts = [status === null ? noAnswer : String(status), durationMs !== null && `${durationMs} ms`];
  return parts.filter(Boolean).join(' · ');
}
