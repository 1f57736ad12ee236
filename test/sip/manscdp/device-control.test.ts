import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  alarmReset,
  deviceUpgrade,
  dragZoom,
  formatCard,
  guardControl,
  homePositionControl,
  ptzControl,
  ptzPrecise,
  readControlResult,
  recordControl,
  targetTrack,
  teleBoot,
} from '../../../src/sip/manscdp/device-control.ts';
import { readUpgradeResult } from '../../../src/sip/manscdp/device-upgrade.ts';
import { bodyStyle, type Envelope, readEnvelope } from '../../../src/sip/manscdp/envelope.ts';
import { keyFrameCommand } from '../../../src/sip/manscdp/key-frame.ts';
import { presetQuestion, readPresets } from '../../../src/sip/manscdp/preset-query.ts';
import type { Question } from '../../../src/sip/manscdp/question.ts';

/** The bytes of every control, against examples of the standard; documented answers, also as makers spell them. */

const CHANNEL = '34020000001320000001';
const fixture = (name: string) => readFileSync(new URL(`../../fixtures/manscdp/${name}.xml`, import.meta.url));
const OLD = bodyStyle('2.0', null);
const NEW = bodyStyle('3.0', null);

function envelope(body: Uint8Array | string): Envelope {
  const read = readEnvelope(typeof body === 'string' ? Buffer.from(body) : body);
  assert.ok(!('fault' in read));
  return read;
}

const box = { width: 704, height: 576, x: 300, y: 200, boxWidth: 120, boxHeight: 90 };
const area = { width: 1920, height: 1080, x: 960, y: 540, boxWidth: 100, boxHeight: 200 };
const upgrade = {
  firmware: 'V5.7.1',
  url: 'http://192.168.1.10:8080/fw/ipc-5.7.1.bin',
  manufacturer: 'ACME',
  session: '3f2a9c5e-7b1d-4e0a-9c55-0a1b2c3d4e5f',
};

type Row = readonly [
  name: string,
  question: Question<unknown>,
  sn: number,
  edition: 'old' | 'new',
  answer: 'none' | 'response',
];
const row = <A>(
  name: string,
  question: Question<A>,
  sn: number,
  edition: 'old' | 'new',
  answer: 'none' | 'response',
): Row => [name, question as unknown as Question<unknown>, sn, edition, answer];

const CONTROLS: readonly Row[] = [
  row('ptz', ptzControl(CHANNEL, 'A50F010180000036', { priority: 5 }), 11, 'old', 'none'),
  row('ptz-preset-name', ptzControl(CHANNEL, 'A50F018100010037', { presetName: 'gate' }), 12, 'new', 'none'),
  row('tele-boot', teleBoot(CHANNEL), 13, 'old', 'none'),
  row('record', recordControl(CHANNEL, true, 0), 14, 'new', 'response'),
  row('guard', guardControl(CHANNEL, true), 15, 'old', 'response'),
  row('alarm-reset', alarmReset('34020000001340000001', '2', 1), 16, 'old', 'response'),
  row('key-frame-2016', keyFrameCommand(CHANNEL, 'IFameCmd'), 17, 'old', 'none'),
  row('key-frame-2022', keyFrameCommand(CHANNEL, 'IFrameCmd'), 18, 'new', 'none'),
  row('drag-zoom-in', dragZoom(CHANNEL, 'in', box), 19, 'old', 'none'),
  row('drag-zoom-out', dragZoom(CHANNEL, 'out', box), 19, 'old', 'none'),
  row(
    'home-position',
    homePositionControl(CHANNEL, { enabled: true, resetSeconds: 60, preset: 1 }),
    20,
    'old',
    'response',
  ),
  row('ptz-precise', ptzPrecise(CHANNEL, { pan: 90, tilt: 10.5, zoom: 4 }), 21, 'new', 'none'),
  row('device-upgrade', deviceUpgrade(CHANNEL, upgrade), 22, 'new', 'response'),
  row('format-card', formatCard(CHANNEL, 1), 23, 'new', 'none'),
  row('target-track', targetTrack('34020000001320000002', 'Manual', CHANNEL, area), 24, 'new', 'none'),
];

for (const [name, question, sn, edition, answer] of CONTROLS) {
  test(`DeviceControl ${name}: the bytes of the example`, () => {
    const written = question.write(sn, edition === 'old' ? OLD : NEW);
    assert.equal(written.toString('latin1'), fixture(`device-control-${name}`).toString('latin1'));
    assert.equal(question.answer, answer);
  });
}

test('what may be left out is', () => {
  const body = <A>(question: Question<A>) => question.write(1, OLD).toString();
  assert.doesNotMatch(body(alarmReset(CHANNEL)), /Info/);
  assert.match(body(alarmReset(CHANNEL, '1/2')), /<AlarmMethod>1\/2<\/AlarmMethod>\s*<\/Info>/);
  assert.doesNotMatch(body(recordControl(CHANNEL, false)), /StreamNumber/);
  assert.match(body(recordControl(CHANNEL, false)), /<RecordCmd>StopRecord</);
  assert.match(body(guardControl(CHANNEL, false)), /<GuardCmd>ResetGuard</);
  assert.match(body(dragZoom(CHANNEL, 'out', box)), /<DragZoomOut>\s*<Length>704</);
  assert.match(
    body(ptzPrecise(CHANNEL, { tilt: -30 })),
    /<PTZPreciseCtrl>\s*<Tilt>-30\.00<\/Tilt>\s*<\/PTZPreciseCtrl>/,
  );
  assert.match(body(targetTrack(CHANNEL, 'Stop')), /<TargetTrack>Stop<\/TargetTrack>\s*<\/Control>/);
  const home = homePositionControl(CHANNEL, { enabled: false });
  assert.match(body(home), /<HomePosition>\s*<Enabled>0<\/Enabled>\s*<\/HomePosition>/);
});

