import { downloadAddress } from '../api.ts';
import { size } from '../format.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Icon } from '../parts/icon.tsx';
import { LongName } from '../parts/long-name.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { downloadsWords } from '../words/downloads.ts';
import type { Download } from './api.ts';
import { figuresOf, isOpen, mayRetry, rangeWords } from './figures.ts';
import { ProgressBar } from './progress.tsx';

/** Height of a row in CSS pixels, for the virtual list: the style sheet has the same number. */
export const ROW_PX = 64;

/** What can be done to a download. */
export interface Deeds {
  cancel(download: Download): void;
  retry(download: Download): void;
  prefer(download: Download, step: 1 | -1): void;
  remove(download: Download): void;
}

export const TONES: Readonly<Record<Download['state'], 'good' | 'quiet' | 'warning' | 'danger'>> = {
  queued: 'quiet',
  running: 'good',
  resuming: 'warning',
  complete: 'good',
  partial: 'warning',
  failed: 'danger',
  cancelled: 'quiet',
};

/** The name under which somebody keeps the file: channel and range. Pure. */
export function fileName({ channelId, path }: Download): string {
  return `${channelId}-${path.split('/').at(-1) ?? 'download.mp4'}`;
}

interface Props {
  download: Download;
  name: string;
  isShown: boolean;
  mayControl: boolean;
  /** Its place in the whole list, from 1, for screen readers. */
  position: number;
  deeds: Deeds;
  onShow: () => void;
}

/** One download: how far it is, and what can be done to it. */
export function DownloadRow({ download, name, isShown, mayControl, position, deeds, onShow }: Props) {
  const words = useWords(downloadsWords);
  const locale = localeOf(useLanguage());
  const when = rangeWords(download.start, download.end, locale, Date.now());
  const named = `${name}, ${when}`;
  const { state } = download;
  const act = (label: string, testId: string, icon: Parameters<typeof Icon>[0]['name'], run: () => void) => (
    <button
      type="button"
      data-testid={testId}
      title={mayControl ? label : words.lookOnly}
      aria-label={`${label}: ${named}`}
      disabled={!mayControl}
      onClick={run}
    >
      <Icon name={icon} />
    </button>
  );
  return (
    <li
      class={isShown ? 'download shown' : 'download'}
      aria-posinset={position}
      data-testid="download"
      data-download-id={download.id}
      data-state={state}
    >
      <button type="button" class="open plain" data-testid="open-download" title={words.details} onClick={onShow}>
        <span class="name">
          <LongName name={name} />
        </span>
        <small>{when}</small>
      </button>
      <span class="at-progress">
        <ProgressBar download={download} name={named} />
        <small class={state === 'failed' ? 'fault' : ''} data-testid="figures">
          {figuresOf(download, words)}
        </small>
      </span>
      <span class="at-state">
        <StateDot tone={TONES[state]}>{words.states[state]}</StateDot>
      </span>
      <span class="number at-size" data-testid="download-size" data-bytes={download.bytes}>
        {download.bytes > 0 ? size(download.bytes) : '–'}
      </span>
      <span class="actions">
        {state === 'queued' && act(words.sooner, 'sooner', 'up', () => deeds.prefer(download, 1))}
        {state === 'queued' && act(words.later, 'later', 'down', () => deeds.prefer(download, -1))}
        {mayRetry(download) && act(words.retry, 'retry', 'again', () => deeds.retry(download))}
        {isOpen(download) ? (
          act(words.cancel, 'cancel', 'close', () => deeds.cancel(download))
        ) : (
          <>
            {download.bytes > 0 && (
              <a
                class="button"
                href={downloadAddress(download.id)}
                download={fileName(download)}
                data-testid="save"
                title={words.save}
                aria-label={`${words.save}: ${named}`}
              >
                <Icon name="download" />
              </a>
            )}
            <ConfirmButton
              label={words.remove}
              really={words.removeReally}
              disabled={!mayControl}
              reason={mayControl ? undefined : words.lookOnly}
              testId="delete"
              onConfirm={() => deeds.remove(download)}
            >
              <Icon name="remove" />
            </ConfirmButton>
          </>
        )}
      </span>
    </li>
  );
}
