import { type DeviceInfo, looksLikeDeviceInfo, readDeviceInfo } from '../manscdp/device-info.ts';
import { type DeviceStatus, looksLikeDeviceStatus, readDeviceStatus } from '../manscdp/device-status.ts';
import { type Envelope, isCommand } from '../manscdp/envelope.ts';
import type { Noted } from './device-findings.ts';

/** Questions in flight: a Query went out, its Response comes as a MESSAGE of the device's own (GB/T 28181 9.5). */

/** Time for an answer: 5 to 10 s in practice. */
export const ANSWER_MS = 10_000;
/** Questions in flight in all; one device has at most a handful. */
export const MAX_QUESTIONS = 50_000;

/** Why a question has no answer. */
export interface QueryFault {
  fault: 'not-found' | 'offline' | 'timeout' | 'rejected' | 'unreachable' | 'busy' | 'closed';
  detail: string;
  /** Status of the device's SIP answer when it was `rejected`. */
  status?: number;
}

interface AnswerOf {
  DeviceInfo: DeviceInfo;
  DeviceStatus: DeviceStatus;
}
export type QueryCommand = keyof AnswerOf;

interface Question {
  deviceId: string;
  command: QueryCommand;
  sn: number;
  deadlineMs: number;
  settle(answer: AnswerOf[QueryCommand] | QueryFault): void;
}

export class Questions {
  readonly #open: Question[] = [];

  /** Notes a question; false when there are too many. `settle` is called exactly once. */
  ask<C extends QueryCommand>(
    deviceId: string,
    command: C,
    sn: number,
    settle: (answer: AnswerOf[C] | QueryFault) => void,
    nowMs: number,
  ): boolean {
    if (this.#open.length >= MAX_QUESTIONS) return false;
    // the command of the row decides what is read, so the narrower callback only ever sees its own type
    this.#open.push({ deviceId, command, sn, deadlineMs: nowMs + ANSWER_MS, settle: settle as Question['settle'] });
    return true;
  }

  /**
   * Takes a Response from a device: by SN first, whatever its CmdType says when the fields fit (XML-8: sample documents copy
   * `Catalog` into other answers), then by command (XML-13). Null when no question fits, else what was tolerated.
   */
  answer(deviceId: string, envelope: Envelope): readonly Noted[] | null {
    const fits = (q: Question): boolean =>
      isCommand(envelope, q.command) ||
      (q.command === 'DeviceInfo' ? looksLikeDeviceInfo(envelope) : looksLikeDeviceStatus(envelope));
    const mine = this.#open.filter((q) => q.deviceId === deviceId);
    const question =
      mine.find((q) => q.sn === envelope.sn && fits(q)) ?? mine.find((q) => isCommand(envelope, q.command));
    if (question === undefined) return null;
    const noted: Noted[] = [];
    if (!isCommand(envelope, question.command))
      noted.push(['XML-8', `its answer to ${question.command} has CmdType ${envelope.cmdType.slice(0, 40)}`]);
    if (envelope.sn !== question.sn)
      noted.push([
        'XML-13',
        `its answer to ${question.command} has SN ${envelope.sn ?? 'none'}, asked was ${question.sn}`,
      ]);
    this.#close(question, question.command === 'DeviceInfo' ? readDeviceInfo(envelope) : readDeviceStatus(envelope));
    return noted;
  }

  /** The query itself failed. */
  fail(deviceId: string, sn: number, fault: QueryFault): void {
    const question = this.#open.find((q) => q.deviceId === deviceId && q.sn === sn);
    if (question !== undefined) this.#close(question, fault);
  }

  /** The device is gone. */
  failAll(deviceId: string | null, fault: QueryFault): void {
    for (const q of this.#open.filter((each) => deviceId === null || each.deviceId === deviceId)) this.#close(q, fault);
  }

  /** Ends what waited too long. */
  poll(nowMs: number): void {
    for (const q of this.#open.filter((each) => nowMs >= each.deadlineMs)) {
      this.#close(q, { fault: 'timeout', detail: `no ${q.command} answer within ${ANSWER_MS / 1000} s` });
    }
  }

  get size(): number {
    return this.#open.length;
  }

  #close(question: Question, answer: AnswerOf[QueryCommand] | QueryFault): void {
    const at = this.#open.indexOf(question);
    if (at < 0) return;
    this.#open.splice(at, 1);
    question.settle(answer);
  }
}
