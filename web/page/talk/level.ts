/** Below this nothing is heard, dB of full scale. */
const FLOOR_DB = -50;
const FULL_SCALE = 32_768;

/** How loud a frame sounds, 0 (nothing) to 1 (as loud as can be). Pure: no DOM. */
export function levelOf(frame: Int16Array): number {
  let peak = 0;
  for (const sample of frame) peak = Math.max(peak, Math.abs(sample));
  if (peak === 0) return 0;
  return Math.max(0, 1 - (20 * Math.log10(peak / FULL_SCALE)) / FLOOR_DB);
}
