import type { IdForm, SdpForm } from '../../sip/camera/profile.ts';
import type { PulledTransport, PullTransport } from '../views.ts';
import type { CallEnd } from './call.ts';
import { climbWords, type FailedTransport } from './pull-words.ts';

/**
 * The transports to try for one pull, best first. An explicit wish is the only rung; `auto` climbs: what worked for
 * this device before, then TCP passive (no loss, and the device can come out through its NAT), UDP, TCP active; UDP before
 * TCP where the edition of the device has it so.
 */
export function transportLadder(
  wishes: readonly (PullTransport | undefined)[],
  worked: PulledTransport | null,
  first: 'udp' | 'tcp-passive',
): PulledTransport[] {
  const wish = wishes.find((transport) => transport !== undefined) ?? 'auto';
  if (wish !== 'auto') return [wish];
  const order: PulledTransport[] =
    first === 'udp' ? ['udp', 'tcp-passive', 'tcp-active'] : ['tcp-passive', 'udp', 'tcp-active'];
  return worked === null ? order : [worked, ...order.filter((transport) => transport !== worked)];
}

/** One way to ask for a stream. */
export interface Rung {
  readonly transport: PulledTransport;
  readonly sdpForm: SdpForm;
  readonly idForm: IdForm;
}

/** A rung in words, for findings. */
export function rungWords(rung: Rung): string {
  return `the ${rung.sdpForm} offer over ${rung.transport} to the ${rung.idForm} id`;
}

/** What may be tried, each list best first and none empty. */
export interface LadderPlan {
  readonly transports: readonly PulledTransport[];
  readonly sdpForms: readonly SdpForm[];
  readonly idForms: readonly IdForm[];
}

/** The device took the call, and no media came on this transport. */
function isSilence(
  end: CallEnd,
): end is Extract<CallEnd, { kind: 'no-media' | 'no-connection' | 'transport-refused' }> {
  return end.kind === 'no-media' || end.kind === 'no-connection' || end.kind === 'transport-refused';
}

/** Every transport with every form of the offer, and both ids: no device is asked more often than this for one picture. */
const MAX_RUNGS = 12;

/**
 * One climb. How a rung failed says which part of it to change: silence and refused connections the transport, a
 * refused description (RFC 3261 21.4.26) first the transport and then the form of the offer, an unknown name the id (INV-5).
 */
export class Ladder {
  readonly #plan: LadderPlan;
  #transport = 0;
  #form = 0;
  #id = 0;
  #climbed = 0;
  readonly #failed: FailedTransport[] = [];

  constructor(plan: LadderPlan) {
    this.#plan = plan;
  }

  /** The rung to try now. */
  get rung(): Rung | null {
    const transport = this.#plan.transports[this.#transport];
    const sdpForm = this.#plan.sdpForms[this.#form];
    const idForm = this.#plan.idForms[this.#id];
    return transport === undefined || sdpForm === undefined || idForm === undefined
      ? null
      : { transport, sdpForm, idForm };
  }

  /** True when silence on this rung would lead to another one. */
  get hasNextTransport(): boolean {
    return this.#transport + 1 < this.#plan.transports.length;
  }

  /** More than one transport is tried before this ladder gives up. */
  get hasManyTransports(): boolean {
    return this.#plan.transports.length > 1;
  }

  /** An end as it is told when the climb is over: after several transports that brought nothing it speaks of all of them. */
  told(end: CallEnd): CallEnd {
    return isSilence(end) && this.#failed.length > 1 ? { kind: 'no-media', detail: climbWords(this.#failed) } : end;
  }

  /** Moves to the rung that such an end asks for; false when there is none, and the ladder stays where it is. */
  climb(end: CallEnd): boolean {
    const { rung } = this;
    if (rung !== null && isSilence(end)) this.#failed.push({ transport: rung.transport, detail: end.detail });
    if (++this.#climbed >= MAX_RUNGS) return false;
    switch (end.kind) {
      case 'no-media':
      case 'no-connection':
      case 'transport-refused':
        return this.#nextTransport();
      case 'rejected':
        switch (end.status) {
          case 488:
          case 415:
          case 606:
            return this.#nextTransport() || this.#nextForm();
          case 400:
            return this.#nextForm() || this.#nextTransport() || this.#nextId();
          case 403:
            return this.#nextId() || this.#nextForm();
          case 404:
            return this.#nextId();
          default:
            return false;
        }
      default:
        return false;
    }
  }

  #nextTransport(): boolean {
    if (!this.hasNextTransport) return false;
    this.#transport++;
    return true;
  }

  #nextForm(): boolean {
    if (this.#form + 1 >= this.#plan.sdpForms.length) return false;
    this.#form++;
    this.#transport = 0;
    return true;
  }

  #nextId(): boolean {
    if (this.#id + 1 >= this.#plan.idForms.length) return false;
    this.#id++;
    this.#form = 0;
    this.#transport = 0;
    return true;
  }
}

/** Pauses between attempts to bring a stream back, in ms; the last one repeats. A camera reboots in 30–60 s. */
const RETRY_PAUSES_MS = [1000, 2000, 5000, 10_000, 20_000, 30_000] as const;

/** A device that ended the call itself or unregistered is left alone this long, or it would be invited in a circle. */
export const DEVICE_ENDED_PAUSE_MS = 5000;

/** How long to wait before attempt number `failures` + 1. */
export function retryPauseMs(failures: number, deviceEnded: boolean): number {
  const pause = RETRY_PAUSES_MS[Math.min(failures, RETRY_PAUSES_MS.length - 1)] ?? 30_000;
  return deviceEnded ? Math.max(pause, DEVICE_ENDED_PAUSE_MS) : pause;
}
