/** Finds the end of a file in footage that comes again, by the hashes of its newest pictures. */

/** So many pictures in a row must be the same where none of them is a key frame: pictures of nothing that moves repeat themselves. */
const MIN_RUN = 3;

/** A way in which what comes may lie on what is there. */
interface Lie {
  /** Index in the tail of the next picture. */
  next: number;
  length: number;
  readonly hasKey: boolean;
}

export class Overlap {
  readonly #tail: readonly number[];
  #lies: Lie[] = [];

  /** `tail`: hashes of the newest pictures of the file, in order. */
  constructor(tail: readonly number[]) {
    this.#tail = tail;
  }

  /** The next picture that comes: true when it is the last of the file, and those before it were those before that. */
  isLast(hash: number, isKey: boolean): boolean {
    this.#lies = this.#lies.filter((lie) => this.#tail[lie.next] === hash);
    for (const lie of this.#lies) {
      lie.next += 1;
      lie.length += 1;
    }
    if (this.#lies.length === 0)
      for (const [index, one] of this.#tail.entries())
        if (one === hash) this.#lies.push({ next: index + 1, length: 1, hasKey: isKey });
    return this.#lies.some(
      ({ next, length, hasKey }) => next === this.#tail.length && (hasKey || length >= Math.min(MIN_RUN, next)),
    );
  }
}
