import { encode, type Query, type Style } from '../manscdp.ts';
import type { ControlBehaviour } from './behaviour.ts';
import { inner, textOf } from './text.ts';

/** How a simulated device is set up (GB/T 28181-2022 A.2.3.2, A.2.4.9): it keeps what it is told and tells it again. Read and written as text: the project's own rooms are on the other side. */

export interface SetupPorts {
  readonly style: Style & ControlBehaviour;
  reboot(): void;
}

/** What it has before anybody changes it, by section: the inside of its element, and its attributes. */
const SECTIONS: Readonly<Record<string, string>> = {
  BasicParam:
    '<BasicParam><Name>Simulated camera</Name><Expiration>3600</Expiration><HeartBeatInterval>60</HeartBeatInterval><HeartBeatCount>3</HeartBeatCount><PositionCapability>0</PositionCapability></BasicParam>',
  VideoParamOpt: '<VideoParamOpt><DownloadSpeed>1/2/4</DownloadSpeed><Resolution>6/5/4</Resolution></VideoParamOpt>',
  SVACEncodeConfig:
    '<SVACEncodeConfig><ROIParam><ROIFlag>0</ROIFlag><ROINumber>0</ROINumber></ROIParam><SVCParam><SVCSpaceDomainMode>1</SVCSpaceDomainMode><SVCTimeDomainMode>0</SVCTimeDomainMode><SVCSpaceSupportMode>2</SVCSpaceSupportMode><SVCTimeSupportMode>1</SVCTimeSupportMode></SVCParam></SVACEncodeConfig>',
  SVACDecodeConfig:
    '<SVACDecodeConfig><SVCParam><SVCSTMMode>0</SVCSTMMode><SVCSpaceSupportMode>2</SVCSpaceSupportMode><SVCTimeSupportMode>1</SVCTimeSupportMode></SVCParam></SVACDecodeConfig>',
  VideoParamAttribute:
    '<VideoParamAttribute Num="2"><Item><StreamNumber>0</StreamNumber><VideoFormat>2</VideoFormat><Resolution>6</Resolution><FrameRate>25</FrameRate><BitRateType>1</BitRateType><VideoBitRate>4096</VideoBitRate><Profile>high</Profile></Item><Item><StreamNumber>1</StreamNumber><VideoFormat>2</VideoFormat><Resolution>4</Resolution><FrameRate>15</FrameRate><BitRateType>1</BitRateType><VideoBitRate>512</VideoBitRate></Item></VideoParamAttribute>',
  VideoRecordPlan:
    '<VideoRecordPlan><RecordEnable>0</RecordEnable><RecordScheduleSumNum>0</RecordScheduleSumNum><StreamNumber>0</StreamNumber></VideoRecordPlan>',
  VideoAlarmRecord:
    '<VideoAlarmRecord><RecordEnable>0</RecordEnable><RecordTime>30</RecordTime><PreRecordTime>5</PreRecordTime><StreamNumber>0</StreamNumber></VideoAlarmRecord>',
  PictureMask: '<PictureMask><On>0</On><SumNum>0</SumNum></PictureMask>',
  FrameMirror: '<FrameMirror>0</FrameMirror>',
  AlarmReport:
    '<AlarmReport><MotionDetection>1</MotionDetection><FieldDetection>1</FieldDetection><Maker><Sensitivity>70</Sensitivity></Maker></AlarmReport>',
  OSDConfig:
    '<OSDConfig><Length>1920</Length><Width>1080</Width><TimeX>32</TimeX><TimeY>32</TimeY><TimeEnable>1</TimeEnable><TimeType>0</TimeType><TextEnable>1</TextEnable><SumNum>0</SumNum></OSDConfig>',
  SnapShotConfig:
    '<SnapShot><SnapNum>1</SnapNum><Interval>1</Interval><UploadURL>http://192.0.2.1/snap</UploadURL><SessionID>0a1b2c3d4e5f60718293a4b5c6d7e8f9</SessionID></SnapShot>',
};

