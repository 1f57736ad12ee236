import { type Degrees, degreesOf, type MapView, worldOf } from './projection.ts';

/** Coordinates that a map is drawn in: positions are WGS-84, public maps of China show every place up to 700 m away (GCJ-02). */
export type Datum = 'wgs84' | 'gcj02';

/** The view of tiles of that datum which shows what `view` shows: the shift is the same for all that is seen at once. Pure. */
export function viewOfTiles(view: MapView, datum: Datum): MapView {
  if (datum === 'wgs84') return view;
  return { ...worldOf(shifted(degreesOf(view))), zoom: view.zoom };
}

/** The ellipsoid of Krasovsky, by which the shift is reckoned: half its long axis in metres, and the square of its eccentricity. */
const AXIS_METRES = 6_378_245;
const ECCENTRICITY_2 = 0.006_693_421_622_965_943;

/** GCJ-02 as it is published: a sum of sines, in China alone. */
function shifted({ longitude, latitude }: Degrees): Degrees {
  if (longitude < 72.004 || longitude > 137.8347 || latitude < 0.8293 || latitude > 55.8271)
    return { longitude, latitude };
  const [x, y] = [longitude - 105, latitude - 35];
  const sine = (amplitude: number, of: number) => amplitude * Math.sin(of * Math.PI);
  const short = sine(20, 6 * x) + sine(20, 2 * x);
  const root = Math.sqrt(Math.abs(x));
  const northMetres =
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * root +
    (2 / 3) * (short + sine(20, y) + sine(40, y / 3) + sine(160, y / 12) + sine(320, y / 30));
  const eastMetres =
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * root +
    (2 / 3) * (short + sine(20, x) + sine(40, x / 3) + sine(150, x / 12) + sine(300, x / 30));
  const radians = (latitude * Math.PI) / 180;
  const flat = 1 - ECCENTRICITY_2 * Math.sin(radians) ** 2;
  const metresPerDegree = (AXIS_METRES * Math.PI) / 180 / Math.sqrt(flat);
  return {
    longitude: longitude + eastMetres / (metresPerDegree * Math.cos(radians)),
    latitude: latitude + (northMetres * flat) / (metresPerDegree * (1 - ECCENTRICITY_2)),
  };
}
