import type { Fragment, Sample } from '../../src/media/frame.ts';

const PICTURE: Sample = {
  track: 'video',
  data: new Uint8Array(4),
  dts: 0,
  compositionOffset: 0,
  duration: 3600,
  isSync: true,
};

/** A picture at that second of the range. */
export function picture(seconds: number, o: Partial<Fragment> = {}): Fragment {
  const dts90k = seconds * 90_000;
  const samples = [{ ...PICTURE, dts: dts90k }];
  return {
    generation: 1,
    bytes: new Uint8Array(8),
    isKey: true,
    afterLoss: false,
    dts90k,
    arrivedMs: 0,
    samples,
    ...o,
  };
}
