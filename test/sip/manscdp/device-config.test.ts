import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { configQuestion, readConfigAnswer } from '../../../src/sip/manscdp/config-download.ts';
import type { ConfigObject, ConfigValue } from '../../../src/sip/manscdp/config-fields.ts';
import { CONFIG_SECTIONS, type ConfigType } from '../../../src/sip/manscdp/config-sections.ts';
import { deviceConfig } from '../../../src/sip/manscdp/device-config.ts';
import { bodyStyle, type Envelope, readEnvelope } from '../../../src/sip/manscdp/envelope.ts';

/** Configuration, read and written: the bytes of every section against examples of the standard, and what makers make of them. */

const CHANNEL = '34020000001320000001';
const fixture = (name: string) => readFileSync(new URL(`../../fixtures/manscdp/${name}.xml`, import.meta.url));
const OLD = bodyStyle('2.0', null);
const NEW = bodyStyle('3.0', null);

function envelope(body: Uint8Array | string): Envelope {
  const read = readEnvelope(typeof body === 'string' ? Buffer.from(body) : body);
  assert.ok(!('fault' in read));
  return read;
}

/** What a device says of one section, written as text. */
function said(type: ConfigType, sections: string): ConfigValue | undefined {
  const body = `<Response><CmdType>ConfigDownload</CmdType><SN>1</SN><Result>OK</Result>${sections}</Response>`;
  return readConfigAnswer(envelope(body)).sections.get(type);
}

const written = (type: ConfigType, value: ConfigValue) => deviceConfig(CHANNEL, type, value).write(1, OLD).toString();

const SECTIONS: readonly (readonly [ConfigType, sn: number, fixture: string, ConfigValue])[] = [
  ['BasicParam', 31, 'basic-param', { Name: 'gate-1', Expiration: 86400, HeartBeatInterval: 60, HeartBeatCount: 3 }],
  [
    'VideoParamAttribute',
    33,
    'video-param-attribute',
    {
      Item: [
        { StreamNumber: 0, VideoFormat: 5, Resolution: '6', FrameRate: 25, BitRateType: 2, VideoBitRate: 4096 },
        { StreamNumber: 1, VideoFormat: 2, Resolution: '4', FrameRate: 15, BitRateType: 1, VideoBitRate: 512 },
      ],
    },
  ],
  [
    'VideoRecordPlan',
    34,
    'video-record-plan',
    {
      RecordEnable: true,
      RecordSchedule: [
        {
          WeekDayNum: 1,
          TimeSegment: [{ StartHour: 8, StartMin: 0, StartSec: 0, StopHour: 18, StopMin: 30, StopSec: 0 }],
        },
      ],
      StreamNumber: 0,
    },
  ],
  [
    'VideoAlarmRecord',
    35,
    'video-alarm-record',
    { RecordEnable: true, RecordTime: 30, PreRecordTime: 5, StreamNumber: 0 },
  ],
  ['PictureMask', 36, 'picture-mask', { On: true, RegionList: { Item: [{ Seq: 1, Point: [20, 30, 50, 60] }] } }],
  ['FrameMirror', 37, 'frame-mirror', 3],
  ['AlarmReport', 38, 'alarm-report', { MotionDetection: true, FieldDetection: false }],
  [
    'OSDConfig',
    39,
    'osd-config',
    {
      Length: 1920,
      Width: 1080,
      TimeX: 32,
      TimeY: 32,
      TimeEnable: true,
      TimeType: 0,
      TextEnable: true,
      Item: [{ Text: 'gate 1', X: 32, Y: 1000 }],
    },
  ],
  [
    'SnapShotConfig',
    40,
    'snap-shot-config',
    {
      SnapNum: 3,
      Interval: 1,
      UploadURL: 'http://192.168.1.10:18080/api/snap/upload',
      SessionID: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
    },
  ],
  [
    'SVACEncodeConfig',
    41,
    'svac-encode-config',
    {
      ROIParam: { ROIFlag: true, Item: [{ ROISeq: 1, TopLeft: 33, BottomRight: 99, ROIQP: 2 }] },
      SVCParam: { SVCSpaceDomainMode: 1, SVCTimeDomainMode: 0 },
      AudioParam: { AudioRecognitionFlag: false },
    },
  ],
  [
    'SVACDecodeConfig',
    42,
    'svac-decode-config',
    {
      SVCParam: { SVCSTMMode: 1 },
      SurveillanceParam: { TimeShowFlag: true, OSDShowFlag: true, AIShowFlag: false, GISShowFlag: false },
    },
  ],
];

