import { methodOfWord } from './alarm-words.ts';
import { parseDeviceTime } from './device-time.ts';
import { type Envelope, writeEnvelope } from './envelope.ts';
import type { Question } from './question.ts';
import { child, textOf, type XmlElement } from './xml.ts';

/** Notify/Alarm (GB/T 28181-2022 A.2.5.3), as a MESSAGE of the device's own or in a NOTIFY to a subscription. */
export interface AlarmNotice {
  /** Whom it names: a camera, an alarm input, the device itself or a centre of ten digits. */
  readonly sourceId: string;
  /** 1, the highest, to 4; null: not said, or unreadable. */
  readonly priority: number | null;
  /** 1 telephone … 7 other (`alarm-words`). */
  readonly method: number | null;
  /** What it is about; means something else with each method. */
  readonly type: number | null;
  /** 1 entered, 2 left; with an intrusion only. */
  readonly eventType: number | null;
  /** When it was, by the device's clock. */
  readonly epochMs: number | null;
  readonly description: string;
  readonly longitude: number | null;
  readonly latitude: number | null;
  /** As written, by element name, where it could not be read as the standard has it (SUB-6). */
  readonly raw: Readonly<Record<string, string>>;
  /** What was tolerated, in words; null: nothing. */
  readonly deviation: string | null;
}

/** A description is a sentence; what is longer is cut. */
const MAX_DESCRIPTION = 1024;
/** Of texts that are kept because nobody understood them. */
const MAX_RAW = 128;

/** Reads an alarm; never refuses one: what is unreadable is kept as it was written. `timeZone`: that of the device's clock. */
export function readAlarm({ element, deviceId }: Envelope, timeZone: string): AlarmNotice {
  const raw: Record<string, string> = {};
  const odd = (name: string, text: string): null => {
    if (text !== '') raw[name] = text.slice(0, MAX_RAW);
    return null;
  };
  const text = (name: string, within: XmlElement = element): string => textOf(within, name) ?? '';
  const whole = (name: string, written: string, last: number): number | null => {
    const number = /^\d{1,3}$/.test(written) ? Number(written) : 0;
    return number >= 1 && number <= last ? number : odd(name, written);
  };
  // `AlarmInfo` of one maker, of another a number of its own; child() takes `info` too
  const own = child(element, 'AlarmInfo');
  const info = child(element, 'Info') ?? (own !== null && own.children.length > 0 ? own : element);
  const param = child(info, 'AlarmTypeParam') ?? info;
  const methodText = text('AlarmMethod');
  const wordNumber = methodOfWord(methodText);
  if (wordNumber !== null) odd('AlarmMethod', methodText);
  const timeText = text('AlarmTime');
  const time = parseDeviceTime(timeText, timeZone);
  const notice = {
    sourceId: deviceId,
    priority: whole('AlarmPriority', text('AlarmPriority'), 4),
    method: wordNumber ?? whole('AlarmMethod', methodText, 7),
    type: whole('AlarmType', text('AlarmType', info), 255),
    eventType: whole('EventType', text('EventType', param), 255),
    epochMs: time === null ? odd('AlarmTime', timeText) : time.epochMs[0],
    description: text('AlarmDescription').slice(0, MAX_DESCRIPTION),
    longitude: degrees(text('Longitude'), 180),
    latitude: degrees(text('Latitude'), 90),
    raw,
  };
  return { ...notice, deviation: deviationIn(raw, info) };
}

/** Says that an alarm has come, which a MESSAGE wants (9.4.2). It is no question of ours: the number is the alarm's. */
export function alarmReceipt(alarmSn: number, sourceId: string): Question<null> {
  const head = { cmdType: 'Alarm', sn: alarmSn, deviceId: sourceId };
  return {
    command: 'Alarm',
    targetId: sourceId,
    write: (_sn, style) => writeEnvelope('Response', head, [['Result', 'OK']], style),
    answer: 'none',
    read: () => null,
  };
}

function degrees(text: string, most: number): number | null {
  const number = /^[+-]?\d{1,3}(\.\d{1,12})?$/.test(text) ? Number(text) : Number.NaN;
  return Math.abs(number) <= most ? number : null;
}

function deviationIn(raw: Readonly<Record<string, string>>, info: XmlElement): string | null {
  const odd = Object.entries(raw).map(([name, text]) => `${name} ${JSON.stringify(text)}`);
  if (info.name === 'info' || info.name === 'AlarmInfo') odd.push(`<${info.name}> for <Info>`);
  return odd.length === 0 ? null : `its alarm has ${odd.join(', ')}`;
}