/** Requests kept for whoever looks. */
const MAX_SEEN = 1_000;

export class SetupSide {
  /** Sections as they were written, the newest last. */
  readonly seen: string[] = [];
  /** ConfigTypes that were asked for, the newest last. */
  readonly asked: string[] = [];
  /** What it says to whoever reads or writes: `none` only takes it. */
  answers: 'true' | 'error' | 'none' = 'true';
  /** `one`: a question for several sections has one answer; `each`: one for each; `first`: only the first section is told. */
  several: 'one' | 'each' | 'first' = 'one';
  /** Sections that it has. */
  readonly has = new Set(Object.keys(SECTIONS));
  readonly #ports: SetupPorts;
  /** By device or channel. */
  readonly #changed = new Map<string, Map<string, string>>();

  constructor(ports: SetupPorts) {
    this.#ports = ports;
  }

  /** The section of a device or a channel as it is now, one line of XML. */
  section(id: string, type: string): string {
    return this.#changed.get(id)?.get(type) ?? SECTIONS[type] ?? '';
  }

  /** The messages that answer ConfigDownload. */
  download(query: Query, body: Uint8Array): Buffer[] {
    const types = (inner(textOf(body), 'ConfigType') ?? '').trim().split('/');
    this.asked.push(types.join('/'));
    if (this.asked.length > MAX_SEEN) this.asked.shift();
    if (this.answers === 'none') return [];
    if (this.answers === 'error') return [this.#response(query, 'ERROR', '')];
    const told = (this.several === 'first' ? types.slice(0, 1) : types).filter((type) => this.has.has(type));
    const sections = told.map((type) => `${this.section(query.deviceId, type)}\r\n`);
    if (this.several !== 'each' || sections.length === 0) return [this.#response(query, 'OK', sections.join(''))];
    return sections.map((section) => this.#response(query, 'OK', section));
  }

  /** Carries out a DeviceConfig; the messages that answer it. */
  configure(query: Query, body: Uint8Array): Buffer[] {
    const { reboot, style } = this.#ports;
    const section = /<\/DeviceID>\s*([\s\S]*?)\s*<\/Control>/.exec(textOf(body))?.[1]?.replace(/\r\n/g, '') ?? '';
    this.seen.push(section);
    if (this.seen.length > MAX_SEEN) this.seen.shift();
    if (this.answers !== 'error') this.#take(query.deviceId, section);
    if (style.configAnswer === 'restart') {
      reboot();
      return [];
    }
    if (this.answers === 'none') return [];
    return [this.#response(query, this.answers === 'error' ? 'ERROR' : 'OK', '')];
  }

  /** What is left out of the registration parameters stays; every other section is what was written, and nothing else. */
  #take(id: string, section: string): void {
    const type = /^<(\w+)/.exec(section)?.[1];
    if (type === undefined) return;
    const own = this.#changed.get(id) ?? new Map<string, string>();
    this.#changed.set(id, own);
    if (type !== 'BasicParam') own.set(type, section);
    else
      for (const [element, name] of section.slice('<BasicParam>'.length).matchAll(/<(\w+)>[^<]*<\/\1>/g)) {
        const before = this.section(id, type);
        const place = new RegExp(`<${name}>[^<]*</${name}>`);
        // as a function: a `$` in a name is a `$`
        own.set(
          type,
          place.test(before)
            ? before.replace(place, () => element)
            : before.replace('</BasicParam>', () => `${element}</BasicParam>`),
        );
      }
  }

  #response({ cmdType, sn, deviceId }: Query, result: string, sections: string): Buffer {
    return encode(
      `<Response>\r\n<CmdType>${cmdType}</CmdType>\r\n<SN>${sn}</SN>\r\n<DeviceID>${deviceId}</DeviceID>\r\n<Result>${result}</Result>\r\n${sections}</Response>\r\n`,
      this.#ports.style,
    );
  }
}
