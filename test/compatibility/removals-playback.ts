/** How each tolerance of recorded footage that is played is taken out of the source; see removals.ts. */
import type { Removal } from './removal.ts';

const CALL = 'gateway/playback/footage-call.test.ts';
const PLAYBACK = 'gateway/playback/playback.test.ts';

export const PLAYBACK_REMOVALS: readonly Removal[] = [
  {
    code: 'PB-2',
    file: 'gateway/playback/footage-call.ts',
    find: 'if (silentMs < IDLE_AT_END_MS || !this.#isAtEnd()) return;',
    replace: 'return;',
    test: CALL,
  },
  {
    code: 'PB-3',
    file: 'gateway/playback/footage-call.ts',
    find: 'if (position === null || position < this.#options.range.endEpochMs + PAST_END_MS) return;',
    replace: 'if (position !== -1) return;',
    test: CALL,
  },
  {
    code: 'PB-4',
    file: 'gateway/playback/footage-call.ts',
    find: 'if (silentMs >= DRAIN_MS) {',
    replace: 'if (silentMs >= 0) {',
    test: CALL,
  },
  {
    code: 'PB-8',
    file: 'gateway/playback/footage-call.ts',
    find: 'const offsetMs = profile.timeOffsetSeconds * 1000;',
    replace: 'const offsetMs = 0;',
    test: CALL,
  },
  {
    code: 'PB-10',
    file: 'gateway/playback/playback-control.ts',
    find: 'if (isSaid) call?.setPaused(true);',
    replace: 'if (isSaid) this.#look++;',
    test: PLAYBACK,
  },
  {
    code: 'PB-13',
    file: 'gateway/playback/playback-control.ts',
    find: 'if (move === this.#move && !isDone()',
    replace: 'if (move < 0 && !isDone()',
    test: PLAYBACK,
  },
  {
    code: 'PB-14',
    file: 'gateway/playback/playback-control.ts',
    find: "this.#ports.setState(this.#ports.state(), 'speed_not_supported');",
    replace: 'this.speed = speed;',
    test: PLAYBACK,
  },
  {
    code: 'PB-15',
    file: 'gateway/playback/playback.ts',
    find: 'if (isOver) void this.#goOn(position, end);',
    replace: "if (isOver) void this.end('over', 4410);",
    test: PLAYBACK,
  },
  {
    code: 'PB-16',
    file: 'gateway/playback/playback.ts',
    find: 'const who = heldWords(this.#ports.holders(this.deviceId, this.id));',
    replace: 'const who = heldWords(null);',
    test: PLAYBACK,
  },
  {
    code: 'TS-9',
    file: 'gateway/playback/playback-control.ts',
    find: 'this.pace = { rate, scale };',
    replace: 'this.pace = { rate: 1, scale };',
    test: PLAYBACK,
  },
  {
    code: 'TS-10',
    file: 'gateway/playback/playback-control.ts',
    find: 'this.#content.rescale(scale, false, fromDts90k);',
    replace: '',
    test: PLAYBACK,
  },
  {
    code: 'TS-11',
    file: 'gateway/playback/content-clock.ts',
    find: 'if (this.#sought !== null) return this.#where(here + delta, source90k);',
    replace: '',
    test: PLAYBACK,
  },
];
