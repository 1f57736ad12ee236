import { levelOf } from './level.ts';
import { Line } from './line.ts';
import { Loudspeaker } from './loudspeaker.ts';
import { type Microphone, openMicrophone } from './microphone.ts';

export interface TalkingState {
  readonly phase: 'idle' | 'calling' | 'talking';
  readonly isHeld: boolean;
  readonly isHandsFree: boolean;
  /** Why the last one did not come about, or ended: a code of the gateway, or `microphone.*`. */
  readonly problem?: string;
}

/** After the button was let go the line stands this long: the next word needs no call. */
const KEEP_MS = 8000;

/** One person who talks to one channel: microphone, line and loudspeaker, opened together and closed together. */
export class Talking {
  readonly #address: (o: { isForced: boolean }) => string;
  readonly #onState: (state: TalkingState) => void;
  readonly #onLevel: (level: number) => void;
  #state: TalkingState = { phase: 'idle', isHeld: false, isHandsFree: false };
  #line: Line | null = null;
  #microphone: Microphone | null = null;
  #loudspeaker: Loudspeaker | null = null;
  #keep: ReturnType<typeof setTimeout> | undefined;
  /** Counts the beginnings: what an earlier one still waits for is thrown away. */
  #turn = 0;

  /** The next call is made although the device is known to take no voice. */
  isForced = false;

  /** `onLevel`: how loud each frame is that is spoken, 0 to 1. */
  constructor(
    address: (o: { isForced: boolean }) => string,
    onState: (state: TalkingState) => void,
    onLevel: (level: number) => void,
  ) {
    this.#address = address;
    this.#onState = onState;
    this.#onLevel = onLevel;
  }

  /** The button is held, or let go. */
  hold(isHeld: boolean): void {
    if (isHeld !== this.#state.isHeld) this.#want({ isHeld });
  }

  /** Speaks without the button. */
  handsFree(isHandsFree: boolean): void {
    this.#want({ isHandsFree });
  }

  /** Idempotent. */
  close(): void {
    clearTimeout(this.#keep);
    this.#turn += 1;
    this.#line?.close();
    this.#microphone?.close();
    this.#loudspeaker?.close();
    this.#line = null;
    this.#microphone = null;
    this.#loudspeaker = null;
  }

  get #isWanted(): boolean {
    return this.#state.isHeld || this.#state.isHandsFree;
  }

  #want(change: Partial<TalkingState>): void {
    clearTimeout(this.#keep);
    const { problem: _, ...state } = this.#state;
    this.#set({ ...state, ...change });
    this.#hush();
    if (this.#isWanted && this.#state.phase === 'idle') void this.#begin();
    else if (!this.#isWanted) this.#keep = setTimeout(() => this.#end(), KEEP_MS);
  }

  /** While the button is held one does not hear oneself come back out of the device. */
  #hush(): void {
    this.#loudspeaker?.mute(this.#state.isHeld && !this.#state.isHandsFree);
  }

  async #begin(): Promise<void> {
    this.#set({ ...this.#state, phase: 'calling' });
    this.#turn += 1;
    const turn = this.#turn;
    const microphone = await openMicrophone(
      (frame) => {
        if (!this.#isWanted) return;
        this.#line?.send(frame);
        this.#onLevel(levelOf(frame));
      },
      () => {
        if (turn === this.#turn) this.#end('microphone.broken');
      },
    );
    if (typeof microphone === 'string') {
      if (turn === this.#turn) this.#end(`microphone.${microphone}`);
      return;
    }
    if (turn !== this.#turn) {
      microphone.close();
      return;
    }
    this.#microphone = microphone;
    const loudspeaker = new Loudspeaker();
    this.#loudspeaker = loudspeaker;
    this.#hush();
    this.#line = new Line(this.#address({ isForced: this.isForced }), {
      onState: (phase) => this.#set({ ...this.#state, phase }),
      onHeard: (pcm) => loudspeaker.play(pcm),
      onEnd: (code) => this.#end(code),
    });
  }

  #end(problem = ''): void {
    this.close();
    this.#set({ phase: 'idle', isHeld: false, isHandsFree: false, ...(problem === '' ? {} : { problem }) });
  }

  #set(state: TalkingState): void {
    this.#state = state;
    this.#onState(state);
  }
}
