import type { Directory } from '../../sip/camera/directory.ts';
import { learn } from '../../sip/camera/profile.ts';
import { EDITIONS, editionNamed, lackedUntil, shownBy } from '../../sip/editions.ts';
import type { Question } from '../../sip/manscdp/question.ts';
import type { QueryFault } from '../../sip/server.ts';
import type { Problem } from '../views.ts';

export interface AskedPorts {
  readonly directory: Directory;
  ask<A>(deviceId: string, question: Question<A>): Promise<A | QueryFault>;
  /** A deviation of this device was tolerated. */
  found(deviceId: string, code: string, detail: string): void;
}

/** Answers with which a device says that it does not do such a thing at all. */
const REFUSALS: ReadonlySet<number> = new Set([403, 405, 415, 488, 501]);
/** Times in a row that a device took a question and said nothing, until that counts as "cannot": one answer may be lost. */
export const SILENCES = 2;
/** No device fails at more than this many things; its profile takes as many. */
export const MAX_NOT_SUPPORTED = 64;

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
    const known = this.#known(deviceId, what, o);
    return known ?? this.#judge(deviceId, what, await this.#ports.ask(deviceId, question), question.answer);
  }

  /**
   * The same about a channel, which the body names by its own id, as the standard has it (PTZ-5). A camera that refuses that, or is
   * silent, is asked by the id of the device, and what it answers to is remembered. Never a recorder: its first channel would act instead.
   */
  async askChannel<A>(
    deviceId: string,
    channelId: string,
    what: string,
    question: (targetId: string) => Question<A>,
    o: { readonly force: boolean },
  ): Promise<{ readonly answer: A } | Problem> {
    const known = this.#known(deviceId, what, o);
    if (known !== null) return known;
    const [first, other] = this.#targets(deviceId, channelId);
    const asking = question(first);
    const answer = await this.#ports.ask(deviceId, asking);
    if (other !== undefined && isDeaf(answer)) {
      const second = await this.#ports.ask(deviceId, question(other));
      if (!isFault(second)) {
        const device = this.#ports.directory.device(deviceId);
        const form = other === deviceId ? 'device' : 'channel';
        if (device !== undefined && learn(device, 'controlIdForm', form)) this.#ports.directory.save(device);
        this.#ports.found(deviceId, 'PTZ-5', `it takes controls that name the ${form}, not those that name the other`);
        return this.#judge(deviceId, what, second, asking.answer);
      }
    }
    return this.#judge(deviceId, what, answer, asking.answer);
  }

  /** Whom the body names first, and then. */
  #targets(deviceId: string, channelId: string): readonly [first: string, other?: string] {
    const { directory } = this.#ports;
    const device = directory.device(deviceId);
    if (channelId === deviceId || device === undefined || directory.channelCount(deviceId) > 1) return [channelId];
    if (device.byHand.idForm !== undefined) return [device.byHand.idForm === 'device' ? deviceId : channelId];
    const form = device.profile.controlIdForm ?? device.profile.idForm;
    return form === 'device' ? [deviceId, channelId] : [channelId, deviceId];
  }

  #known(deviceId: string, what: string, o: { readonly force: boolean }): Problem | null {
    if (o.force) return null;
    const isShown = this.isBeyond(deviceId, what);
    const since = isShown ? null : this.#lackedUntil(deviceId, what);
    if (!isShown && since === null) return null;
    const why = isShown
      ? `cannot do ${what}: it has shown that before`
      : `speaks an edition of before ${since}, which has no ${what}`;
    return { problem: 'not_supported', detail: `The device ${deviceId} ${why}. \`?force=true\` asks it all the same.` };
  }

  /** The edition that it would need, when the one that it names has no such thing and it has not taken it all the same. */
  #lackedUntil(deviceId: string, what: string): string | null {
    const device = this.#ports.directory.device(deviceId);
    if (device === undefined || device.learned.beyondEdition?.includes(what) === true) return null;
    return lackedUntil(editionNamed(device), what);
  }

  /** It does such a thing: which edition does that show, or what beyond the one that it names? */
  #shows(deviceId: string, what: string, kind: Question<unknown>['answer']): void {
    const device = this.#ports.directory.device(deviceId);
    const least = shownBy(what);
    if (device === undefined || least === null) return;
    if (this.#lackedUntil(deviceId, what) !== null) {
      const { beyondEdition = [] } = device.learned;
      if (learn(device, 'beyondEdition', [...beyondEdition, what])) this.#ports.directory.save(device);
      return;
    }
    // a 200 alone is said to everything; nobody writes an answer who does not know the question
    const { learned } = device;
    const isNews = learned.edition === undefined || EDITIONS.indexOf(learned.edition) < EDITIONS.indexOf(least);
    if (kind === 'response' && editionNamed(device) === null && isNews && learn(device, 'edition', least))
      this.#ports.directory.save(device);
  }

  #judge<A>(
    deviceId: string,
    what: string,
    answer: A | QueryFault,
    kind: Question<A>['answer'],
  ): { readonly answer: A } | Problem {
    if (isFault(answer)) return this.#problem(deviceId, what, answer);
    // what need not be answered and was not shows nothing
    if (kind === 'optional' && answer === null) return { answer };
    this.#silences.delete(`${deviceId} ${what}`);
    this.#remember(deviceId, (list) => list.filter((each) => each !== what));
    this.#shows(deviceId, what, kind);
    return { answer };
  }

  /** The device itself has said that it cannot, in the body of its answer. */
  cannot(deviceId: string, what: string): Problem {
    this.#remember(deviceId, (list) =>
      list.includes(what) || list.length >= MAX_NOT_SUPPORTED ? list : [...list, what],
    );
    return { problem: 'not_supported', detail: `The device ${deviceId} cannot do ${what}.` };
  }

  /** It was seen that the device can. */
  can(deviceId: string, what: string): void {
    this.#remember(deviceId, (list) => list.filter((each) => each !== what));
  }

  /** Whether it is remembered that the device cannot. */
  isBeyond(deviceId: string, what: string): boolean {
    return this.#ports.directory.device(deviceId)?.profile.notSupported?.includes(what) === true;
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
        if (taken === true) return this.silent(deviceId, what, detail);
        return { problem: 'device_timeout', detail: `The device ${deviceId} did not answer ${what}: ${detail}.` };
      case 'offline':
        return {
          problem: 'device_offline',
          detail: `The device ${deviceId} is offline: ask again when it has registered.`,
        };
      default:
        return { problem: 'device_offline', detail: `The device ${deviceId} is not reached: ${detail}.` };
    }
  }

  /** The device took a question and said nothing. Again and again that means that it cannot. */
  silent(deviceId: string, what: string, detail: string): Problem {
    const key = `${deviceId} ${what}`;
    const times = (this.#silences.get(key) ?? 0) + 1;
    this.#silences.set(key, times);
    if (times >= SILENCES) {
      this.#silences.delete(key);
      this.cannot(deviceId, what);
    }
    return { problem: 'device_timeout', detail: `The device ${deviceId} did not answer ${what}: ${detail}.` };
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

function isFault<A>(answer: A | QueryFault): answer is QueryFault {
  return answer !== null && typeof answer === 'object' && 'fault' in answer;
}

/** It heard the question and wanted nothing of it. */
function isDeaf(answer: unknown): boolean {
  return isFault(answer) && (answer.fault === 'rejected' || (answer.fault === 'timeout' && answer.taken === true));
}
