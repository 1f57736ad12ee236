/** It drives round here, one round in ten minutes. */
const CENTRE = { longitude: 117.12, latitude: 31.12 };
const ROUND_MS = 600_000;

/** Where a simulated device is, in the elements of a MobilePosition. */
export function placeAt(epochMs: number): readonly (readonly [element: string, value: string])[] {
  const angle = ((epochMs % ROUND_MS) / ROUND_MS) * 2 * Math.PI;
  return [
    ['Longitude', (CENTRE.longitude + 0.01 * Math.cos(angle)).toFixed(6)],
    ['Latitude', (CENTRE.latitude + 0.01 * Math.sin(angle)).toFixed(6)],
    ['Speed', '36.0'],
    ['Direction', ((360 - (angle * 180) / Math.PI) % 360).toFixed(1)],
    ['Altitude', '20.0'],
    ['Height', '1.5'],
  ];
}
