import { type Static, Type } from '@sinclair/typebox';
import { MAX_WAITING, type PlaybackCommand } from '../gateway/playback/playback-control.ts';
import type { Gateway } from '../gateway/port.ts';
import { isProblem } from '../gateway/views.ts';
import type { Grant } from './auth.ts';
import { parseTime } from './times.ts';
import type { ViewerAddress } from './viewer-address.ts';

/** `2026-11-21T09:30:00.000+08:00` has 29. */
const MAX_TIME_CHARACTERS = 64;

export const PlaybackSpeed = Type.Number({
  description: '0.25, 0.5, 1, 2, 4, 8; below 0 backwards, where the device can',
});

/** How a playback is moved, over the API and over a viewer's socket. */
export const ControlBody = Type.Object(
  {
    action: Type.Unsafe<PlaybackCommand['action']>({ type: 'string', enum: ['pause', 'resume', 'speed', 'seek'] }),
    speed: Type.Optional(PlaybackSpeed),
    time: Type.Optional(
      Type.String({ maxLength: MAX_TIME_CHARACTERS, description: 'Content time to go to; ISO 8601 with offset' }),
    ),
  },
  { additionalProperties: false },
);

/** The command of a request, or what is wrong with it. */
export function commandOf({ action, speed, time }: Static<typeof ControlBody>): PlaybackCommand | string {
  switch (action) {
    case 'pause':
    case 'resume':
      return { action };
    case 'speed':
      return speed === undefined ? 'The action `speed` needs a `speed`.' : { action, speed };
    case 'seek': {
      const epochMs = time === undefined ? null : parseTime(time);
      return epochMs === null ? 'The action `seek` needs a `time`, ISO 8601 with an offset.' : { action, epochMs };
    }
  }
}

const ACTIONS: readonly unknown[] = ControlBody.properties.action.enum;

function isControl(message: Record<string, unknown>): message is Static<typeof ControlBody> {
  const { action, speed, time, ...rest } = message;
  const isSpeed = speed === undefined || Number.isFinite(speed);
  const isTime = time === undefined || (typeof time === 'string' && time.length <= MAX_TIME_CHARACTERS);
  return ACTIONS.includes(action) && isSpeed && isTime && Object.keys(rest).length === 0;
}

/** A finger on a slider; the playback itself takes no more than so many that wait for their device. */
export const MAX_CONTROLS_PER_SECOND = 10;

/** `{"type":"control", …}` of one viewer (contract, viewers): answered by a `state` with its `action`, and a `code` when it is refused. */
export class ViewerControl {
  readonly #gateway: Gateway;
  readonly #address: ViewerAddress;
  readonly #mayControl: boolean;
  readonly #answer: (text: string) => void;
  #waiting = 0;
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #inWindow = 0;

  /** `answer` sends a text message. */
  constructor(gateway: Gateway, address: ViewerAddress, grant: Grant, answer: (text: string) => void) {
    this.#gateway = gateway;
    this.#address = address;
    // a signature lets look, and so does the reader's token
    this.#mayControl = grant === 'admin';
    this.#answer = answer;
  }

  /** One message, without its `type`; anything may stand in it. */
  async take(message: Record<string, unknown>, nowMs: number): Promise<void> {
    const refusal = this.#refusal(message, nowMs) ?? (await this.#do(message as Static<typeof ControlBody>));
    const stream = this.#address.kind === 'stream' ? this.#gateway.stream(this.#address.streamId) : null;
    const state = stream === null || isProblem(stream) ? 'playing' : stream.state;
    const { action } = message;
    this.#answer(
      JSON.stringify({ type: 'state', state, action: ACTIONS.includes(action) ? action : 'unknown', ...refusal }),
    );
  }

  #refusal(message: Record<string, unknown>, nowMs: number): Refusal | null {
    if (!this.#mayControl) return { code: 'forbidden', detail: 'This address lets look, not control.' };
    if (nowMs - this.#windowStartMs >= 1000) {
      this.#windowStartMs = nowMs;
      this.#inWindow = 0;
    }
    if (++this.#inWindow > MAX_CONTROLS_PER_SECOND || this.#waiting >= MAX_WAITING)
      return { code: 'rate_limited', detail: `${MAX_CONTROLS_PER_SECOND} commands a second are enough.` };
    if (!isControl(message))
      return {
        code: 'bad_request',
        detail: 'A control has an `action`, and a `speed` or a `time` where it needs one.',
      };
    return null;
  }

  async #do(message: Static<typeof ControlBody>): Promise<Refusal | null> {
    const command = commandOf(message);
    if (typeof command === 'string') return { code: 'bad_request', detail: command };
    if (this.#address.kind !== 'stream')
      return { code: 'not_supported', detail: 'Only recorded footage can be paused and moved.' };
    const stream = this.#gateway.stream(this.#address.streamId);
    if (isProblem(stream)) return { code: stream.problem, detail: stream.detail };
    if (stream.kind !== 'playback')
      return { code: 'not_supported', detail: 'Only recorded footage can be paused and moved.' };
    this.#waiting++;
    try {
      const refused = await this.#gateway.playbacks.control(stream.id, command);
      return refused === null ? null : { code: refused.problem, detail: refused.detail };
    } finally {
      this.#waiting--;
    }
  }
}

interface Refusal {
  readonly code: string;
  readonly detail: string;
}
