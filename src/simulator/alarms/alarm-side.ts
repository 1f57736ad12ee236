import { encode, type Query, type Style } from '../manscdp.ts';
import type { Clockwork } from '../wheel.ts';
import type { AlarmBehaviour } from './behaviour.ts';

/** What a simulated device does about alarms and pictures (GB/T 28181-2022 9.4, 9.14). Written as text: the project's own writers are on the other side. */

/** An alarm to tell; what is absent is not written. */
export interface SimulatedAlarm {
  /** Whom it names; default the first channel. */
  readonly sourceId?: string;
  readonly priority?: number;
  readonly method?: number;
  readonly type?: number;
  readonly event?: number;
  readonly description?: string;
  readonly longitude?: number;
  readonly latitude?: number;
  /** Default: now, on the device's clock. */
  readonly time?: string;
}

export interface AlarmSidePorts {
  readonly deviceId: string;
  readonly channelIds: readonly string[];
  readonly style: Style & AlarmBehaviour;
  readonly wheel: Clockwork;
  /** Local time, `2024-01-05T14:03:21`. */
  deviceTime(): string;
  isGuarded(): boolean;
  tell(method: 'MESSAGE' | 'NOTIFY', body: Buffer): Promise<void>;
}

/** A picture of 16 × 16. */
export const PICTURE = Buffer.from(
  '/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAg+Pkk+SVVVVVVVVWRdZGhoaGRkZGRoaGhwcHCDg4NwcHBoaHBwfHyDg4+Tj4eHg4eTk5ubm7q6srLZ2eD/////xABsAAEBAAAAAAAAAAAAAAAAAAAFBgEBAAMBAAAAAAAAAAAAAAAABgIDAQQQAQACAgEDBQEAAAAAAAAAAAECEQMAkRMhEiKhYdFBMREAAQMEAgIDAQAAAAAAAAAAARIDAjEhABFxkULRIvBiYf/AABEIABAAEAMBEgACEgADEgD/2gAMAwEAAhEDEQA/AJmnHjjTSl2fP89naFIzxx9QUBxX1qlpuMjsgHm+HG3pCSUE/eM0FS9+CU/xRvnPMFpevmvVPz3iuSfRkIAX3A/NEzEskk8Xi9GNTlKsieTvEkGoxjsOCXGveXxiJFwnwSm5tutqXybJBWCREzTY1Gus/9k=',
  'base64',
);

export class AlarmSide {
  /** SNs of alarms whose receipt has come. */
  readonly receipts: string[] = [];
  /** Uploads so far, with the status they were answered with; 0: not at all. */
  readonly uploads: { readonly url: string; readonly name: string; readonly status: number }[] = [];
  /** What it does when it is to take pictures: `none` says nothing, `idle` says OK and takes none. */
  pictures: 'true' | 'error' | 'none' | 'idle' = 'true';
  /** How it uploads: the body alone with the name in the address, or a form. */
  upload: { readonly method: 'POST' | 'PUT'; readonly as: 'body' | 'form' } = { method: 'POST', as: 'form' };
  /** What it uploads. */
  picture: Uint8Array = PICTURE;
  /** Name of the file; default the 41 digits of the standard and `.jpg`. */
  fileName: string | null = null;
  readonly #ports: AlarmSidePorts;
  readonly #ended = new AbortController();
  #sn = 60;
  #files = 0;

  constructor(ports: AlarmSidePorts) {
    this.#ports = ports;
  }

