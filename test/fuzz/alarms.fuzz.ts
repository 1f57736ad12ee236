import { readAlarm } from '../../src/sip/manscdp/alarm.ts';
import { readEnvelope } from '../../src/sip/manscdp/envelope.ts';
import { readSnapshotsFinished } from '../../src/sip/manscdp/upload-snapshot-finished.ts';
import { cpuMs, mutate, pick, prng } from './mutate.ts';

export const name = 'alarms';

const bodies = [
  '<Notify><CmdType>Alarm</CmdType><SN>62</SN><DeviceID>34020000001320000001</DeviceID><AlarmPriority>4</AlarmPriority><AlarmMethod>5</AlarmMethod><AlarmTime>2024-01-05T14:03:21</AlarmTime><AlarmDescription>zone 1</AlarmDescription><Longitude>117.12</Longitude><Latitude>31.12</Latitude><Info><AlarmType>6</AlarmType><AlarmTypeParam><EventType>1</EventType></AlarmTypeParam></Info></Notify>',
  '<Notify><CmdType>UploadSnapShotFinished</CmdType><SN>101</SN><SessionID>0a1b2c3d4e5f60718293a4b5c6d7e8f9</SessionID><SnapShotList><SnapShotFileID>34020000001320000001022024010514032151201</SnapShotFileID></SnapShotList></Notify>',
].map((text) => Buffer.from(text));

/** A body that takes longer than this to read is a hang in the making. */
const SLOW_MS = 1000;
const isWithin = (value: number | null, first: number, last: number) =>
  value === null || (value >= first && value <= last);

/** What devices say unasked, changed at random: numbers stay in their ranges, texts in their lengths. */
export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  for (let i = 0; i < iterations; i += 1) {
    const startMs = cpuMs();
    const envelope = readEnvelope(mutate(pick(random, bodies), random));
    if (!('fault' in envelope)) {
      const { priority, method, type, longitude, latitude, description, raw } = readAlarm(envelope, 'Asia/Shanghai');
      if (!isWithin(priority, 1, 4) || !isWithin(method, 1, 7) || !isWithin(type, 1, 255))
        throw new Error(`number at iteration ${i}`);
      if (!isWithin(longitude, -180, 180) || !isWithin(latitude, -90, 90)) throw new Error(`place at iteration ${i}`);
      if (description.length > 1024 || Object.values(raw).some((text) => text.length > 128))
        throw new Error(`text at iteration ${i}`);
      if (readSnapshotsFinished(envelope).fileIds.length > 10) throw new Error(`files at iteration ${i}`);
    }
    if (cpuMs() - startMs > SLOW_MS) throw new Error(`iteration ${i} took ${cpuMs() - startMs} ms`);
  }
}
