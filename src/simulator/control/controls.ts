import { encode, type Query, type Style } from '../manscdp.ts';
import type { ControlBehaviour } from './behaviour.ts';
import { FrontEnd } from './front-end.ts';
import { QuerySide } from './queries.ts';
import { SetupSide } from './setup.ts';
import { inner, textOf } from './text.ts';

/** What a simulated device does when it is controlled (GB/T 28181-2022 A.2.3), and what it answers. Read and written as text: the project's own rooms are on the other side. */

export interface ControlsPorts {
  readonly deviceId: string;
  readonly channelIds: readonly string[];
  readonly style: Style & ControlBehaviour;
  nowMs(): number;
  reboot(): void;
  keyFrame(id: string, spelling: 'IFameCmd' | 'IFrameCmd'): void;
}

/** Presets in one message: what fits a datagram. */
const PRESETS_PAGE = 10;
/** Requests kept for whoever looks. */
const MAX_SEEN = 1_000;

/** Controls that have a Response (9.3.2). */
const ANSWERED = /<(RecordCmd|GuardCmd|AlarmCmd|HomePosition|DeviceUpgrade)>/;

export class ControlSide {
  /** What it was told, as XML without its frame, the newest last. */
  readonly seen: string[] = [];
  /** What it says to controls and preset queries: `none` only takes them. */
  answers: 'true' | 'error' | 'none' = 'true';
  recording = false;
  guarded = false;
  /** Alarms taken back so far. */
  alarmResets = 0;
  /** What it runs; an upgrade changes that. */
  firmware = 'V1.0';
  readonly homes = new Map<string, string>();
  /** How it is set up. */
  readonly setup: SetupSide;
  /** What else it tells when it is asked. */
  readonly queries: QuerySide;
  readonly #ports: ControlsPorts;
  readonly #frontEnds = new Map<string, FrontEnd>();
  /** What is told once it has registered anew. */
  #upgraded: { deviceId: string; session: string } | null = null;

  constructor(ports: ControlsPorts) {
    this.#ports = ports;
    this.setup = new SetupSide(ports);
    this.queries = new QuerySide({
      style: ports.style,
      frontEnd: (id) => this.frontEnd(id),
      home: (id) => this.homes.get(id) ?? null,
    });
  }

  /** The moving part of a channel; the device's own is that of its first one. */
  frontEnd(id: string): FrontEnd {
    const { channelIds, deviceId, nowMs, style } = this.#ports;
    const channelId = id === deviceId ? (channelIds[0] ?? id) : id;
    const known = this.#frontEnds.get(channelId) ?? new FrontEnd(nowMs, style.deafStops);
    this.#frontEnds.set(channelId, known);
    return known;
  }

  /** False: this device does not know whom that names (404). */
  knows(id: string): boolean {
    const { channelIds, deviceId, style } = this.#ports;
    return style.controlledAs === 'device' ? id === deviceId : id === deviceId || channelIds.includes(id);
  }

  /** The messages that answer a command or a question; null: it is none of those that the control side knows. */
  obey(query: Query, body: Uint8Array): Buffer[] | null {
    switch (`${query.root} ${query.cmdType}`) {
      case 'Control DeviceControl':
        return this.#control(query, body);
      case 'Control DeviceConfig':
        return this.setup.configure(query, body);
      case 'Query ConfigDownload':
        return this.setup.download(query, body);
      case 'Query PresetQuery':
      case 'Query PersetQuery':
        return this.#presets(query);
      default:
        return query.root === 'Query' ? this.queries.answer(query, body) : null;
    }
  }

  /** Carries out a DeviceControl; the messages that answer it. */
  #control(query: Query, body: Uint8Array): Buffer[] {
    const text = textOf(body);
    const { reboot } = this.#ports;
    const command = /<\/DeviceID>([\s\S]*)<\/Control>/.exec(text)?.[1]?.trim() ?? '';
    this.seen.push(command);
    if (this.seen.length > MAX_SEEN) this.seen.shift();
    const isError = this.answers === 'error';
    if (!isError) this.#carryOut(query.deviceId, text);
    if (value(text, 'TeleBoot') === 'Boot') reboot();
    if (!ANSWERED.test(text) || this.answers === 'none') return [];
    return [this.#response(query, `<Result>${isError ? 'ERROR' : 'OK'}</Result>\r\n`)];
  }