  /** Tells an alarm; its SN. Resolves when it was answered, or not told because nobody has armed the device. */
  async alarm(alarm: SimulatedAlarm = {}, by: 'MESSAGE' | 'NOTIFY' = 'MESSAGE'): Promise<string> {
    const { style, tell } = this.#ports;
    this.#sn += 1;
    const sn = String(this.#sn);
    if (!style.alarmsWhenGuarded || this.#ports.isGuarded()) await tell(by, encode(this.#alarm(alarm, sn), style));
    return sn;
  }

  /** Asks the platform to fetch its video (VideoUploadNotify, 2022); `namedId`: default the first channel. */
  async offerVideo(namedId = this.#ports.channelIds[0] ?? this.#ports.deviceId): Promise<void> {
    const place = '<Longitude>117.12</Longitude>\r\n<Latitude>31.12</Latitude>\r\n';
    await this.#tell(
      'Notify',
      'VideoUploadNotify',
      '102',
      namedId,
      `<Time>${this.#ports.deviceTime()}</Time>\r\n${place}`,
    );
  }

  /** A Response/Alarm of the platform. */
  receipt(query: Query): void {
    this.receipts.push(query.sn);
  }

  /** A DeviceConfig: whether it was an order of pictures, which is then carried out. */
  async order(query: Query, body: Uint8Array): Promise<boolean> {
    const text = Buffer.from(body).toString('latin1');
    if (!text.includes('<SnapShotConfig>')) return false;
    const [url = '', session = ''] = ['UploadURL', 'SessionID'].map((name) => value(text, name).replace(/&amp;/g, '&'));
    if (this.pictures === 'none') return true;
    const isError = this.pictures === 'error';
    await this.#tell(
      'Response',
      'DeviceConfig',
      query.sn,
      query.deviceId,
      `<Result>${isError ? 'ERROR' : 'OK'}</Result>\r\n`,
    );
    if (this.pictures === 'true')
      await this.#takeAll(
        query.deviceId,
        Number(value(text, 'SnapNum')),
        Number(value(text, 'Interval')),
        url,
        session,
      );
    return true;
  }

  /** Uploads that run are given up. */
  stop(): void {
    this.#ended.abort();
  }

  async #takeAll(
    channelId: string,
    count: number,
    intervalSeconds: number,
    url: string,
    session: string,
  ): Promise<void> {
    const { deviceTime, wheel } = this.#ports;
    const sent: string[] = [];
    for (let index = 0; index < count && !this.#ended.signal.aborted; index++) {
      if (index > 0) await new Promise<void>((resolve) => wheel.after(intervalSeconds * 1000, () => resolve()));
      this.#files += 1;
      // 20 digits of the channel, 02, the time, and numbers (annex)
      const stamp = deviceTime().replace(/\D/g, '');
      const fileId = `${channelId}02${stamp}${String(this.#files).padStart(5, '0')}`;
      if (await this.#send(url, this.fileName ?? `${fileId}.jpg`)) sent.push(fileId);
    }
    const list = sent.map((fileId) => `<SnapShotFileID>${fileId}</SnapShotFileID>\r\n`).join('');
    const inner = `<SessionID>${session}</SessionID>\r\n<SnapShotList>\r\n${list}</SnapShotList>\r\n`;
    await this.#tell('Notify', 'UploadSnapShotFinished', '101', channelId, inner);
  }

  async #send(url: string, name: string): Promise<boolean> {
    const { method, as } = this.upload;
    const picture = new Uint8Array(this.picture);
    const form = new FormData();
    form.set('file', new Blob([picture], { type: 'image/jpeg' }), name);
    const target = as === 'form' ? url : `${url}/${encodeURIComponent(name)}`;
    const { status } = await fetch(target, {
      method,
      body: as === 'form' ? form : picture,
      signal: this.#ended.signal,
    }).catch(() => ({ status: 0 }));
    this.uploads.push({ url, name, status });
    return status === 200;
  }

  #tell(root: string, cmdType: string, sn: string, deviceId: string, inner: string): Promise<void> {
    const { style, tell } = this.#ports;
    return tell('MESSAGE', encode(document(root, cmdType, sn, deviceId, inner), style));
  }

  #alarm(alarm: SimulatedAlarm, sn: string): string {
    const { channelIds, deviceId, deviceTime, style } = this.#ports;
    const isOdd = style.alarms === 'odd';
    const { type, event } = alarm;
    const param =
      event === undefined ? '' : `<AlarmTypeParam>\r\n<EventType>${event}</EventType>\r\n</AlarmTypeParam>\r\n`;
    const info = isOdd ? 'info' : 'Info';
    const inner = [
      element('AlarmPriority', alarm.priority ?? 4),
      element('AlarmMethod', isOdd ? '视频' : (alarm.method ?? 5)),
      element('AlarmTime', isOdd ? '0000-00-00 --' : (alarm.time ?? deviceTime())),
      element('AlarmDescription', alarm.description),
      element('Longitude', alarm.longitude),
      element('Latitude', alarm.latitude),
      type === undefined ? '' : `<${info}>\r\n${element('AlarmType', type)}${param}</${info}>\r\n`,
    ].join('');
    return document('Notify', 'Alarm', sn, alarm.sourceId ?? channelIds[0] ?? deviceId, inner);
  }
}

function document(root: string, cmdType: string, sn: string, deviceId: string, inner: string): string {
  return `<${root}>\r\n<CmdType>${cmdType}</CmdType>\r\n<SN>${sn}</SN>\r\n<DeviceID>${deviceId}</DeviceID>\r\n${inner}</${root}>\r\n`;
}

function element(name: string, text: string | number | undefined): string {
  return text === undefined ? '' : `<${name}>${text}</${name}>\r\n`;
}

function value(text: string, name: string): string {
  return new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(text)?.[1] ?? '';
}