for (const [type, sn, name, value] of SECTIONS) {
  test(`DeviceConfig ${type}: the bytes of the example, whatever the order of its keys`, () => {
    const example = fixture(`device-config-${name}`).toString();
    const style = type === 'BasicParam' ? OLD : NEW;
    assert.equal(deviceConfig(CHANNEL, type, value).write(sn, style).toString(), example);
    assert.equal(deviceConfig(CHANNEL, type, backwards(value)).write(sn, style).toString(), example);
    // read back in exactly the form in which it is written
    const answer = envelope(example.replaceAll('Control>', 'Response>').replace('DeviceConfig', 'ConfigDownload'));
    const read = readConfigAnswer(answer).sections.get(type)!;
    assert.deepEqual(withoutCounts(read), value);
    assert.equal(deviceConfig(CHANNEL, type, read).write(sn, style).toString(), example);
  });
}

function backwards(value: ConfigValue): ConfigValue {
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).reverse());
}

function withoutCounts(value: ConfigValue): ConfigValue {
  if (Array.isArray(value)) return value.map(withoutCounts);
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value as ConfigObject).filter(([key]) => !/SumNum$|^ROINumber$/.test(key));
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutCounts(each)]));
}

test('ConfigDownload: the bytes of the example, and its answers', () => {
  const question = configQuestion(CHANNEL, ['BasicParam', 'VideoParamOpt']);
  assert.equal(question.write(32, OLD).toString(), fixture('config-download').toString());
  const { result, sections } = question.read(envelope(fixture('config-download-response-basic')));
  assert.equal(result, 'OK');
  assert.deepEqual(Object.fromEntries(sections), {
    BasicParam: { Name: 'gate-1', Expiration: 86400, HeartBeatInterval: 60, HeartBeatCount: 3 },
    VideoParamOpt: { DownloadSpeed: [1, 2, 4], Resolution: ['6', '5', '4'] },
  });
  const of2022 = readConfigAnswer(envelope(fixture('config-download-response-2022')));
  assert.deepEqual(Object.fromEntries(of2022.sections), {
    VideoParamAttribute: {
      Item: [{ StreamNumber: 0, VideoFormat: 2, Resolution: '6', FrameRate: 25, BitRateType: 1, VideoBitRate: 2048 }],
    },
    FrameMirror: 0,
    AlarmReport: { MotionDetection: true, FieldDetection: true },
    SnapShotConfig: {
      SnapNum: 1,
      Interval: 1,
      UploadURL: 'http://192.168.1.10:18080/api/snap/upload',
      SessionID: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
    },
  });
  const svac = readConfigAnswer(envelope(fixture('config-download-response-svac')));
  assert.deepEqual(Object.fromEntries(svac.sections), {
    SVACEncodeConfig: {
      ROIParam: { ROIFlag: false, ROINumber: 0 },
      SVCParam: {
        SVCSpaceDomainMode: 1,
        SVCTimeDomainMode: 0,
        SVCSpaceSupportMode: 2,
        SVCTimeSupportMode: 1,
        SSVCRatioSupportList: ['4:3', '2:1'],
      },
    },
    SVACDecodeConfig: { SVCParam: { SVCSTMMode: 0, SVCSpaceSupportMode: 2, SVCTimeSupportMode: 1 } },
  });
});

