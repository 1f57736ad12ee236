import type { Directory } from '../../sip/camera/directory.ts';
import { type CruisePoint, cruiseTrackQuestion } from '../../sip/manscdp/cruise-track.ts';
import { type Cruise, cruisesQuestion } from '../../sip/manscdp/cruise-track-list.ts';
import { type DeviceStatus, deviceStatusQuestion } from '../../sip/manscdp/device-status.ts';
import { type HomePosition, homePositionQuestion } from '../../sip/manscdp/home-position.ts';
import { type PtzPosition, ptzPositionQuestion } from '../../sip/manscdp/ptz-position.ts';
import type { Question } from '../../sip/manscdp/question.ts';
import type { Result } from '../../sip/manscdp/result.ts';
import { type StorageCard, storageCardsQuestion } from '../../sip/manscdp/storage-card.ts';
import { isProblem, type Problem } from '../views.ts';
import type { Asked } from './asked.ts';

/** Status as the device tells it; null where it says nothing. */
export type DeviceStatusView = Omit<DeviceStatus, 'ok' | 'alarms'> & {
  readonly alarms: readonly { readonly deviceId: string; readonly duty: string }[];
};
export type HomePositionView = Omit<HomePosition, keyof Result>;
export type PtzPositionView = Omit<PtzPosition, keyof Result>;
export interface CruiseTrackView extends Cruise {
  readonly points: readonly CruisePoint[];
}

type Force = { force: boolean };

/** What devices are asked and answer at once. `channelId` null: of the device as a whole. */
export interface QueriesDesk {
  status(deviceId: string, channelId: string | null, o: Force): Promise<DeviceStatusView | Problem>;
  cruises(deviceId: string, channelId: string, o: Force): Promise<readonly Cruise[] | Problem>;
  cruise(deviceId: string, channelId: string, number: number, o: Force): Promise<CruiseTrackView | Problem>;
  homePosition(deviceId: string, channelId: string, o: Force): Promise<HomePositionView | Problem>;
  ptzPosition(deviceId: string, channelId: string, o: Force): Promise<PtzPositionView | Problem>;
  storageCards(deviceId: string, o: Force): Promise<readonly StorageCard[] | Problem>;
}

export interface QueriesPorts {
  readonly asked: Asked;
  readonly directory: Directory;
  missing(deviceId: string, channelId: string): Problem | null;
}

export class Queries implements QueriesDesk {
  readonly #ports: QueriesPorts;

  constructor(ports: QueriesPorts) {
    this.#ports = ports;
  }

  async status(deviceId: string, channelId: string | null, o: Force): Promise<DeviceStatusView | Problem> {
    const said = await this.#ask(deviceId, channelId, deviceStatusQuestion, o);
    if (isProblem(said)) return said;
    const { ok: _, ...status } = said;
    return status;
  }

  async cruises(deviceId: string, channelId: string, o: Force): Promise<readonly Cruise[] | Problem> {
    const said = await this.#ask(deviceId, channelId, cruisesQuestion, o);
    return isProblem(said) ? said : said.items;
  }

  async cruise(deviceId: string, channelId: string, number: number, o: Force): Promise<CruiseTrackView | Problem> {
    const said = await this.#ask(deviceId, channelId, (target) => cruiseTrackQuestion(target, number), o);
    if (isProblem(said)) return said;
    return { number, name: said.name, points: said.points };
  }

  async homePosition(deviceId: string, channelId: string, o: Force): Promise<HomePositionView | Problem> {
    const said = await this.#ask(deviceId, channelId, homePositionQuestion, o);
    if (isProblem(said)) return said;
    const { ok: _, reason: __, ...home } = said;
    return home;
  }

  async ptzPosition(deviceId: string, channelId: string, o: Force): Promise<PtzPositionView | Problem> {
    const said = await this.#ask(deviceId, channelId, ptzPositionQuestion, o);
    if (isProblem(said)) return said;
    const { ok: _, reason: __, ...position } = said;
    return position;
  }

  async storageCards(deviceId: string, o: Force): Promise<readonly StorageCard[] | Problem> {
    const said = await this.#ask(deviceId, null, storageCardsQuestion, o);
    return isProblem(said) ? said : said.items;
  }

  /** The answer, unless the device says ERROR. */
  async #ask<A extends Result>(
    deviceId: string,
    channelId: string | null,
    question: (targetId: string) => Question<A>,
    o: Force,
  ): Promise<A | Problem> {
    const { asked, directory, missing } = this.#ports;
    const problem = channelId === null ? null : missing(deviceId, channelId);
    if (problem !== null) return problem;
    if (directory.device(deviceId) === undefined)
      return { problem: 'device_not_found', detail: `There is no device ${deviceId}.` };
    const what = question(deviceId).command;
    const said =
      channelId === null
        ? await asked.ask(deviceId, what, question(deviceId), o)
        : await asked.askChannel(deviceId, channelId, what, question, o);
    if (isProblem(said)) return said;
    const { ok, reason } = said.answer;
    if (ok) return said.answer;
    const words = reason === undefined ? 'ERROR' : `ERROR: ${reason}`;
    return { problem: 'device_error', detail: `The device ${deviceId} answered ${what} with ${words}.` };
  }
}
