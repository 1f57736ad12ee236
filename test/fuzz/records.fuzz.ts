import { RecordCollection } from '../../src/sip/camera/record-collection.ts';
import { parseDeviceTime } from '../../src/sip/manscdp/device-time.ts';
import { readEnvelope } from '../../src/sip/manscdp/envelope.ts';
import { readMediaStatus } from '../../src/sip/manscdp/media-status.ts';
import { readRecordInfo } from '../../src/sip/manscdp/record-info.ts';
import { cpuMs, mutate, pick, prng } from './mutate.ts';

export const name = 'records';

const CHANNEL = '34020000001320000001';
const QUERY = { channelId: CHANNEL, startEpochMs: Date.UTC(2024, 0, 4), endEpochMs: Date.UTC(2024, 0, 8) };
const item = (start: string, end: string): string =>
  `<Item><DeviceID>${CHANNEL}</DeviceID><Name>c</Name><FilePath>(null)</FilePath><StartTime>${start}</StartTime><EndTime>${end}</EndTime><Secrecy>0</Secrecy><Type>time</Type><FileSize>1</FileSize></Item>`;
const TIMES: readonly [string, string][] = [
  ['2024-01-05T08:00:00', '2024-01-05T09:00:00'],
  ['2024-01-05 08:00:00.123', '2024-01-05 09:00'],
  ['2024-01-05T08:00:00Z', '20240105T090000Z'],
  ['1704412800', '1704416400000'],
  ['2024-01-05T23:00:00+08:00', '2024-01-05T00:10:00'],
];
const bodies = [
  `<Response><CmdType>RecordInfo</CmdType><SN>1</SN><DeviceID>${CHANNEL}</DeviceID><SumNum>5</SumNum><RecordList Num="5">${TIMES.map(([s, e]) => item(s, e)).join('')}</RecordList></Response>`,
  `<Response><CmdType>RecordInfo</CmdType><SN>1</SN><DeviceID>${CHANNEL}</DeviceID><SumNum>0</SumNum></Response>`,
  `<Notify><CmdType>MediaStatus</CmdType><SN>8</SN><DeviceID>${CHANNEL}</DeviceID><NotifyType>121</NotifyType></Notify>`,
].map((text) => Buffer.from(text));

/** A body that takes longer than this to read is a hang in the making. */
const SLOW_MS = 1000;

/** Lists of footage and their times, changed at random: what is read lies in the range, is counted, and has a length. */
export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  for (let i = 0; i < iterations; i += 1) {
    const startMs = cpuMs();
    const zone = pick(random, ['Asia/Shanghai', 'Europe/Berlin', 'America/New_York']);
    const time = parseDeviceTime(Buffer.from(mutate(Buffer.from(pick(random, TIMES)[0]), random)).toString(), zone);
    if (time !== null && !time.epochMs.every(Number.isFinite)) throw new Error(`a time that is none at iteration ${i}`);
    const envelope = readEnvelope(mutate(pick(random, bodies), random), null);
    if (!('fault' in envelope)) {
      if (readMediaStatus(envelope).length > 16) throw new Error(`a type too long at iteration ${i}`);
      const part = readRecordInfo(envelope, QUERY, zone);
      const collection = new RecordCollection(QUERY, true, 0);
      for (const file of collection.add(part, 0)) {
        if (!(file.startEpochMs < file.endEpochMs)) throw new Error(`a file without length at iteration ${i}`);
        if (file.startEpochMs >= QUERY.endEpochMs || file.endEpochMs <= QUERY.startEpochMs)
          throw new Error(`a file out of the range at iteration ${i}`);
      }
      if (collection.received > part.records.length) throw new Error(`a wrong count at iteration ${i}`);
    }
    if (cpuMs() - startMs > SLOW_MS) throw new Error(`iteration ${i} took ${cpuMs() - startMs} ms`);
  }
}