test('Response/DeviceConfig', () => {
  const question = deviceConfig(CHANNEL, 'FrameMirror', 0);
  assert.equal(question.read(envelope(fixture('device-config-response'))), 'OK');
  assert.equal(question.answer, 'optional');
});

test('an answer in several messages is complete when every section has come, or one is refused', () => {
  const { gather, merge, read } = configQuestion(CHANNEL, ['BasicParam', 'FrameMirror']);
  const part = (inner: string, result = 'OK') =>
    read(
      envelope(`<Response><CmdType>ConfigDownload</CmdType><SN>1</SN><Result>${result}</Result>${inner}</Response>`),
    );
  const name = part('<BasicParam><Name>a</Name></BasicParam>');
  const mirror = part('<FrameMirror>1</FrameMirror>');
  assert.equal(gather?.([name]), false);
  assert.equal(gather?.([name, mirror]), true);
  assert.equal(gather?.([name, part('', 'ERROR')]), true);
  assert.deepEqual(
    [...merge!([name, mirror]).sections],
    [
      ['BasicParam', { Name: 'a' }],
      ['FrameMirror', 1],
    ],
  );
  assert.equal(merge?.([name, part('', 'ERROR')]).result, 'ERROR');
});

test('an answer under a strange command fits when it has the section (XML-8)', () => {
  const { fits } = configQuestion(CHANNEL, ['SnapShotConfig']);
  const answer = (inner: string) => envelope(`<Response><CmdType>Catalog</CmdType><SN>1</SN>${inner}</Response>`);
  assert.equal(fits?.(answer('<SnapShot><SnapNum>1</SnapNum></SnapShot>')), true);
  assert.equal(fits?.(answer('<snapshotconfig/>')), true);
  assert.equal(fits?.(answer('<BasicParam/>')), false);
});

test('BasicParam of before 2016 has access parameters; the password is never shown', () => {
  const read = said(
    'BasicParam',
    '<BasicParam><Name>c</Name><DeviceID>34020000001320000001</DeviceID><SIPServerID>34020000002000000001</SIPServerID><SIPServerIP>10.0.0.1</SIPServerIP><SIPServerPort>5060</SIPServerPort><DomainName>3402000000</DomainName><Expiration>3600</Expiration><Password>12345678</Password><HeartBeatInterval>60</HeartBeatInterval><HeartBeatCount>3</HeartBeatCount><PositionCapability>1</PositionCapability><Longitude>117.12</Longitude></BasicParam>',
  );
  assert.deepEqual(read, {
    Name: 'c',
    DeviceID: '34020000001320000001',
    SIPServerID: '34020000002000000001',
    SIPServerIP: '10.0.0.1',
    SIPServerPort: 5060,
    DomainName: '3402000000',
    Expiration: 3600,
    HeartBeatInterval: 60,
    HeartBeatCount: 3,
    PositionCapability: 1,
    Longitude: 117.12,
  });
  // what only answers have is not written; a password that is given is
  const body = written('BasicParam', { ...(read as ConfigObject), Password: 'new' });
  assert.doesNotMatch(body, /PositionCapability|Longitude/);
  assert.match(body, /<Expiration>3600<\/Expiration>\s*<Password>new<\/Password>\s*<HeartBeatInterval>60</);
});

