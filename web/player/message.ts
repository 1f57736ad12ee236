import { make } from './dom.ts';
import type { GbPlayer, PlayerState } from './state.ts';
import { sentenceOf, type Words } from './words.ts';

/** The words over the picture: what the player is doing, why there is no picture, and what can be done about it. */
export class Message {
  readonly element = make('div', 'message');
  readonly #host: GbPlayer;
  readonly #spinner = make('span', 'spinner');
  readonly #sentence = make('p', '');
  readonly #countdown = make('p', 'countdown');
  readonly #again = make('button', 'again');
  readonly #subStream = make('button', 'sub-stream');
  readonly #subStreamAddress: () => string | null;
  #words: Words;
  #timer: number | undefined;

  /** `subStream` is the address of the sub-stream, or null where there is none to offer. */
  constructor(host: GbPlayer, words: Words, subStream: () => string | null) {
    this.#host = host;
    this.#words = words;
    this.#subStreamAddress = subStream;
    this.element.part.add('message');
    this.element.hidden = true;
    this.#sentence.role = 'status';
    // Read out once by the sentence; a number that changes each second would never let a screen reader go.
    this.#countdown.ariaHidden = 'true';
    this.#spinner.ariaHidden = 'true';
    this.#again.type = 'button';
    this.#again.addEventListener('click', () => host.play());
    this.#subStream.type = 'button';
    this.#subStream.addEventListener('click', () => {
      const address = subStream();
      if (address !== null) host.src = address;
    });
    this.element.append(this.#spinner, this.#sentence, this.#countdown, this.#subStream, this.#again);
  }

  /** Puts `state` into words, or hides. */
  show(state: PlayerState, words: Words): void {
    this.#words = words;
    window.clearInterval(this.#timer);
    const sentence = this.#host.quiet ? '' : sentenceOf(state, words);
    this.element.hidden = sentence === '';
    if (this.#sentence.textContent !== sentence) this.#sentence.textContent = sentence;
    this.#spinner.hidden = !['connecting', 'waiting', 'retrying'].includes(state.type);
    this.#again.hidden = !['closed', 'blocked'].includes(state.type);
    this.#again.textContent = state.type === 'blocked' ? words.play : words.again;
    this.#subStream.hidden = state.type !== 'undecodable' || this.#subStreamAddress() === null;
    this.#subStream.textContent = words.subStream;
    this.#countdown.hidden = state.type !== 'retrying';
    if (state.type === 'retrying') this.#countDown(performance.now() + state.inMs);
  }

  /** Stops counting. */
  close(): void {
    window.clearInterval(this.#timer);
  }

  #countDown(untilMs: number): void {
    const tell = () => {
      const seconds = Math.max(1, Math.ceil((untilMs - performance.now()) / 1_000));
      this.#countdown.textContent = this.#words.retrying.replace('#', String(seconds));
    };
    tell();
    this.#timer = window.setInterval(tell, 250);
  }
}
