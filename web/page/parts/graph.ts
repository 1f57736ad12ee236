/** Drawing units; the picture is stretched to its box. Pure: no DOM. */
export const WIDTH = 100;
export const HEIGHT = 24;

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
