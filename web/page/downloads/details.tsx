import { useState } from 'preact/hooks';
import { downloadAddress } from '../api.ts';
import { duration, moment, size } from '../format.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { FilePlayer } from '../parts/file-player.tsx';
import { Icon } from '../parts/icon.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { downloadsWords } from '../words/downloads.ts';
import type { Download } from './api.ts';
import { figuresOf, isOpen, rangeWords } from './figures.ts';
import { ProgressBar } from './progress.tsx';
import { TONES } from './row.tsx';

/** More gaps than anybody reads. */
const MAX_LISTED_GAPS = 100;

/** Everything about one download: its picture, its gaps, what went wrong and what helps. */
export function Details({ download, name, onClose }: { download: Download; name: string; onClose: () => void }) {
  const words = useWords(downloadsWords);
  const locale = localeOf(useLanguage());
  const { state, error, missing, tag } = download;
  const [isWatched, setWatched] = useState(false);
  const isComing = isOpen(download);
  const cure = error && words.fault[error.code];
  const facts: readonly (readonly [string, string | false])[] = [
    [words.facts.range, `${moment(download.start, locale)} – ${moment(download.end, locale)}`],
    [words.facts.received, duration(download.receivedMs)],
    [words.facts.size, download.bytes > 0 && size(download.bytes)],
    [words.facts.filesize, download.filesizeBytes !== null && size(download.filesizeBytes)],
    [words.facts.speed, download.realSpeed !== null && `${download.realSpeed.toFixed(1)}×`],
    [words.facts.asked, `${download.speed}×`],
    [words.facts.transport, download.transport],
    [words.facts.edges, download.exact ? words.edges.exact : words.edges.whole],
    [words.facts.created, moment(download.createdAt, locale)],
    [words.facts.ended, download.endedAt !== null && moment(download.endedAt, locale)],
    [words.facts.path, download.path],
    [words.facts.tag, tag !== undefined && JSON.stringify(tag)],
  ];
  return (
    <section class="download-details" aria-label={words.details} data-testid="download-details">
      {download.bytes > 0 &&
        (isComing && !isWatched ? (
          <button type="button" class="watch" data-testid="watch" onClick={() => setWatched(true)}>
            <Icon name="play" />
            {words.whatCame}
          </button>
        ) : (
          <FilePlayer
            address={downloadAddress(download.id)}
            isGrowing={isComing}
            broken={words.cannotPlayFile}
            testId="download-player"
          />
        ))}
      <div class="bar">
        <div class="title">
          <h2>{name}</h2>
          <span class="id">{rangeWords(download.start, download.end, locale, Date.now())}</span>
          {isComing && isWatched && <span class="hint">{words.stillComing}</span>}
        </div>
        <button
          type="button"
          title={words.close}
          aria-label={words.close}
          data-testid="close-details"
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </div>
      <div class="now">
        <p>
          <StateDot tone={TONES[state]}>{words.states[state]}</StateDot>
          <span class="hint number">{figuresOf(download, words)}</span>
        </p>
        <ProgressBar download={download} name={name} />
      </div>
      {error !== undefined && (
        <div class="wrong" data-testid="download-fault" data-code={error.code}>
          <p class="fault">{cure?.sentence ?? error.detail}</p>
          {cure !== undefined && (
            <p>
              <strong>{words.whatHelps}</strong> {cure.cure}
            </p>
          )}
          {cure !== undefined && (
            <p class="hint" lang="en">
              {error.detail}
            </p>
          )}
        </div>
      )}
      {missing.length > 0 && (
        <div data-testid="missing">
          <h3>{words.missing}</h3>
          <p class="hint">{words.missingHint}</p>
          <ul class="gaps">
            {missing.slice(0, MAX_LISTED_GAPS).map((gap) => (
              <li key={gap.start}>
                <span class="number">{rangeWords(gap.start, gap.end, locale, Date.now())}</span>
                <span class="number hint">{duration(Date.parse(gap.end) - Date.parse(gap.start))}</span>
              </li>
            ))}
          </ul>
          {missing.length > MAX_LISTED_GAPS && <p class="hint">{words.moreGaps(missing.length - MAX_LISTED_GAPS)}</p>}
        </div>
      )}
      <dl class="facts">
        {facts.map(
          ([what, value]) =>
            value !== false && (
              <div key={what}>
                <dt>{what}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </section>
  );
}
