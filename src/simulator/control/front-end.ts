import { type PtzCommand, type PtzFault, readPtzCommand } from '../../sip/wire/ptz-command.ts';

/** Where a camera looks: degrees, tilt + down, zoom 1 and more. */
export interface Position {
  pan: number;
  tilt: number;
  zoom: number;
}

/** What a cruise goes through. */
export interface SimulatedCruise {
  readonly points: number[];
  speed: number;
  dwellSeconds: number;
}

/** Degrees a second at speed 255, and zoom a second at speed 15. */
const FULL_SPEED = 120;
const FULL_ZOOM = 4;
const MAX_ZOOM = 32;
/** Commands kept for whoever looks. */
const MAX_COMMANDS = 1_000;

const STILL: PtzCommand = { kind: 'move', pan: 0, tilt: 0, zoom: 0, panSpeed: 0, tiltSpeed: 0, zoomSpeed: 0 };

/** The moving part of one simulated channel: it obeys PTZCmd (GB/T 28181 annex A.3) and remembers what it was told. */
export class FrontEnd {
  readonly presets = new Map<number, { name: string; position: Position }>();
  readonly cruises = new Map<number, SimulatedCruise>();
  readonly scans = new Map<number, { left: number | null; right: number | null; speed: number }>();
  /** Auxiliary switches that are on. */
  readonly aux = new Set<number>();
  /** Every PTZCmd as it came, the newest last. */
  readonly commands: string[] = [];
  /** What it does by itself. */
  running: { kind: 'cruise' | 'scan'; group: number } | null = null;
  lens: { focus: number; iris: number } = { focus: 0, iris: 0 };
  #motion: PtzCommand & { kind: 'move' } = STILL as PtzCommand & { kind: 'move' };
  #position: Position = { pan: 180, tilt: 0, zoom: 1 };
  #atMs: number;
  #deafStops: number;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number, deafStops: number) {
    this.#nowMs = nowMs;
    this.#atMs = nowMs();
    this.#deafStops = deafStops;
  }

  /** Carries out one PTZCmd; a fault is ignored, as A.3.1 has it. */
  obey(hex: string, presetName: string): PtzFault | null {
    this.commands.push(hex);
    if (this.commands.length > MAX_COMMANDS) this.commands.shift();
    const command = readPtzCommand(hex);
    if ('fault' in command) return command;
    this.#go();
    switch (command.kind) {
      case 'move':
        this.#move(command);
        break;
      case 'lens':
        this.lens = { focus: command.focus * command.focusSpeed, iris: command.iris * command.irisSpeed };
        break;
      case 'preset':
        this.#preset(command.action, command.preset, presetName);
        break;
      case 'cruise':
        this.#cruise(command);
        break;
      case 'scan':
        this.#scan(command);
        break;
      case 'aux':
        if (command.enabled) this.aux.add(command.number);
        else this.aux.delete(command.number);
    }
    return null;
  }

  /** Whether the view moves by what it was told. */
  get isMoving(): boolean {
    const { pan, tilt, zoom } = this.#motion;
    return pan !== 0 || tilt !== 0 || zoom !== 0;
  }

  /** Where it looks now. */
  get position(): Position {
    this.#go();
    return { ...this.#position };
  }

  /** Goes there at once; what is left out stays. */
  goto(to: Partial<Position>): void {
    this.#go();
    this.#motion = { ...this.#motion, pan: 0, tilt: 0, zoom: 0 };
    this.#position = bounded({ ...this.#position, ...to });
  }

  #move(command: PtzCommand & { kind: 'move' }): void {
    const isStop = command.pan === 0 && command.tilt === 0 && command.zoom === 0;
    if (isStop && this.#deafStops > 0) {
      this.#deafStops -= 1;
      return;
    }
    this.#motion = command;
    this.running = null;
  }

  #preset(action: 'set' | 'goto' | 'delete', number: number, name: string): void {
    if (action === 'set') this.presets.set(number, { name, position: { ...this.#position } });
    else if (action === 'delete') this.presets.delete(number);
    else {
      const preset = this.presets.get(number);
      if (preset !== undefined) this.goto(preset.position);
      this.running = null;
    }
  }

  #cruise({ action, group, value }: PtzCommand & { kind: 'cruise' }): void {
    const cruise = this.cruises.get(group) ?? { points: [], speed: 0, dwellSeconds: 0 };
    this.cruises.set(group, cruise);
    if (action === 'add') cruise.points.push(value);
    else if (action === 'delete' && value === 0) this.cruises.delete(group);
    else if (action === 'delete') cruise.points.splice(0, Infinity, ...cruise.points.filter((each) => each !== value));
    else if (action === 'speed') cruise.speed = value;
    else if (action === 'dwell') cruise.dwellSeconds = value;
    else this.running = { kind: 'cruise', group };
  }

  #scan({ action, group, value }: PtzCommand & { kind: 'scan' }): void {
    const scan = this.scans.get(group) ?? { left: null, right: null, speed: 0 };
    this.scans.set(group, scan);
    if (action === 'left' || action === 'right') scan[action] = this.#position.pan;
    else if (action === 'speed') scan.speed = value;
    else this.running = { kind: 'scan', group };
  }

  /** The position that the motion since the last look has led to. */
  #go(): void {
    const nowMs = this.#nowMs();
    const seconds = (nowMs - this.#atMs) / 1000;
    this.#atMs = nowMs;
    const { pan, tilt, zoom, panSpeed, tiltSpeed, zoomSpeed } = this.#motion;
    const at = this.#position;
    this.#position = bounded({
      pan: at.pan + pan * (panSpeed / 255) * FULL_SPEED * seconds,
      tilt: at.tilt - tilt * (tiltSpeed / 255) * FULL_SPEED * seconds,
      zoom: at.zoom + zoom * (zoomSpeed / 15) * FULL_ZOOM * seconds,
    });
  }
}

function bounded({ pan, tilt, zoom }: Position): Position {
  return {
    pan: ((pan % 360) + 360) % 360,
    tilt: Math.min(90, Math.max(-30, tilt)),
    zoom: Math.min(MAX_ZOOM, Math.max(1, zoom)),
  };
}
