import type { Step } from '../api.ts';

/** What took how long: from the step before, in ms, on the scale of its pull. */
interface Span {
  readonly name: string;
  readonly detail: string;
  /** Since the first step of this pull. */
  readonly endMs: number;
  /** Since the step before. */
  readonly tookMs: number;
  /** 0 … 100, of the whole pull. */
  readonly left: number;
  readonly width: number;
}

/**
 * The pulls of a time line, oldest first, each to its own scale: one begins after the one before
 * brought a picture or ended, with its port or with what ended the picture. Attempts of one climb of the ladder stay together: their sum is what a viewer waited. Pure.
 */
export function pullsOf(steps: readonly Step[]): Span[][] {
  const pulls: Step[][] = [];
  let isOver = true;
  for (const step of steps) {
    if (step.name === 'ended') {
      isOver = true;
      continue;
    }
    if (isOver) pulls.push([]);
    isOver = step.name === 'first fragment';
    pulls.at(-1)?.push(step);
  }
  return pulls.filter((pull) => pull.length > 0).map(spansOf);
}

function spansOf(pull: readonly Step[]): Span[] {
  const startMs = pull[0]?.ms ?? 0;
  const totalMs = Math.max(1, (pull.at(-1)?.ms ?? 0) - startMs);
  return pull.map((step, i) => {
    const fromMs = (pull[i - 1]?.ms ?? startMs) - startMs;
    const endMs = step.ms - startMs;
    return {
      name: step.name,
      detail: step.detail ?? '',
      endMs,
      tookMs: endMs - fromMs,
      left: (fromMs / totalMs) * 100,
      width: ((endMs - fromMs) / totalMs) * 100,
    };
  });
}

/** `0.4 ms`, `37 ms`, `4.0 s`. Pure. */
export function span(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms >= 10 ? Math.round(ms) : Math.round(ms * 10) / 10} ms`;
}
