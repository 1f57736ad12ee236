/** How each tolerance of recorded footage that is downloaded is taken out of the source; see removals.ts. */
import type { Removal } from './removal.ts';

const DOWNLOAD = 'record/download.test.ts';

export const DOWNLOAD_REMOVALS: readonly Removal[] = [
  {
    code: 'RTP-1',
    file: 'gateway/playback/footage-call.ts',
    find: 'if (avoidsUdp !== true) return new Ladder(plan);',
    replace: 'if (deviceId !== channelId) return new Ladder(plan);',
    test: 'gateway/playback/footage-call.test.ts',
  },
  {
    code: 'PB-5',
    file: 'record/download-run.ts',
    find: 'if (isHeld || source === null || this.#file.queuedBytes < HOLD_ABOVE_BYTES) return;',
    replace: 'if (isHeld || source === null || this.#file.queuedBytes >= 0) return;',
    test: DOWNLOAD,
  },
  {
    code: 'PB-7',
    file: 'record/download-run.ts',
    find: '      row.missing = missingIn(row, row.covered);\n      row.becomes',
    replace: '      row.becomes',
    test: DOWNLOAD,
  },
  {
    code: 'PB-17',
    file: 'record/download-run.ts',
    find: 'if (this.#file.startEpochMs === null) {\n      // PB-17',
    replace: 'if (this.#stop !== null) {\n      // PB-17',
    test: DOWNLOAD,
  },
];
