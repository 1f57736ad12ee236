/** A download as the API shows it (contract). */
export interface Job {
  readonly id: string;
  readonly state: 'queued' | 'running' | 'resuming' | 'complete' | 'partial' | 'failed' | 'cancelled';
  /** 0…1, of content. */
  readonly progress: number;
  readonly receivedMs: number;
  readonly bytes: number;
  readonly missing: readonly { readonly start: string; readonly end: string }[];
  readonly path: string;
  readonly error?: unknown;
}

/** One range of the command, as far as it has come. */
export interface Item {
  readonly lengthMs: number;
  job: Job | null;
  /** Bytes of the finished file that are here; null before its transfer. */
  file: { have: number; total: number | null } | null;
  isEnded: boolean;
  /** The gateway does not answer right now. */
  isAway: boolean;
}

/** Speed is that of the last seconds: a mean since the beginning hides that nothing comes any more. */
const WINDOW_MS = 10_000;
const BAR_LENGTH = 24;

/** How fast something grows, over the last seconds. */
export class Rate {
  readonly #samples: { atMs: number; value: number }[] = [];

  add(atMs: number, value: number): void {
    this.#samples.push({ atMs, value });
    while ((this.#samples[1]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs - WINDOW_MS) this.#samples.shift();
  }

  /** Per millisecond; null when it cannot be told yet. */
  get perMs(): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.atMs - first.atMs < 1000) return null;
    return Math.max(0, last.value - first.value) / (last.atMs - first.atMs);
  }
}

/** What has come of all ranges, milliseconds of content; what is missing counts as come, because nothing more of it will. */
export function contentMs(items: readonly Item[]): number {
  return items.reduce((sum, { job, lengthMs, isEnded }) => sum + (isEnded ? 1 : (job?.progress ?? 0)) * lengthMs, 0);
}

/** `[######------------------]  25 %  6.2x  41.3 MB  2:31 left  running`: the state of the whole command on one line. */
export function progressLine(items: readonly Item[], contentPerMs: number | null): string {
  const totalMs = items.reduce((sum, { lengthMs }) => sum + lengthMs, 0);
  const doneMs = contentMs(items);
  const share = totalMs === 0 ? 0 : Math.min(1, doneMs / totalMs);
  const full = Math.floor(share * BAR_LENGTH);
  const bytes = items.reduce((sum, { job }) => sum + (job?.bytes ?? 0), 0);
  const parts = [
    `[${'#'.repeat(full)}${'-'.repeat(BAR_LENGTH - full)}]`,
    `${String(Math.floor(share * 100)).padStart(3)} %`,
    ...(contentPerMs === null ? [] : [`${contentPerMs.toFixed(1)}x`]),
    megabytes(bytes),
    ...(contentPerMs === null || contentPerMs <= 0 || share >= 1
      ? []
      : [`${clock((totalMs - doneMs) / contentPerMs)} left`]),
    stateWords(items),
  ];
  return parts.join('  ');
}

function stateWords(items: readonly Item[]): string {
  const running = items.filter((item) => !item.isEnded);
  if (running.some(({ isAway }) => isAway)) return 'the gateway does not answer, waiting for it';
  const [only] = items;
  if (items.length > 1) return `${items.length - running.length}/${items.length} ranges`;
  if (only?.file) {
    const { have, total } = only.file;
    return `fetching the file${total === null ? '' : ` ${Math.floor((have / Math.max(1, total)) * 100)} %`}`;
  }
  return only?.job?.state ?? 'asking';
}

/** `41.3 MB`, decimal as disks count. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `2:31`, `1:02:31` */
export function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
