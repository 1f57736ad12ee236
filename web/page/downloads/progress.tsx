import { useWords } from '../language.ts';
import { downloadsWords } from '../words/downloads.ts';
import type { Download } from './api.ts';
import { percentOf } from './figures.ts';

/** More gaps than this are finer than the bar. */
const MAX_DRAWN_GAPS = 60;

/** How far the content has come, as a bar with its gaps in their places. */
export function ProgressBar({ download, name }: { download: Download; name: string }) {
  const words = useWords(downloadsWords);
  const { state, missing } = download;
  const [from, to] = [Date.parse(download.start), Date.parse(download.end)];
  const percent = percentOf(download);
  const place = (ms: number) => `${Math.min(100, Math.max(0, ((ms - from) / Math.max(1, to - from)) * 100))}%`;
  return (
    <div
      class={`progress ${state}`}
      role="progressbar"
      aria-label={words.progressOf(name)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      data-testid="progress"
    >
      <i style={{ width: state === 'complete' || state === 'partial' ? '100%' : `${download.progress * 100}%` }} />
      {missing.slice(0, MAX_DRAWN_GAPS).map((gap) => (
        <b
          key={gap.start}
          style={{ left: place(Date.parse(gap.start)), right: `calc(100% - ${place(Date.parse(gap.end))})` }}
        />
      ))}
    </div>
  );
}
