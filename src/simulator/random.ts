/** Numbers from 0 (included) to 1 (excluded). */
export type Random = () => number;

/** A seeded generator (mulberry32): the same seed gives the same faults, so that a failure can be repeated. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A seed out of a text (FNV-1a): devices differ, but each is the same in every run. */
export function seedOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  return hash >>> 0;
}

/** `length` lower-case hex digits. */
export function hexToken(random: Random, length: number): string {
  let token = '';
  while (token.length < length) token += Math.floor(random() * 16).toString(16);
  return token;
}
