import type { Directory } from '../../sip/camera/directory.ts';
import { formsFor } from '../../sip/editions.ts';
import { type PtzExtras, ptzControl } from '../../sip/manscdp/device-control.ts';
import { type PresetList, presetQuestion } from '../../sip/manscdp/preset-query.ts';
import type { Question } from '../../sip/manscdp/question.ts';
import { type Direction, LENS_STOP, type PtzCommand, STOP, writePtzCommand } from '../../sip/wire/ptz-command.ts';
import type { Clock } from '../clock.ts';
import { isProblem, type Problem } from '../views.ts';
import type { Asked } from './asked.ts';
import type { OwedStops } from './owed-stops.ts';
import { type LanePorts, type Motion, PtzLane } from './ptz-lane.ts';
import { DEFAULT_TIMEOUT_MS } from './ptz-limits.ts';

/** Until a frame has certainly arrived or never will: timer F of its SIP transaction, and a little. */
const CERTAIN_MS = 33_000;
/** Priority written where editions before 2022 have that field; what other platforms of the field write. */
const PRIORITY = 5;

/** A motion as asked for: each −1…1; pan + right, tilt + up, zoom + in, focus + near, iris + open. */
export interface Drive {
  readonly pan?: number;
  readonly tilt?: number;
  readonly zoom?: number;
  readonly focus?: number;
  readonly iris?: number;
}

export interface PresetView {
  /** 1–255. */
  readonly number: number;
  /** Ours, else the device's; '' when nobody has named it. */
  readonly name: string;
}

/** Steering, as the API asks for it. */
export interface PtzDesk {
  /** Moves a camera until the next request, `timeoutMs` at most. */
  drive(deviceId: string, channelId: string, drive: Drive, timeoutMs?: number): Promise<Problem | null>;
  stop(deviceId: string, channelId: string): Promise<Problem | null>;
  presets(deviceId: string, channelId: string, o: { force: boolean }): Promise<readonly PresetView[] | Problem>;
  setPreset(deviceId: string, channelId: string, number: number, name?: string): Promise<Problem | null>;
  gotoPreset(deviceId: string, channelId: string, number: number): Promise<Problem | null>;
  deletePreset(deviceId: string, channelId: string, number: number): Promise<Problem | null>;
  /** Names a preset here and moves nothing: the device has no command for that. '': its own name again. */
  renamePreset(deviceId: string, channelId: string, number: number, name: string): Problem | null;
}

export interface PtzPorts {
  readonly asked: Asked;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly owedStops: OwedStops;
  missing(deviceId: string, channelId: string): Problem | null;
  /** A deviation of this device was tolerated. */
  found(deviceId: string, code: string, detail: string): void;
}

/** Every camera that is steered, one lane each. */
export class Ptz implements PtzDesk {
  readonly #ports: PtzPorts;
  readonly #lanes = new Map<string, { readonly deviceId: string; readonly lane: PtzLane }>();
  #isClosed = false;

  constructor(ports: PtzPorts) {
    this.#ports = ports;
    // their devices are asked whether they are there, and are told then
    for (const [deviceId, channelId] of ports.owedStops.all())
      this.#lanes.set(`${deviceId} ${channelId}`, { deviceId, lane: this.#newLane(deviceId, channelId, true) });
  }

