import { type MobilePosition, positionQuestion } from '../../sip/manscdp/mobile-position.ts';
import type { Asked } from '../control/asked.ts';
import { isProblem, type Problem } from '../views.ts';
import type { PositionView } from './told-views.ts';

/** Where something is, asked now by a MESSAGE (GB/T 28181 A.2.4): some devices answer, others tell it as if they had been subscribed to. */

/** One position, and whose it is. */
export interface Placed {
  readonly channelId: string;
  readonly view: PositionView;
}

export interface PositionQuestionsPorts {
  readonly asked: Pick<Asked, 'askChannel' | 'silent'>;
  missing(deviceId: string, channelId: string): Problem | null;
  /** Keeps what was answered as if it had been told. */
  take(deviceId: string, positions: readonly MobilePosition[]): readonly Placed[];
}

interface Asker {
  readonly deviceId: string;
  readonly channelId: string;
  hear: (view: PositionView) => void;
}

export class PositionQuestions {
  readonly #ports: PositionQuestionsPorts;
  /** As many as requests are open. */
  readonly #askers = new Set<Asker>();

  constructor(ports: PositionQuestionsPorts) {
    this.#ports = ports;
  }

  async ask(deviceId: string, channelId: string, o: { force: boolean }): Promise<PositionView | Problem> {
    const refusal = this.#ports.missing(deviceId, channelId);
    if (refusal !== null) return refusal;
    const asker: Asker = { deviceId, channelId, hear: () => {} };
    const heard = new Promise<PositionView>((hear) => {
      asker.hear = hear;
    });
    this.#askers.add(asker);
    try {
      return await Promise.race([heard, this.#answer(asker, o)]);
    } finally {
      this.#askers.delete(asker);
    }
  }

  /** A position has come; who asks for the device as a whole takes that of any of its channels. */
  told(deviceId: string, { channelId, view }: Placed): void {
    for (const asker of this.#askers)
      if (asker.deviceId === deviceId && (asker.channelId === channelId || asker.channelId === deviceId))
        asker.hear(view);
  }

  async #answer(asker: Asker, o: { force: boolean }): Promise<PositionView | Problem> {
    const { asked, take } = this.#ports;
    const { deviceId, channelId } = asker;
    const what = 'MobilePosition';
    const said = await asked.askChannel(deviceId, channelId, what, positionQuestion, o);
    if (isProblem(said)) return said;
    if (said.answer === null) {
      const silence = 'it took the question and said nothing';
      // who was told it meanwhile is gone: that was no silence
      if (this.#askers.has(asker)) return asked.silent(deviceId, what, silence);
      return { problem: 'device_timeout', detail: silence };
    }
    const placed = take(deviceId, said.answer.positions);
    const own = placed.find((each) => each.channelId === channelId) ?? placed[0];
    if (own !== undefined) return own.view;
    const { ok, reason } = said.answer;
    const why = ok ? 'no place' : reason === undefined ? 'ERROR' : `ERROR: ${reason}`;
    return { problem: 'device_error', detail: `The device ${deviceId} answered ${what} with ${why}.` };
  }
}
