import './sparkline.css';

/** Drawing units; the picture is stretched to its box. */
const WIDTH = 100;
const HEIGHT = 24;

/**
 * The line through `values`, the newest at the right; `places` is how many fit, so that a young line does not stretch. `top` is the value
 * at the upper edge at least, so that noise around nothing stays flat. Pure.
 */
export function linePath(values: readonly number[], places: number, top: number): string {
  const shown = values.slice(-places);
  if (shown.length === 0) return '';
  const highest = Math.max(top, ...shown);
  const step = WIDTH / Math.max(1, places - 1);
  return shown
    .map((value, i) => {
      const x = WIDTH - (shown.length - 1 - i) * step;
      const y = HEIGHT - 1 - (highest > 0 ? (Math.max(0, value) / highest) * (HEIGHT - 2) : 0);
      return `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}

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
