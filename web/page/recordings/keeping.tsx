import { useEffect, useState } from 'preact/hooks';
import { size } from '../format.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { onEvent } from '../model.ts';
import { usePolling } from '../parts/polling.ts';
import { recordingsWords } from '../words/recordings.ts';
import { type Retention, readRetention } from './api.ts';

const LOOK_MS = 15_000;

/** Room that all recordings take together, what is free, how far back they go, and what makes old ones go. */
export function Keeping() {
  const words = useWords(recordingsWords).keeping;
  const locale = localeOf(useLanguage());
  const [kept, setKept] = useState<Retention | null>(null);
  const again = usePolling(async (signal) => {
    const read = await readRetention();
    if (!signal.aborted) setKept(read);
  }, LOOK_MS);
  useEffect(() => onEvent(({ type }) => type.startsWith('recording.') && again()), [again]);
  if (kept === null) return null;
  const { bytes, lockedBytes, freeBytes, wantedFreeBytes, maxBytes, keepDays, oldest } = kept;
  const facts = [
    words.used(size(bytes), kept.recordings),
    lockedBytes > 0 && words.locked(size(lockedBytes)),
    freeBytes !== null && words.free(size(freeBytes)),
    oldest !== null && words.oldest(new Date(oldest).toLocaleDateString(locale, { dateStyle: 'medium' })),
  ];
  const rules = [
    keepDays === null ? words.noDays : words.days(keepDays),
    maxBytes !== null && words.atMost(size(maxBytes)),
    wantedFreeBytes !== null && wantedFreeBytes > 0 && words.stayFree(size(wantedFreeBytes)),
  ];
  // what they may take: as they are set, else what the disk leaves them
  const room = Math.min(
    maxBytes ?? Number.POSITIVE_INFINITY,
    bytes + Math.max(0, (freeBytes ?? 0) - (wantedFreeBytes ?? 0)),
  );
  const share = room > 0 && Number.isFinite(room) ? Math.min(100, (bytes / room) * 100) : 0;
  return (
    <section class="keeping" aria-label={words.title} data-testid="keeping">
      <div class="room" role="img" aria-label={words.share(Math.round(share))}>
        <i style={{ width: `${share}%` }} class={kept.missingBytes > 0 ? 'stuck' : ''} />
      </div>
      <p class="hint number">{facts.filter(Boolean).join(' · ')}</p>
      <p class="hint rules">{rules.filter(Boolean).join(' · ')}</p>
      {kept.missingBytes > 0 && (
        <p class="fault" data-testid="keeping-stuck">
          {words.stuck(size(kept.missingBytes))}
        </p>
      )}
    </section>
  );
}
