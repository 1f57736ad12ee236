import { useEffect, useState } from 'preact/hooks';
import { duration } from '../format.ts';
import { useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { footageWords } from '../words/footage.ts';
import { isWhole, MAX_MARK_MS, type Mark } from './mark.ts';
import type { Zone } from './zone.ts';

/** The gateway joins own recordings of a day at most. */
const MAX_OWN_MS = 86_400_000;

interface FieldProps {
  label: string;
  testId: string;
  epochMs: number | null;
  zone: Zone;
  onTime: (epochMs: number | null) => void;
}

/** A typed time in the zone of the recorders; what is no time is said, and changes nothing. */
function TimeField({ label, testId, epochMs, zone, onTime }: FieldProps) {
  const words = useWords(footageWords);
  const said = epochMs === null ? '' : zone.write(epochMs);
  const [text, setText] = useState(said);
  const isWrong = text.trim() !== '' && zone.read(text) === null;
  useEffect(() => setText(said), [said]);
  return (
    <label>
      <span>{label}</span>
      <input
        type="text"
        inputMode="numeric"
        autoComplete="off"
        spellcheck={false}
        placeholder="2026-11-21 09:30:00"
        data-testid={testId}
        value={text}
        aria-invalid={isWrong}
        title={isWrong ? words.wrongTime : undefined}
        onInput={(event) => setText(event.currentTarget.value)}
        onChange={(event) => {
          const { value } = event.currentTarget;
          const typed = zone.read(value);
          if (typed !== null) onTime(typed);
          else if (value.trim() === '') onTime(null);
        }}
      />
    </label>
  );
}

interface Props {
  mark: Mark;
  zone: Zone;
  /** How much of the range each lane is known to have. */
  coveredMs: Readonly<Record<'device' | 'own', number>>;
  /** The device's lane is known for the whole range. */
  isDeviceKnown: boolean;
  isAdmin: boolean;
  isOnline: boolean;
  ownHref: string | null;
  hasPicture: boolean;
  onMark: (mark: Mark) => void;
  onIn: () => void;
  onOut: () => void;
  onDownload: () => void;
}

/** The marked range, and what can be done with it. */
export function MarkBar({
  mark,
  zone,
  coveredMs,
  isDeviceKnown,
  isAdmin,
  isOnline,
  ownHref,
  hasPicture,
  ...on
}: Props) {
  const words = useWords(footageWords);
  const whole = isWhole(mark) ? mark : null;
  const lengthMs = whole === null ? 0 : whole.outMs - whole.inMs;
  const whyNotDevice =
    whole === null
      ? words.nothingMarked
      : lengthMs > MAX_MARK_MS
        ? words.markTooLong
        : !isAdmin
          ? words.lookOnlyDownload
          : !isOnline
            ? words.offline
            : isDeviceKnown && coveredMs.device === 0
              ? words.nothingInMark
              : null;
  const whyNotOwn =
    whole === null
      ? words.nothingMarked
      : lengthMs > MAX_OWN_MS
        ? words.markTooLong
        : coveredMs.own === 0
          ? words.nothingInMark
          : null;
  const isPartly = (covered: number) => covered > 0 && covered < lengthMs - 2_000;
  return (
    <section class="mark-bar" aria-label={words.mark} data-testid="mark-bar">
      <div class="mark-ends">
        <button type="button" data-testid="mark-in" disabled={!hasPicture} onClick={on.onIn}>
          <span class="kbd">I</span> {words.markIn}
        </button>
        <TimeField
          label={words.from}
          testId="mark-from"
          epochMs={mark.inMs}
          zone={zone}
          onTime={(inMs) => on.onMark({ ...mark, inMs })}
        />
        <TimeField
          label={words.to}
          testId="mark-to"
          epochMs={mark.outMs}
          zone={zone}
          onTime={(outMs) => on.onMark({ ...mark, outMs })}
        />
        <button type="button" data-testid="mark-out" disabled={!hasPicture} onClick={on.onOut}>
          <span class="kbd">O</span> {words.markOut}
        </button>
      </div>
      <p class="hint mark-length" data-testid="mark-length">
        {whole === null ? words.markHint : words.length(duration(lengthMs))}
        {whole !== null &&
          isPartly(coveredMs.device) &&
          ` · ${words.lanes.device}: ${words.covered(duration(coveredMs.device))}`}
        {whole !== null &&
          isPartly(coveredMs.own) &&
          ` · ${words.lanes.own}: ${words.covered(duration(coveredMs.own))}`}
      </p>
      {(mark.inMs !== null || mark.outMs !== null) && (
        <div class="mark-actions">
          <button
            type="button"
            class="primary"
            data-testid="download-device"
            disabled={whyNotDevice !== null}
            title={whyNotDevice ?? undefined}
            onClick={on.onDownload}
          >
            <Icon name="download" />
            {words.download.device}
          </button>
          {whyNotOwn === null && ownHref !== null ? (
            <a class="button" href={ownHref} download data-testid="download-own">
              <Icon name="download" />
              {words.download.own}
            </a>
          ) : (
            <button type="button" disabled title={whyNotOwn ?? undefined} data-testid="download-own">
              <Icon name="download" />
              {words.download.own}
            </button>
          )}
          <button
            type="button"
            class="plain"
            data-testid="clear-mark"
            disabled={mark.inMs === null && mark.outMs === null}
            aria-label={words.clearMark}
            title={words.clearMark}
            onClick={() => on.onMark({ inMs: null, outMs: null })}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
    </section>
  );
}
