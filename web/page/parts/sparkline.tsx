import { HEIGHT, linePath, WIDTH } from './graph.ts';

import './sparkline.css';

interface Props {
  values: readonly number[];
  /** How many values fill the width. */
  places: number;
  /** Value at the upper edge at least. */
  top: number;
  /** What it shows, with the newest number: for screen readers. */
  label: string;
  tone?: 'accent' | 'danger';
}

/** The last minutes of one number as a small graph. */
export function Sparkline({ values, places, top, label, tone = 'accent' }: Props) {
  const path = linePath(values, places, top);
  const first = WIDTH - (Math.min(values.length, places) - 1) * (WIDTH / Math.max(1, places - 1));
  return (
    <svg
      class={`sparkline ${tone}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      data-testid="sparkline"
      data-values={values.length}
    >
      {path !== '' && <path class="area" d={`${path}V${HEIGHT}H${first.toFixed(1)}Z`} />}
      {path !== '' && <path class="line" d={path} />}
    </svg>
  );
}