test('the sections of the supplement of 2014', () => {
  assert.deepEqual(
    said(
      'VideoParamOpt',
      '<VideoParamOpt Num="1"><Item><StreamName>Stream1</StreamName><VideoFormatOpt>2/5</VideoFormatOpt><ResolutionOpt>6/2560x1440</ResolutionOpt><DownloadSpeedOpt>1/2</DownloadSpeedOpt></Item></VideoParamOpt>',
    ),
    {
      Item: [
        {
          StreamName: 'Stream1',
          VideoFormatOpt: ['2', '5'],
          ResolutionOpt: ['6', '2560x1440'],
          DownloadSpeedOpt: [1, 2],
        },
      ],
    },
  );
  const video = {
    StreamName: 'Stream1',
    VideoFormat: 2,
    Resolution: '6',
    FrameRate: 25,
    BitRateType: 1,
    VideoBitRate: 9,
  };
  const xml = written('VideoParamConfig', { Item: [video] });
  assert.match(xml, /<VideoParamConfig Num="1">\s*<Item>\s*<StreamName>Stream1<\/StreamName>\s*<VideoFormat>2</);
  assert.deepEqual(said('VideoParamConfig', xml.slice(xml.indexOf('<VideoParamConfig'))), { Item: [video] });
  const audio = { StreamName: 'Stream1', AudioFormat: 1, AudioBitRate: 5, SamplingRate: 1 };
  assert.match(
    written('AudioParamConfig', { Item: [audio] }),
    /<AudioParamConfig Num="1">\s*<Item>\s*<StreamName>Stream1<\/StreamName>\s*<AudioFormat>1</,
  );
  assert.deepEqual(
    said(
      'AudioParamOpt',
      '<AudioParamOpt><Item><StreamName>a</StreamName><AudioFormatOpt>1/2</AudioFormatOpt><AudioBitRateOpt>5</AudioBitRateOpt><SamplingRateOpt>1/3</SamplingRateOpt></Item></AudioParamOpt>',
    ),
    { Item: [{ StreamName: 'a', AudioFormatOpt: ['1', '2'], AudioBitRateOpt: ['5'], SamplingRateOpt: ['1', '3'] }] },
  );
});

test('SVAC of 2016 has a background, events and alerts', () => {
  assert.deepEqual(
    said(
      'SVACEncodeConfig',
      '<SVACEncodeConfig><ROIParma><ROIFlag>1</ROIFlag><ROINumber>1</ROINumber><Item><ROISeq>1</ROISeq><TopLeft>1</TopLeft><BottomRight>19683</BottomRight><ROIQP>3</ROIQP></Item><BackGroundQP>2</BackGroundQP><BackGroundSkipFlag>0</BackGroundSkipFlag></ROIParma><SurveillanceParam><TimeFlag>1</TimeFlag><EventFlag>0</EventFlag><AlertFlag>1</AlertFlag></SurveillanceParam></SVACEncodeConfig>',
    ),
    {
      ROIParam: {
        ROIFlag: true,
        ROINumber: 1,
        Item: [{ ROISeq: 1, TopLeft: 1, BottomRight: 19683, ROIQP: 3 }],
        BackGroundQP: 2,
        BackGroundSkipFlag: false,
      },
      SurveillanceParam: { TimeFlag: true, EventFlag: false, AlertFlag: true },
    },
  );
  assert.deepEqual(
    said(
      'SVACDecodeConfig',
      '<SVACDecodeConfig><SurveillanceParam><EventShowFlag>1</EventShowFlag><AlertShowFlag>0</AlertShowFlag></SurveillanceParam></SVACDecodeConfig>',
    ),
    { SurveillanceParam: { EventShowFlag: true, AlertShowFlag: false } },
  );
});

test('elements that no table knows are kept, returned, and written back unchanged', () => {
  const own =
    '<AlarmReport><MotionDetection>1</MotionDetection><FieldDetection>0</FieldDetection><Maker Level="2"><Zone>a</Zone><Zone>b</Zone></Maker><Loud Since="x">yes</Loud><Empty></Empty></AlarmReport>';
  const read = said('AlarmReport', own);
  assert.deepEqual(read, {
    MotionDetection: true,
    FieldDetection: false,
    Maker: { '@Level': '2', Zone: ['a', 'b'] },
    Loud: { '@Since': 'x', '#text': 'yes' },
    Empty: '',
  });
  assert.ok(written('AlarmReport', read!).replaceAll('\r\n', '').includes(own));
});

