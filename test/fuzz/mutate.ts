/**
 * The dice of every fuzzer here: a seeded generator and a byte mutator. A run is repeated exactly by its seed, so a failure
 * that names seed and iteration is a regression test.
 */

/** mulberry32: numbers in [0, 1), the same for the same seed on every machine. */
export function prng(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** A whole number in [0, bound). */
export function below(random: () => number, bound: number): number {
  return Math.floor(random() * bound);
}

/** One of the values. */
export function pick<T>(random: () => number, values: readonly T[]): T {
  const value = values[below(random, values.length)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}

/** Mutants stay below this, so that a chain of duplications cannot eat the machine. It is above the largest datagram and RFC 4571 frame. */
export const MAX_MUTANT_BYTES = 128 * 1024;

const EXTREME_BYTES = [
  0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x0d, 0x20, 0x09, 0x24, 0x47, 0xba, 0xbb, 0xbc, 0xbd, 0xe0, 0xc0,
];
const EXTREME_WORDS = [0x0000, 0x0001, 0x7fff, 0x8000, 0xfffe, 0xffff];
const EXTREME_LONGS = [
  0x0000_0000, 0x0000_0001, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff, 0x0000_01ba, 0x0000_01e0, 0x0000_01bc,
];
const EXTREME_DIGITS = [
  '0',
  '-1',
  '00',
  '65535',
  '65536',
  '2147483648',
  '4294967296',
  '99999999999999999999',
  '1e9',
  'NaN',
  ' ',
];

/** `bytes` with `remove` of them at `at` replaced by `insert`. */
function spliced(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  const room = MAX_MUTANT_BYTES - (bytes.length - remove);
  const put = insert.subarray(0, Math.max(0, room));
  const out = new Uint8Array(bytes.length - remove + put.length);
  out.set(bytes.subarray(0, at), 0);
  out.set(put, at);
  out.set(bytes.subarray(at + remove), at + put.length);
  return out;
}

/** A short length far more often than a long one: most parsers break at small offsets. */
function someLength(random: () => number, limit: number): number {
  if (limit <= 0) return 0;
  const scale = pick(random, [4, 16, 64, 1024, limit]);
  return 1 + below(random, Math.min(scale, limit));
}

type Mutation = (bytes: Uint8Array, random: () => number) => Uint8Array;

const flipBits: Mutation = (bytes, random) => {
  const out = bytes.slice();
  for (let n = 1 + below(random, 8); n > 0; n -= 1) {
    const at = below(random, out.length);
    out[at] = (out[at] ?? 0) ^ (1 << below(random, 8));
  }
  return out;
};

const overwriteBytes: Mutation = (bytes, random) => {
  const out = bytes.slice();
  const at = below(random, out.length);
  const length = Math.min(someLength(random, 32), out.length - at);
  for (let i = 0; i < length; i += 1) out[at + i] = random() < 0.5 ? pick(random, EXTREME_BYTES) : below(random, 256);
  return out;
};

const truncate: Mutation = (bytes, random) => bytes.slice(0, below(random, bytes.length));

const dropHead: Mutation = (bytes, random) => bytes.slice(below(random, bytes.length));

const cutOut: Mutation = (bytes, random) => {
  const at = below(random, bytes.length);
  return spliced(bytes, at, Math.min(someLength(random, bytes.length), bytes.length - at), new Uint8Array(0));
};

const duplicate: Mutation = (bytes, random) => {
  const at = below(random, bytes.length);
  const piece = bytes.slice(at, at + someLength(random, bytes.length));
  let out = bytes;
  for (let n = pick(random, [1, 1, 1, 2, 8, 64]); n > 0 && out.length < MAX_MUTANT_BYTES; n -= 1)
    out = spliced(out, at, 0, piece);
  return out;
};

const insertNoise: Mutation = (bytes, random) => {
  const noise = new Uint8Array(someLength(random, 512));
  const fill = random() < 0.3 ? pick(random, EXTREME_BYTES) : -1;
  for (let i = 0; i < noise.length; i += 1) noise[i] = fill >= 0 ? fill : below(random, 256);
  return spliced(bytes, below(random, bytes.length + 1), 0, noise);
};

/** Moves one piece of the input elsewhere: order is an assumption too. */
const splice: Mutation = (bytes, random) => {
  const from = below(random, bytes.length);
  const piece = bytes.slice(from, from + someLength(random, bytes.length));
  const rest = spliced(bytes, from, piece.length, new Uint8Array(0));
  return spliced(rest, below(random, rest.length + 1), 0, piece);
};

/** Binary length and counter fields at their edges, 16 and 32 bits, big endian. */
const extremeField: Mutation = (bytes, random) => {
  const out = bytes.slice();
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  if (random() < 0.5 && out.length >= 2) view.setUint16(below(random, out.length - 1), pick(random, EXTREME_WORDS));
  else if (out.length >= 4) view.setUint32(below(random, out.length - 3), pick(random, EXTREME_LONGS));
  return out;
};

/** Lengths written as text (Content-Length, ports, SumNum) at their edges. */
const extremeDigits: Mutation = (bytes, random) => {
  const start = below(random, bytes.length);
  for (let i = 0; i < bytes.length; i += 1) {
    const at = (start + i) % bytes.length;
    let end = at;
    while (end < bytes.length && (bytes[end] ?? 0) >= 0x30 && (bytes[end] ?? 0) <= 0x39) end += 1;
    if (end > at) return spliced(bytes, at, end - at, new TextEncoder().encode(pick(random, EXTREME_DIGITS)));
  }
  return bytes;
};

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  flipBits,
  overwriteBytes,
  truncate,
  dropHead,
  cutOut,
  duplicate,
  insertNoise,
  splice,
  extremeField,
  extremeDigits,
];

/** A changed copy of `bytes` (1 to 6 changes); the input is never written to. An empty input grows noise. */
export function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  let out: Uint8Array = new Uint8Array(bytes); // a plain copy: slice() of a Buffer would share its memory
  for (let n = pick(random, [1, 1, 1, 2, 3, 6]); n > 0; n -= 1) {
    out = out.length === 0 ? insertNoise(out, random) : pick(random, MUTATIONS)(out, random);
  }
  return out;
}

/** `bytes` cut into chunks at random places, in order: what TCP may make of it. */
export function chunks(bytes: Uint8Array, random: () => number): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = someLength(random, bytes.length - at);
    out.push(bytes.subarray(at, at + length));
    at += length;
  }
  return out;
}

/** Processor time of this process, ms: what an input costs whatever else the machine is doing. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
