import { useState } from 'preact/hooks';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { failed } from '../model.ts';
import { useNow } from '../parts/ago.tsx';
import { usePolling } from '../parts/polling.ts';
import { StateDot } from '../parts/state-dot.tsx';
import { webhooksWords } from '../words/webhooks.ts';
import { Deliveries } from './deliveries.tsx';
import { readWebhooks, type Webhook } from './webhooks-api.ts';

const LOOK_MS = 3_000;

/** Who is told of events and how that goes; below what was sent. */
export function Webhooks() {
  const words = useWords(webhooksWords);
  const [webhooks, setWebhooks] = useState<readonly Webhook[] | null>(null);
  usePolling(
    async (signal) => {
      const read = await readWebhooks();
      if (!signal.aborted) setWebhooks(read);
    },
    LOOK_MS,
    failed,
  );
  if (webhooks === null) return <p class="hint late">{words.loading}</p>;
  if (webhooks.length === 0) {
    return (
      <div class="empty boxed" data-testid="no-webhooks">
        <p>{words.none}</p>
        <p class="hint">{words.noneHint}</p>
      </div>
    );
  }
  return (
    <>
      <ul class="tiles wide" aria-label={words.endpoints}>
        {webhooks.map((webhook) => (
          <Endpoint key={webhook.id} webhook={webhook} />
        ))}
      </ul>
      <Deliveries webhooks={webhooks} />
    </>
  );
}

function Endpoint({ webhook }: { webhook: Webhook }) {
  const words = useWords(webhooksWords);
  const isFailing = webhook.failuresInRow > 0;
  const isFresh = webhook.delivered === 0 && webhook.lastStatus === null && !isFailing;
  const facts: readonly (readonly [string, string | number])[] = [
    [words.waiting, webhook.waiting],
    [words.delivered, webhook.delivered],
    [words.failed, webhook.failed],
    [words.lastAnswer, webhook.lastStatus ?? (isFresh ? '–' : words.noAnswer)],
  ];
  return (
    <li class="tile" data-testid="webhook" data-webhook-id={webhook.id}>
      <h2 class="webhook-url">{webhook.url}</h2>
      <p>
        <StateDot tone={isFailing ? 'danger' : isFresh ? 'quiet' : 'good'}>
          {isFailing ? words.failing(webhook.failuresInRow) : isFresh ? words.fresh : words.well}
        </StateDot>
      </p>
      <dl class="webhook-facts">
        {facts.map(([what, value]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {webhook.lastError !== null && isFailing && (
        <small class="fault" lang="en">
          {webhook.lastError}
        </small>
      )}
      {webhook.retryAt !== null && (
        <small>
          {words.nextTry} <In at={webhook.retryAt} />
        </small>
      )}
      <small>
        {words.events}: {webhook.events.length === 0 ? words.allEvents : webhook.events.join(', ')} ·{' '}
        {webhook.signed ? words.signed : words.unsigned}
      </small>
    </li>
  );
}

/** A moment to come, as its distance from now; one that is due says now. */
function In({ at }: { at: string }) {
  const language = useLanguage();
  const now = useNow();
  const seconds = Math.max(0, Math.round((Date.parse(at) - now) / 1_000));
  const format = new Intl.RelativeTimeFormat(localeOf(language), { numeric: 'auto', style: 'short' });
  return (
    <time dateTime={at}>
      {seconds < 90 ? format.format(seconds, 'second') : format.format(Math.round(seconds / 60), 'minute')}
    </time>
  );
}
