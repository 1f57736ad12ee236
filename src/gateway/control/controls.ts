import type { Directory } from '../../sip/camera/directory.ts';
import { formsFor } from '../../sip/editions.ts';
import {
  alarmReset,
  type ControlResult,
  deviceUpgrade,
  dragZoom,
  formatCard,
  guardControl,
  homePositionControl,
  ptzPrecise,
  recordControl,
  targetTrack,
  teleBoot,
  type ZoomBox,
} from '../../sip/manscdp/device-control.ts';
import { keyFrameCommand } from '../../sip/manscdp/key-frame.ts';
import type { Question } from '../../sip/manscdp/question.ts';
import type { PtzCommand } from '../../sip/wire/ptz-command.ts';
import { profileOf } from '../devices/profile.ts';
import { isProblem, type Problem } from '../views.ts';
import type { Asked } from './asked.ts';

/** A control as asked for (contract, `POST C/control`), its numbers checked. */
export type Control =
  | { readonly command: 'reboot' | 'key-frame' }
  | { readonly command: 'record'; readonly enabled: boolean; readonly streamNumber?: number }
  | { readonly command: 'guard'; readonly enabled: boolean }
  | { readonly command: 'alarm-reset'; readonly method?: number | string; readonly type?: number }
  | {
      readonly command: 'home-position';
      readonly enabled: boolean;
      readonly preset?: number;
      readonly resetSeconds?: number;
    }
  | ({ readonly command: 'drag-zoom-in' | 'drag-zoom-out' } & ZoomBox)
  | { readonly command: 'ptz-precise'; readonly pan?: number; readonly tilt?: number; readonly zoom?: number }
  | { readonly command: 'format-card'; readonly card?: number }
  | {
      readonly command: 'target-track';
      readonly mode: 'auto' | 'manual' | 'stop';
      readonly channel?: string;
      readonly box?: ZoomBox;
    }
  | { readonly command: 'upgrade'; readonly firmware: string; readonly url: string; readonly session?: string }
  | { readonly command: 'aux'; readonly number: number; readonly enabled: boolean }
  | {
      readonly command: 'cruise';
      readonly group: number;
      readonly action: 'start' | 'stop' | 'add' | 'delete' | 'speed' | 'dwell';
      readonly preset?: number;
      readonly value?: number;
    }
  | {
      readonly command: 'scan';
      readonly group: number;
      readonly action: 'start' | 'stop' | 'left' | 'right' | 'speed';
      readonly value?: number;
    };

/** What the device said; null where the standard has no answer. */
export interface ControlAnswer {
  readonly result: ControlResult;
  /** Of an upgrade: what `upgrade.completed` will name. */
  readonly session?: string;
}

/** Controls, as the API asks for them. `channelId` null: of the device as a whole. */
export interface ControlsDesk {
  control(
    deviceId: string,
    channelId: string | null,
    control: Control,
    o: { force: boolean },
  ): Promise<{ readonly answer: ControlAnswer | null } | Problem>;
}

export interface ControlsPorts {
  readonly asked: Asked;
  readonly directory: Directory;
  readonly ptz: {
    command(deviceId: string, channelId: string, command: PtzCommand): Promise<Problem | null>;
    stop(deviceId: string, channelId: string): Promise<Problem | null>;
    giveWay(deviceId: string, channelId: string): Promise<void>;
  };
  missing(deviceId: string, channelId: string): Problem | null;
  /** Unguessable, hex: session of an upgrade. */
  newSession(): string;
}

/** What makes a camera move by itself, until it is where it is to be: no stop that is said again may end that. */
const MOVES: ReadonlySet<string> = new Set(['drag-zoom-in', 'drag-zoom-out', 'ptz-precise', 'target-track']);

/** A question, and the name under which it is remembered that a device cannot do it. */
type Telling = readonly [what: string, question: (targetId: string) => Question<ControlResult | null>];

export class Controls implements ControlsDesk {
  readonly #ports: ControlsPorts;

  constructor(ports: ControlsPorts) {
    this.#ports = ports;
  }

