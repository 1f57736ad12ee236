import { useId, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { ApiFault, captureAddress } from '../api.ts';
import { moment, size } from '../format.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { refused } from '../model.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Icon } from '../parts/icon.tsx';
import { usePolling } from '../parts/polling.ts';
import { useStore } from '../store.ts';
import { capturesWords } from '../words/captures.ts';
import { type Capture, capturesOf, deleteCapture, startCapture } from './api.ts';

import './captures.css';

/** Long enough for the dialogue of a call, a fault that comes every minute, and the longest that the gateway makes. */
const SECONDS = [10, 60, 600] as const;
/** Its numbers grow while one runs. */
const RUNNING_MS = 1_000;
const RESTING_MS = 15_000;

/** What came in of one stream as a file to send with a bug report: begun here, downloaded here. */
export function CapturesPanel({ streamId }: { streamId: string }) {
  const words = useWords(capturesWords);
  const may = useStore(mayControl);
  const id = useId();
  const [captures, setCaptures] = useState<readonly Capture[]>([]);
  const [seconds, setSeconds] = useState<number>(SECONDS[0]);
  const [isRedacted, setRedacted] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const isRunning = captures.some((one) => one.state === 'running');
  const lookAgain = usePolling(
    async (signal) => {
      const found = await capturesOf(streamId);
      if (!signal.aborted) setCaptures(found);
    },
    isRunning ? RUNNING_MS : RESTING_MS,
  );

  async function doing(work: Promise<void>): Promise<void> {
    try {
      await work;
      setFault(null);
    } catch (error) {
      const problem = error instanceof ApiFault ? error : null;
      if (problem?.status === 401) refused();
      setFault(problem?.message || words.unreachable);
    }
    lookAgain();
  }

  return (
    <section class="captures" data-testid="captures">
      <h2>{words.heading}</h2>
      <p class="hint">{words.hint}</p>
      <div class="captures-order">
        <label>
          <span>{words.howLong}</span>
          <select
            value={seconds}
            disabled={!may}
            data-testid="capture-seconds"
            onChange={(event) => setSeconds(Number(event.currentTarget.value))}
          >
            {SECONDS.map((one) => (
              <option key={one} value={one}>
                {words.seconds(one)}
              </option>
            ))}
          </select>
        </label>
        <label title={words.redactHint}>
          <input
            type="checkbox"
            checked={isRedacted}
            disabled={!may}
            data-testid="capture-redact"
            aria-describedby={id}
            onChange={(event) => setRedacted(event.currentTarget.checked)}
          />
          <span>{words.redact}</span>
        </label>
        <span id={id} hidden>
          {words.redactHint}
        </span>
        <button
          type="button"
          data-testid="capture-start"
          disabled={!may || isRunning}
          title={may ? undefined : words.lookOnly}
          onClick={() => void doing(startCapture(streamId, { seconds, redact: isRedacted }))}
        >
          {words.start}
        </button>
      </div>
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {captures.length > 0 && (
        <ul>
          {captures.map((one) => (
            <CaptureRow key={one.id} capture={one} mayDelete={may} onDelete={() => void doing(deleteCapture(one.id))} />
          ))}
        </ul>
      )}
    </section>
  );
}

interface RowProps {
  capture: Capture;
  mayDelete: boolean;
  onDelete: () => void;
}

function CaptureRow({ capture, mayDelete, onDelete }: RowProps) {
  const words = useWords(capturesWords);
  const locale = localeOf(useLanguage());
  const facts = [
    capture.state === 'running' && words.running,
    capture.state === 'failed' && `${words.failed}: ${capture.error ?? ''}`,
    size(capture.bytes),
    capture.packets !== null && words.packets(capture.packets),
    capture.dropped > 0 && words.dropped(capture.dropped),
  ].filter(Boolean);
  const when = moment(capture.startedAt, locale);
  return (
    <li data-testid="capture" data-state={capture.state}>
      <span>
        {when} <small class="hint number">{facts.join(' · ')}</small>
      </span>
      <span class="actions">
        {capture.state === 'complete' && (
          <a
            class="button"
            href={captureAddress(capture.id)}
            download=""
            data-testid="capture-download"
            title={words.download}
            aria-label={`${words.download}: ${when}`}
          >
            <Icon name="download" />
          </a>
        )}
        <ConfirmButton
          label={words.remove}
          really={words.removeReally}
          disabled={!mayDelete}
          reason={words.lookOnly}
          testId="capture-delete"
          onConfirm={onDelete}
        >
          {words.remove}
        </ConfirmButton>
      </span>
    </li>
  );
}
