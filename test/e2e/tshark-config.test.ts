/** Configuration of every section and the other queries as tshark sees them, over UDP and over TCP: no malformed message in any of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/gateway/clock.ts';
import { openVocabulary } from '../../src/gateway/control/vocabulary.ts';
import { isProblem } from '../../src/gateway/views.ts';
import { CHANNEL, ID, meet, until } from '../simulator/meet.ts';
import type { SeenPacket } from '../support/sip-pcap.ts';
import { toldNowhere } from '../support/told-nowhere.ts';
import { judgeSip, STANDARD_HEADER } from '../support/tshark.ts';

/** Written into the capture for our own port, which is not known before the first packets. */
const OURS = 5060;
const ASK = { force: false };
const CHANGES: Readonly<Record<string, unknown>> = {
  BasicParam: { Name: '东门停车场 <1>' },
  SVACEncodeConfig: { AudioParam: { AudioRecognitionFlag: true } },
  SVACDecodeConfig: { SVCParam: { SVCSTMMode: 1 } },
  VideoParamAttribute: { Item: [{ StreamNumber: 0, VideoBitRate: 2048 }] },
  VideoRecordPlan: {
    RecordSchedule: [
      {
        WeekDayNum: 1,
        TimeSegment: [{ StartHour: 8, StartMin: 0, StartSec: 0, StopHour: 18, StopMin: 30, StopSec: 0 }],
      },
    ],
  },
  VideoAlarmRecord: { RecordTime: 60 },
  PictureMask: { On: true, RegionList: { Item: [{ Seq: 1, Point: [20, 30, 50, 60] }] } },
  FrameMirror: 3,
  AlarmReport: { MotionDetection: false },
  OSDConfig: { Item: [{ Text: '东门', X: 32, Y: 1000 }] },
  SnapShotConfig: { SnapNum: 1, Interval: 1, UploadURL: 'http://192.0.2.1/up', SessionID: 'a'.repeat(32) },
};

for (const sip of ['udp', 'tcp'] as const)
  test(`tshark finds nothing wrong with configuration and queries over ${sip}`, async (t) => {
    const packets: SeenPacket[] = [];
    const { server } = await meet(t, { channels: 1, sip }, 15_000, {
      tap: (direction, bytes, peer) => {
        const camera = { host: peer.host, port: peer.port };
        const ours = { host: '127.0.0.1', port: OURS };
        const [from, to] = direction === 'in' ? [camera, ours] : [ours, camera];
        packets.push({ bytes: Buffer.from(bytes), from, to, epochMs: Date.now(), transport: peer.transport });
      },
    });
    await until('the catalogue', () => server.directory.channel(ID, CHANNEL) !== undefined);
    server.directory.device(ID)!.version = '3.0';
    const { desks, close } = openVocabulary({
      ...toldNowhere(),
      sip: server,
      clock: systemClock,
      channelMissing: () => null,
      fetch: () => {},
    });
    t.after(() => close());
    for (const said of [
      await desks.configs.read(ID, CHANNEL, null, ASK),
      await desks.configs.change(ID, CHANNEL, CHANGES, ASK),
      await desks.queries.status(ID, null, ASK),
      await desks.queries.cruises(ID, CHANNEL, ASK),
      await desks.queries.cruise(ID, CHANNEL, 0, ASK),
      await desks.queries.homePosition(ID, CHANNEL, ASK),
      await desks.queries.ptzPosition(ID, CHANNEL, ASK),
      await desks.positions.ask(ID, CHANNEL, ASK),
      await desks.queries.storageCards(ID, ASK),
    ])
      assert.ok(!isProblem(said), JSON.stringify(said));
    // what was seen of the last answer is our 200 to it
    await until(
      'all of it',
      () => packets.filter(({ bytes }) => Buffer.from(bytes).includes('SDCardStatus')).length >= 2,
    );
    const judged = judgeSip([...packets], OURS);
    assert.equal(judged.malformedFrames, 0);
    assert.deepEqual(
      judged.complaints.filter((complaint) => complaint !== STANDARD_HEADER),
      [],
    );
    const count = (body: string) => judged.bodies.filter((each) => each === body).length;
    for (const kind of ['Control', 'Response'])
      assert.ok(count(`${kind} DeviceConfig`) >= Object.keys(CHANGES).length, `${kind} DeviceConfig`);
    for (const command of [
      'ConfigDownload',
      'DeviceStatus',
      'CruiseTrackListQuery',
      'CruiseTrackQuery',
      'HomePositionQuery',
      'PTZPosition',
      'MobilePosition',
      'SDCardStatus',
    ])
      for (const kind of ['Query', 'Response']) assert.ok(count(`${kind} ${command}`) >= 1, `${kind} ${command}`);
  });
