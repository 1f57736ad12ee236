import type { Directory } from '../sip/camera/directory.ts';
import { learn } from '../sip/camera/profile.ts';
import type { Question } from '../sip/manscdp/question.ts';
import type { QueryFault } from '../sip/server.ts';
import type { Problem } from './views.ts';

export interface AskedPorts {
  readonly directory: Directory;
  ask<A>(deviceId: string, question: Question<A>): Promise<A | QueryFault>;
}

/** Answers with which a device says that it does not do such a thing at all. */
const REFUSALS: ReadonlySet<number> = new Set([403, 405, 415, 488, 501]);
/** Times in a row that a device took a question and said nothing, until that counts as "cannot": one answer may be lost. */
export const SILENCES = 2;

/** Asks devices and remembers what each of them cannot do: the next time that is said at once. */
export class Asked {
  readonly #ports: AskedPorts;
  /** By device and what was asked. Bounded by the directory times the commands of the standard. */
  readonly #silences = new Map<string, number>();

  constructor(ports: AskedPorts) {
    this.#ports = ports;
  }

  /**
   * Asks. `what`: the name under which it is remembered that the device cannot do it, by the standard's element name. `force`: asks also
   * when that is remembered, and believes the device when it can after all.
   */
  async ask<A>(
    deviceId: string,
    what: string,
    question: Question<A>,
    o: { readonly force: boolean },
  ): Promise<{ readonly answer: A } | Problem> {
    const known = this.#ports.directory.device(deviceId)?.profile.notSupported ?? [];
    if (!o.force && known.includes(what))
      return {
        problem: 'not_supported',
        detail: `The device ${deviceId} cannot do ${what}: it has shown that before. \`?force=true\` asks it again.`,
      };
    const answer = await this.#ports.ask(deviceId, question);
    if (answer !== null && typeof answer === 'object' && 'fault' in answer)
      return this.#problem(deviceId, what, answer);
    this.#silences.delete(`${deviceId} ${what}`);
    if (known.includes(what)) this.#remember(deviceId, (list) => list.filter((each) => each !== what));
    return { answer: answer as A };
  }

  /** The device itself has said that it cannot, in the body of its answer. */
  cannot(deviceId: string, what: string): Problem {
    this.#remember(deviceId, (list) => (list.includes(what) ? list : [...list, what]));
    return { problem: 'not_supported', detail: `The device ${deviceId} cannot do ${what}.` };
  }

  #problem(deviceId: string, what: string, { fault, detail, status, taken }: QueryFault): Problem {
    switch (fault) {
      case 'not-found':
        return { problem: 'device_not_found', detail: `There is no device ${deviceId}.` };
      case 'rejected':
        if (status !== undefined && REFUSALS.has(status)) return this.cannot(deviceId, what);
        return { problem: 'device_error', detail: `The device ${deviceId} refused ${what}: ${detail}.` };
      case 'busy':
        return { problem: 'rate_limited', detail: `The device ${deviceId} is asked too much: ${detail}.` };
      case 'closed':
        return { problem: 'shutting_down', detail: 'The gateway is shutting down.' };
      case 'timeout':
        if (taken === true) this.#silent(deviceId, what);
        return { problem: 'device_timeout', detail: `The device ${deviceId} did not answer ${what}: ${detail}.` };
      default:
        return { problem: 'device_offline', detail: `The device ${deviceId} is not reached: ${detail}.` };
    }
  }

  #silent(deviceId: string, what: string): void {
    const key = `${deviceId} ${what}`;
    const times = (this.#silences.get(key) ?? 0) + 1;
    this.#silences.set(key, times);
    if (times < SILENCES) return;
    this.#silences.delete(key);
    this.cannot(deviceId, what);
  }

  #remember(deviceId: string, change: (list: readonly string[]) => readonly string[]): void {
    const device = this.#ports.directory.device(deviceId);
    if (device === undefined) return;
    const before = device.learned.notSupported ?? [];
    const after = change(before);
    if (after.length === before.length || !learn(device, 'notSupported', after)) return;
    this.#ports.directory.save(device);
  }
}