test('a name is written in the charset of the device, and nothing in it becomes XML', () => {
  const bytes = (style: typeof OLD) =>
    ptzControl(CHANNEL, 'A50F018100010037', { presetName: '东门 <1>' }).write(1, style);
  assert.ok(bytes(NEW).includes(Buffer.from([0xb6, 0xab, 0xc3, 0xc5])));
  assert.ok(bytes(bodyStyle('3.0', 'UTF-8')).includes(Buffer.from('东门 &lt;1&gt;')));
});

test('Response/DeviceControl, also as makers write it', () => {
  assert.equal(readControlResult(envelope(fixture('device-control-response'))), 'OK');
  const said = (result: string) =>
    readControlResult(envelope(`<Response><CmdType>DeviceControl</CmdType><SN>1</SN>${result}</Response>`));
  assert.equal(said('<Result>ERROR</Result>'), 'ERROR');
  assert.equal(said('<result> Error </result>'), 'ERROR');
  assert.equal(said('<Result>FAIL</Result>'), 'ERROR');
  assert.equal(said('<Result>ok</Result>'), 'OK');
  assert.equal(said(''), 'OK');
});

test('DeviceUpgradeResult, also where it is called Result', () => {
  assert.deepEqual(readUpgradeResult(envelope(fixture('device-upgrade-result'))), {
    session: '3f2a9c5e-7b1d-4e0a-9c55-0a1b2c3d4e5f',
    ok: true,
    firmware: 'V5.7.1',
    failedReason: null,
  });
  const said = (inner: string) =>
    readUpgradeResult(envelope(`<Notify><CmdType>DeviceUpgradeResult</CmdType><SN>1</SN>${inner}</Notify>`));
  assert.equal(said('<Result>OK</Result>').ok, true);
  assert.deepEqual(said('<UpgradeResult>ERROR</UpgradeResult><UpgradeFailedReason>02</UpgradeFailedReason>'), {
    session: '',
    ok: false,
    firmware: '',
    failedReason: '02',
  });
  assert.equal(said('').failedReason, '99');
});

test('PresetQuery: the bytes of the example, and its answer', () => {
  const question = presetQuestion(CHANNEL, 'PresetQuery');
  assert.equal(question.write(71, OLD).toString(), fixture('preset-query').toString());
  assert.match(presetQuestion(CHANNEL, 'PersetQuery').write(1, OLD).toString(), /<CmdType>PersetQuery</);
  const list = question.read(envelope(fixture('preset-query-response')));
  assert.deepEqual(list, {
    presets: [
      { number: 1, name: 'door' },
      { number: 2, name: 'yard' },
    ],
    sumNum: 2,
    refused: [],
  });
  assert.equal(question.gather?.([list]), true);
});

test('presets: the spelling of 2011, other case, no list around them', () => {
  const read = (inner: string) =>
    readPresets(envelope(`<Response><CmdType>PersetQuery</CmdType><SN>1</SN>${inner}</Response>`)).presets;
  assert.deepEqual(
    read('<PersetList Num="1"><Item><PersetID>3</PersetID><PersetName>a</PersetName></Item></PersetList>'),
    [{ number: 3, name: 'a' }],
  );
  assert.deepEqual(read('<presetlist><Item presetid="4" PresetName="b"/></presetlist>'), [{ number: 4, name: 'b' }]);
  assert.deepEqual(read('<Item><PresetID> 5 </PresetID></Item>'), [{ number: 5, name: '' }]);
});

test('PTZ-7: presets 0 and above 255 are left out, names may be missing', () => {
  const item = (number: string) => `<Item><PresetID>${number}</PresetID><PresetName></PresetName></Item>`;
  const list = readPresets(
    envelope(
      `<Response><CmdType>PresetQuery</CmdType><SN>1</SN><PresetList Num="5">${['0', '1', '255', '256', 'x'].map(item).join('')}</PresetList></Response>`,
    ),
  );
  assert.deepEqual(
    list.presets.map(({ number }) => number),
    [1, 255],
  );
  assert.deepEqual(list.refused, ['0', '256', 'x']);
});

test('presets in several messages are one list, complete when the count says so', () => {
  const question = presetQuestion(CHANNEL, 'PresetQuery');
  const part = (numbers: number[], sum = '<SumNum>4</SumNum>') =>
    question.read(
      envelope(
        `<Response><CmdType>PresetQuery</CmdType><SN>1</SN>${sum}<PresetList Num="${numbers.length}">${numbers.map((n) => `<Item><PresetID>${n}</PresetID><PresetName>p${n}</PresetName></Item>`).join('')}</PresetList></Response>`,
      ),
    );
  const [first, second] = [part([3, 4]), part([1, 2])];
  assert.equal(question.gather?.([first]), false);
  assert.equal(question.gather?.([first, second]), true);
  assert.deepEqual(
    question.merge?.([first, second]).presets.map(({ number }) => number),
    [1, 2, 3, 4],
  );
  assert.equal(question.gather?.([part([1], '')]), true, 'without a count the first message is all');
});
