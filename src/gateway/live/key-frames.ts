import type { KeyFrameCommand } from '../../sip/manscdp/key-frame.ts';

/** A camera that obeys does so with its next frame; what comes later would have come by itself. */
const ANSWER_MS = 1500;

export interface KeyFramesPorts {
  /** The spelling that is likely right for this device. */
  likely(): KeyFrameCommand;
  ask(command: KeyFrameCommand): void;
  /** This spelling was obeyed where the other one was not. */
  obeyed(command: KeyFrameCommand): void;
  nowMs(): number;
}

/** Asks a camera for key frames, in the other spelling when the likely one was not obeyed (ES-1, PTZ-6). */
export class KeyFrames {
  readonly #ports: KeyFramesPorts;
  #asked: { command: KeyFrameCommand; atMs: number; tries: number } | null = null;

  constructor(ports: KeyFramesPorts) {
    this.#ports = ports;
  }

  /** The feed waits for one. */
  wanted(): void {
    const { likely, ask, nowMs } = this.#ports;
    const tries = this.#asked?.tries ?? 0;
    const first = likely();
    const command = tries % 2 === 0 ? first : first === 'IFameCmd' ? 'IFrameCmd' : 'IFameCmd';
    this.#asked = { command, atMs: nowMs(), tries: tries + 1 };
    ask(command);
  }

  /** One came. */
  came(): void {
    const asked = this.#asked;
    if (asked === null) return;
    this.#asked = null;
    const isAnswer = this.#ports.nowMs() - asked.atMs <= ANSWER_MS;
    if (isAnswer && asked.command !== this.#ports.likely()) this.#ports.obeyed(asked.command);
  }
}
