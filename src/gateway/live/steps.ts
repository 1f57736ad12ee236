import type { ReceiverEvent } from '../../media/receiver.ts';
import { formatSsrc } from '../../sip/ssrc.ts';
import type { Clock } from '../clock.ts';
import type { StepView } from '../views.ts';

/** The names of the time line of a pull, in the order in which they normally come. */
export type StepName =
  | 'port'
  | 'invite'
  | 'provisional'
  | 'answer'
  | 'connected'
  | 'first packet'
  | 'first pack'
  | 'codecs'
  | 'first key frame'
  | 'first fragment'
  | 'failed'
  | 'ended';

/** A stream that is invited again and again keeps its first steps and its newest ones. */
const KEPT_STEPS = 60;
/** The first attempt in full (11 names) stays for ever: it answers "why did it take so long the first time". */
const KEPT_FIRST = 12;

/** The time line of a pull: what happened when, in words that a person can act on. */
export class Steps {
  readonly #steps: { name: StepName; epochMs: number; ms: number; detail?: string }[] = [];
  readonly #clock: Clock;
  #startMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(name: StepName, detail?: string): void {
    const nowMs = this.#clock.nowMs();
    this.#startMs ??= nowMs;
    const step = { name, epochMs: this.#clock.epochMs(), ms: Math.round((nowMs - this.#startMs) * 10) / 10 };
    if (this.#steps.length >= KEPT_STEPS) this.#steps.splice(KEPT_FIRST, 1);
    this.#steps.push(detail === undefined ? step : { ...step, detail });
  }

  /** The step that media is which came in, if it is one. */
  media(event: ReceiverEvent): void {
    if (event.type === 'first-packet') this.add('first packet', `${event.remote}, SSRC ${formatSsrc(event.ssrc)}`);
    else if (event.type === 'first-pack') this.add('first pack');
    else if (event.type === 'init') this.add('codecs', event.init.mime);
  }

  view(iso: (epochMs: number) => string): StepView[] {
    return this.#steps.map(({ epochMs, ...step }) => ({ ...step, at: iso(epochMs) }));
  }
}
