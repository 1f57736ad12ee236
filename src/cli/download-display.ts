import { contentMs, type Item, progressLine, Rate } from './download-progress.ts';
import type { Io } from './io.ts';

const DRAW_MS = 500;
/** Lines for a log, where no line can be drawn anew. */
const LOG_MS = 10_000;

/** The line of progress on stderr: drawn anew on a terminal, now and then a new one elsewhere. */
export class Display {
  readonly #io: Io;
  readonly #items: readonly Item[];
  readonly #rate = new Rate();
  readonly #timer: NodeJS.Timeout | null;
  #loggedMs = performance.now();

  constructor(io: Io, items: readonly Item[], isQuiet: boolean) {
    this.#io = io;
    this.#items = items;
    this.#timer = isQuiet ? null : setInterval(() => this.#draw(), DRAW_MS);
  }

  /** Words that stay, above the line. */
  above(words: string): void {
    this.#io.stderr.write(`${this.#clear()}${words}`);
  }

  end(): void {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#io.stderr.write(this.#clear());
  }

  #clear(): string {
    return this.#io.stderr.isTTY === true ? '\r\u001b[K' : '';
  }

  #draw(): void {
    const nowMs = performance.now();
    this.#rate.add(nowMs, contentMs(this.#items));
    const isTerminal = this.#io.stderr.isTTY === true;
    if (!isTerminal && nowMs - this.#loggedMs < LOG_MS) return;
    this.#loggedMs = nowMs;
    const line = progressLine(this.#items, this.#rate.perMs);
    this.#io.stderr.write(isTerminal ? `${this.#clear()}${line}` : `${line}\n`);
  }
}