test('attributes, other case, words for numbers, and what is of another kind', () => {
  assert.deepEqual(said('AlarmReport', '<alarmreport MotionDetection="ON" fielddetection="0"/>'), {
    MotionDetection: true,
    FieldDetection: false,
  });
  const odd = said(
    'OSDConfig',
    '<OSDConfig><Length>full</Length><Width></Width><TimeX>-1</TimeX><TimeEnable>maybe</TimeEnable><Vendor id="1"/></OSDConfig>',
  );
  assert.deepEqual(odd, { Length: 'full', TimeX: -1, TimeEnable: 'maybe', Vendor: { '@id': '1' } });
  assert.match(written('OSDConfig', odd!), /<Length>full<\/Length>\s*<TimeX>-1<\/TimeX>\s*<TimeEnable>maybe</);
  assert.equal(said('FrameMirror', '<FrameMirror></FrameMirror>'), undefined);
});

test('counts are ours: of an empty list nothing is written but its number', () => {
  assert.match(
    written('PictureMask', { On: false, SumNum: 9, RegionList: { Item: [] } }),
    /<On>0<\/On>\s*<SumNum>0<\/SumNum>\s*<\/PictureMask>/,
  );
  assert.match(written('OSDConfig', { SumNum: 5 }), /<SumNum>0<\/SumNum>/);
});

test('what a device sends has its limits', () => {
  const many = said('OSDConfig', `<OSDConfig>${'<Item><Text>a</Text></Item>'.repeat(500)}</OSDConfig>`);
  assert.equal(((many as ConfigObject).Item as ConfigValue[]).length, 64);
  const foreign = said('OSDConfig', `<OSDConfig>${'<X>1</X>'.repeat(5000)}</OSDConfig>`);
  assert.equal(((foreign as ConfigObject).X as ConfigValue[]).length, 1000);
  const long = said(
    'BasicParam',
    `<BasicParam><Name>${'n'.repeat(5000)}</Name><Y>${'y'.repeat(5000)}</Y></BasicParam>`,
  );
  assert.deepEqual(
    Object.values(long as ConfigObject).map((each) => String(each).length),
    [1024, 1024],
  );
  const deep = said('BasicParam', `<BasicParam>${'<D>'.repeat(30)}x${'</D>'.repeat(30)}</BasicParam>`);
  assert.ok(JSON.stringify(deep).split('{').length <= 10);
});

test('a name is written in the charset of the device, and nothing in it becomes XML', () => {
  const value = { Name: '东门 <1>' };
  assert.ok(
    deviceConfig(CHANNEL, 'BasicParam', value)
      .write(1, NEW)
      .includes(Buffer.from([0xb6, 0xab, 0xc3, 0xc5])),
  );
  assert.match(
    deviceConfig(CHANNEL, 'BasicParam', value).write(1, bodyStyle(null, 'UTF-8')).toString(),
    /<Name>东门 &lt;1&gt;<\/Name>/,
  );
});

test('whatever text a section holds comes back as it was, for every section', () => {
  const leaf = fc.stringMatching(/^[a-z0-9<>&"' 东门]{0,12}$/).map((text) => text.trim());
  const name = fc.stringMatching(/^X[A-Za-z]{0,6}$/);
  fc.assert(
    fc.property(fc.constantFrom(...CONFIG_SECTIONS), fc.dictionary(name, leaf), ({ type, field }, own) => {
      if (field.fields === undefined) return;
      const xml = deviceConfig(CHANNEL, type, own).write(1, OLD);
      const answer = readConfigAnswer(envelope(xml)).sections.get(type) as ConfigObject;
      const back = Object.fromEntries(Object.entries(answer).filter(([key]) => key.startsWith('X')));
      assert.deepEqual(back, { ...own });
    }),
    { numRuns: 200 },
  );
});