  /** Answers to a preset query, of either spelling. */
  #presets(query: Query): Buffer[] {
    const { style } = this.#ports;
    if (this.answers === 'none') return [];
    const isOdd = style.presetList === 'odd';
    const own = [...this.frontEnd(query.deviceId).presets].map(
      ([number, { name }]) => [number, isOdd ? '' : name] as const,
    );
    const all = isOdd ? [[0, ''] as const, ...own, [256, ''] as const] : own;
    const items = all.map(
      ([number, name]) =>
        `<Item>\r\n<PresetID>${number}</PresetID>\r\n<PresetName>${escaped(name)}</PresetName>\r\n</Item>\r\n`,
    );
    const sum = `<SumNum>${items.length}</SumNum>\r\n`;
    if (items.length === 0) return [this.#response(query, sum)];
    return Array.from({ length: Math.ceil(items.length / PRESETS_PAGE) }, (_, page) => {
      const some = items.slice(page * PRESETS_PAGE, (page + 1) * PRESETS_PAGE);
      return this.#response(query, `${sum}<PresetList Num="${some.length}">\r\n${some.join('')}</PresetList>\r\n`);
    });
  }

  /** What it says by itself after it has registered: how the upgrade went; null when there was none. */
  afterRegistration(): Buffer | null {
    const upgraded = this.#upgraded;
    this.#upgraded = null;
    if (upgraded === null) return null;
    return encode(
      `<Notify>\r\n<CmdType>DeviceUpgradeResult</CmdType>\r\n<SN>103</SN>\r\n<DeviceID>${upgraded.deviceId}</DeviceID>\r\n<SessionID>${upgraded.session}</SessionID>\r\n<UpgradeResult>OK</UpgradeResult>\r\n<Firmware>${this.firmware}</Firmware>\r\n</Notify>\r\n`,
      this.#ports.style,
    );
  }

  #carryOut(id: string, text: string): void {
    const { keyFrame, reboot } = this.#ports;
    const hex = value(text, 'PTZCmd');
    if (hex !== null) this.frontEnd(id).obey(hex, value(text, 'PresetName') ?? '');
    for (const spelling of ['IFameCmd', 'IFrameCmd'] as const)
      if (value(text, spelling) === 'Send') keyFrame(id, spelling);
    const record = value(text, 'RecordCmd');
    if (record !== null) this.recording = record === 'Record';
    const guard = value(text, 'GuardCmd');
    if (guard !== null) this.guarded = guard === 'SetGuard';
    if (value(text, 'AlarmCmd') === 'ResetAlarm') this.alarmResets += 1;
    const home = inner(text, 'HomePosition');
    if (home !== null) this.homes.set(id, home);
    const precise = inner(text, 'PTZPreciseCtrl');
    if (precise !== null)
      this.frontEnd(id).goto({
        ...number('pan', precise, 'Pan'),
        ...number('tilt', precise, 'Tilt'),
        ...number('zoom', precise, 'Zoom'),
      });
    const upgrade = inner(text, 'DeviceUpgrade');
    if (upgrade !== null) {
      this.firmware = value(upgrade, 'Firmware') ?? this.firmware;
      this.#upgraded = { deviceId: this.#ports.deviceId, session: value(upgrade, 'SessionID') ?? '' };
      reboot();
    }
  }

  #response(query: Query, answer: string): Buffer {
    const { cmdType, deviceId, sn } = query;
    return encode(
      `<Response>\r\n<CmdType>${cmdType}</CmdType>\r\n<SN>${sn}</SN>\r\n<DeviceID>${deviceId}</DeviceID>\r\n${answer}</Response>\r\n`,
      this.#ports.style,
    );
  }
}

function value(text: string, name: string): string | null {
  const found = new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(text)?.[1];
  return found === undefined
    ? null
    : found
        .replace(/&lt;/g, '<')
        .replace(/&gt;/g, '>')
        .replace(/&quot;/g, '"')
        .replace(/&amp;/g, '&');
}

function number<K extends string>(key: K, text: string, name: string): { [P in K]?: number } {
  const found = value(text, name);
  return (found === null ? {} : { [key]: Number(found) }) as { [P in K]?: number };
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