  async control(
    deviceId: string,
    channelId: string | null,
    control: Control,
    o: { force: boolean },
  ): Promise<{ readonly answer: ControlAnswer | null } | Problem> {
    const missing = this.#missing(deviceId, channelId);
    if (missing !== null) return missing;
    // the bytes of annex A.3 are said in the order in which they were asked for, between the motions of the channel
    if (control.command === 'aux' || control.command === 'cruise' || control.command === 'scan') {
      const { ptz } = this.#ports;
      const target = channelId ?? deviceId;
      const bytes = bytesOf(control);
      const refusal = await (bytes === 'stop' ? ptz.stop(deviceId, target) : ptz.command(deviceId, target, bytes));
      return refusal ?? { answer: null };
    }
    if (MOVES.has(control.command)) await this.#ports.ptz.giveWay(deviceId, channelId ?? deviceId);
    const session = control.command === 'upgrade' ? (control.session ?? this.#ports.newSession()) : undefined;
    const [what, question] = this.#telling(deviceId, control, session ?? '');
    const { asked } = this.#ports;
    const said =
      channelId === null
        ? await asked.ask(deviceId, what, question(deviceId), o)
        : await asked.askChannel(deviceId, channelId, what, question, o);
    if (isProblem(said)) return said;
    if (said.answer === null) return { answer: null };
    return { answer: { result: said.answer, ...(session === undefined ? {} : { session }) } };
  }

  #missing(deviceId: string, channelId: string | null): Problem | null {
    if (channelId !== null) return this.#ports.missing(deviceId, channelId);
    if (this.#ports.directory.device(deviceId) !== undefined) return null;
    return { problem: 'device_not_found', detail: `There is no device ${deviceId}.` };
  }

  #telling(deviceId: string, control: TellingControl, session: string): Telling {
    const device = this.#ports.directory.device(deviceId);
    switch (control.command) {
      case 'reboot':
        return ['TeleBoot', teleBoot];
      case 'key-frame': {
        const spelling = device === undefined ? 'IFameCmd' : profileOf(device).keyFrameCommand;
        return [spelling, (target) => keyFrameCommand(target, spelling)];
      }
      case 'record': {
        const stream = formsFor(device).namesRecordedStream ? (control.streamNumber ?? 0) : control.streamNumber;
        return ['RecordCmd', (target) => recordControl(target, control.enabled, stream)];
      }
      case 'guard':
        return ['GuardCmd', (target) => guardControl(target, control.enabled)];
      case 'alarm-reset': {
        const method = control.method === undefined ? undefined : String(control.method);
        return ['AlarmCmd', (target) => alarmReset(target, method, control.type)];
      }
      case 'home-position':
        return ['HomePosition', (target) => homePositionControl(target, control)];
      case 'drag-zoom-in':
        return ['DragZoomIn', (target) => dragZoom(target, 'in', control)];
      case 'drag-zoom-out':
        return ['DragZoomOut', (target) => dragZoom(target, 'out', control)];
      case 'ptz-precise':
        return ['PTZPreciseCtrl', (target) => ptzPrecise(target, control)];
      case 'format-card':
        return ['FormatSDCard', (target) => formatCard(target, control.card ?? 0)];
      case 'target-track': {
        const mode = ({ auto: 'Auto', manual: 'Manual', stop: 'Stop' } as const)[control.mode];
        return ['TargetTrack', (target) => targetTrack(target, mode, control.channel, control.box)];
      }
      case 'upgrade': {
        const { firmware, url } = control;
        const manufacturer = device?.manufacturer || 'unknown';
        return ['DeviceUpgrade', (target) => deviceUpgrade(target, { firmware, url, manufacturer, session })];
      }
    }
  }
}

type BytesControl = Extract<Control, { command: 'aux' | 'cruise' | 'scan' }>;
type TellingControl = Exclude<Control, BytesControl>;

/** What the eight bytes say. Cruises and scans are stopped as every motion is (A.3.5, A.3.6). */
function bytesOf(control: BytesControl): PtzCommand | 'stop' {
  switch (control.command) {
    case 'aux':
      return { kind: 'aux', number: control.number, enabled: control.enabled };
    case 'cruise': {
      const { action, group, preset = 0, value = 0 } = control;
      if (action === 'stop') return 'stop';
      return { kind: 'cruise', group, action, value: action === 'speed' || action === 'dwell' ? value : preset };
    }
    case 'scan': {
      const { action, group, value = 0 } = control;
      return action === 'stop' ? 'stop' : { kind: 'scan', group, action, value };
    }
  }
}