  drive(deviceId: string, channelId: string, drive: Drive, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<Problem | null> {
    return this.#on(deviceId, channelId, (lane) => lane.drive(motionOf(drive), timeoutMs));
  }

  stop(deviceId: string, channelId: string): Promise<Problem | null> {
    return this.#on(deviceId, channelId, (lane) => lane.stop());
  }

  /** Anything else that eight bytes can say: cruises, scans, switches. A stop goes by `stop`. */
  command(deviceId: string, channelId: string, command: PtzCommand): Promise<Problem | null> {
    const takesOver =
      (command.kind === 'preset' && command.action === 'goto') ||
      ((command.kind === 'cruise' || command.kind === 'scan') && command.action === 'start');
    return this.#on(deviceId, channelId, (lane) => lane.command(writePtzCommand(command), takesOver));
  }

  async presets(deviceId: string, channelId: string, o: { force: boolean }): Promise<readonly PresetView[] | Problem> {
    const missing = this.#ports.missing(deviceId, channelId);
    if (missing !== null) return missing;
    const names = this.#ports.directory.channel(deviceId, channelId)?.presetNames ?? {};
    const list = await this.#askPresets(deviceId, channelId, o);
    if (isProblem(list)) {
      // a device that does not tell its presets has those that were set through here
      const own = Object.entries(names).map(([number, name]) => ({ number: Number(number), name }));
      return list.problem === 'not_supported' && own.length > 0 ? own : list;
    }
    if (list.refused.length > 0)
      this.#ports.found(deviceId, 'PTZ-7', `its presets have the numbers ${list.refused.slice(0, 5).join(', ')}`);
    return list.presets.map(({ number, name }) => ({ number, name: names[number] || name }));
  }

  async setPreset(deviceId: string, channelId: string, number: number, name?: string): Promise<Problem | null> {
    const missing = this.#ports.missing(deviceId, channelId);
    if (missing !== null) return missing;
    const { directory } = this.#ports;
    const kept = name ?? directory.channel(deviceId, channelId)?.presetNames?.[number] ?? '';
    const isNamed = formsFor(directory.device(deviceId)).ptzExtras === 'names';
    const hex = writePtzCommand({ kind: 'preset', action: 'set', preset: number });
    const extras = isNamed && kept !== '' ? { presetName: kept } : {};
    const refusal = await this.#tell(deviceId, channelId, hex, extras, {});
    if (refusal === null) this.#nameIt(deviceId, channelId, number, kept);
    return refusal;
  }

  gotoPreset(deviceId: string, channelId: string, number: number): Promise<Problem | null> {
    return this.command(deviceId, channelId, { kind: 'preset', action: 'goto', preset: number });
  }

  async deletePreset(deviceId: string, channelId: string, number: number): Promise<Problem | null> {
    const refusal = await this.command(deviceId, channelId, { kind: 'preset', action: 'delete', preset: number });
    if (refusal === null) this.#nameIt(deviceId, channelId, number, null);
    return refusal;
  }

  renamePreset(deviceId: string, channelId: string, number: number, name: string): Problem | null {
    const missing = this.#ports.missing(deviceId, channelId);
    if (missing === null) this.#nameIt(deviceId, channelId, number, name === '' ? null : name);
    return missing;
  }

  /** A control in other words is about to move that camera; ends when nothing of ours moves it. */
  async giveWay(deviceId: string, channelId: string): Promise<void> {
    await this.#lanes.get(`${deviceId} ${channelId}`)?.lane.giveWay();
  }

  /** The device is back: what it was not told because it was away. */
  online(deviceId: string): void {
    for (const each of this.#lanes.values()) if (each.deviceId === deviceId) each.lane.online();
  }

  /** The device was deleted. */
  forget(deviceId: string): void {
    for (const [key, each] of this.#lanes)
      if (each.deviceId === deviceId) {
        each.lane.close();
        this.#lanes.delete(key);
      }
    for (const [owedBy, channelId] of this.#ports.owedStops.all())
      if (owedBy === deviceId) this.#ports.owedStops.note(deviceId, channelId, false);
  }

  /** Stops every camera that moves; ends when the devices have taken it, or not in time. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const lanes = [...this.#lanes.values()].map(({ lane }) => lane);
    await Promise.all(lanes.filter((lane) => lane.isMoving).map((lane) => lane.stop()));
    for (const lane of lanes) lane.close();
    this.#lanes.clear();
  }

  async #askPresets(deviceId: string, channelId: string, o: { force: boolean }): Promise<PresetList | Problem> {
    const { presetQuery } = formsFor(this.#ports.directory.device(deviceId));
    const question = (target: string) => presetQuestion(target, presetQuery);
    const asked = await this.#ports.asked.askChannel(deviceId, channelId, 'PresetQuery', question, o);
    return isProblem(asked) ? asked : asked.answer;
  }

  /** One lane of a channel that exists; lanes in which nothing happens are forgotten. */
  #on(deviceId: string, channelId: string, act: (lane: PtzLane) => Promise<Problem | null>): Promise<Problem | null> {
    const missing = this.#ports.missing(deviceId, channelId);
    if (missing !== null) return Promise.resolve(missing);
    if (this.#isClosed) return Promise.resolve({ problem: 'shutting_down', detail: 'The gateway is shutting down.' });
    for (const [key, each] of this.#lanes) if (each.lane.isIdle) this.#lanes.delete(key);
    const key = `${deviceId} ${channelId}`;
    const known = this.#lanes.get(key)?.lane;
    const lane = known ?? this.#newLane(deviceId, channelId);
    if (known === undefined) this.#lanes.set(key, { deviceId, lane });
    return act(lane);
  }

  #newLane(deviceId: string, channelId: string, isOwed = false): PtzLane {
    const { clock, owedStops } = this.#ports;
    const ports: LanePorts = {
      clock,
      owes: (owes) => owedStops.note(deviceId, channelId, owes),
      stop: writePtzCommand(STOP),
      lensStop: writePtzCommand(LENS_STOP),
      send: (hex, { isStop, isWanted }) =>
        this.#tell(
          deviceId,
          channelId,
          hex,
          {},
          {
            haste: isStop ? 'beside' : 'first',
            isWanted,
            waitMs: CERTAIN_MS,
          },
        ),
      late: () => ({ problem: 'device_timeout', detail: `The device ${deviceId} did not take PTZCmd in time.` }),
    };
    return new PtzLane(ports, isOwed);
  }

  async #tell(
    deviceId: string,
    channelId: string,
    hex: string,
    extras: PtzExtras,
    o: Pick<Question<null>, 'haste' | 'isWanted' | 'waitMs'>,
  ): Promise<Problem | null> {
    const { asked, directory } = this.#ports;
    const { ptzExtras } = formsFor(directory.device(deviceId));
    const allExtras = ptzExtras === 'names' ? extras : { ...extras, priority: PRIORITY };
    const question = (target: string) => ({ ...ptzControl(target, hex, allExtras), ...o });
    const answer = await asked.askChannel(deviceId, channelId, 'PTZCmd', question, { force: true });
    return isProblem(answer) ? answer : null;
  }

  /** Keeps the name of a preset; null: it is gone. */
  #nameIt(deviceId: string, channelId: string, number: number, name: string | null): void {
    const { directory } = this.#ports;
    const names: Record<string, string> = { ...directory.channel(deviceId, channelId)?.presetNames };
    if (name === null) delete names[number];
    else names[number] = name;
    directory.changeChannel(deviceId, channelId, { presetNames: names });
  }
}

/** The frames of a motion. The magnitude becomes the speed of the byte, 1 at least: 0 would be a direction without speed (PTZ-3). */
export function motionOf({ pan = 0, tilt = 0, zoom = 0, focus = 0, iris = 0 }: Drive): Motion {
  const way = (value: number): Direction => (value > 0 ? 1 : value < 0 ? -1 : 0);
  const speed = (value: number, most: number) => Math.min(most, Math.max(1, Math.round(Math.abs(value) * most)));
  const view: PtzCommand = {
    kind: 'move',
    pan: way(pan),
    tilt: way(tilt),
    zoom: way(zoom),
    panSpeed: speed(pan, 255),
    tiltSpeed: speed(tilt, 255),
    zoomSpeed: speed(zoom, 15),
  };
  const lens: PtzCommand = {
    kind: 'lens',
    focus: way(focus),
    iris: way(iris),
    focusSpeed: speed(focus, 255),
    irisSpeed: speed(iris, 255),
  };
  return {
    view: pan === 0 && tilt === 0 && zoom === 0 ? null : writePtzCommand(view),
    lens: focus === 0 && iris === 0 ? null : writePtzCommand(lens),
  };
}
