/**
 * Alarms by the thousand: read, numbered, told and written into the database of a data folder on this disk, a thousand a second,
 * while a clock ticks beside them as packets would arrive. How late the ticks are, against the same ticks without alarms.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Alarms } from '../src/gateway/alarms/alarms.ts';
import { systemClock } from '../src/gateway/clock.ts';
import { readEnvelope } from '../src/sip/manscdp/envelope.ts';
import { openStore } from '../src/store/store.ts';
import { printTable } from './table.ts';

export const name = 'alarms';

const PER_SECOND = 1000;
const SECONDS = 20;
/** Turns in a second in which alarms come. */
const TURNS = 100;
const TICK_MS = 5;

const body = (sn: number) =>
  Buffer.from(
    `<?xml version="1.0" encoding="GB2312"?>\r\n<Notify>\r\n<CmdType>Alarm</CmdType>\r\n<SN>${sn}</SN>\r\n<DeviceID>34020000001320000001</DeviceID>\r\n<AlarmPriority>4</AlarmPriority>\r\n<AlarmMethod>5</AlarmMethod>\r\n<AlarmTime>2026-01-05T14:03:21</AlarmTime>\r\n<AlarmDescription>intrusion zone 1</AlarmDescription>\r\n<Info>\r\n<AlarmType>6</AlarmType>\r\n</Info>\r\n</Notify>\r\n`,
  );

/** Lateness of a clock's ticks, ms, sorted. `beside` is called at each turn. */
async function lateness(beside: () => void): Promise<number[]> {
  const late: number[] = [];
  const startMs = performance.now();
  let ticks = 0;
  const ticker = setInterval(() => {
    ticks += 1;
    late.push(Math.max(0, performance.now() - startMs - ticks * TICK_MS));
    // a tick that is late makes those behind it late as well; each is counted for itself
    ticks = Math.round((performance.now() - startMs) / TICK_MS);
  }, TICK_MS);
  for (let turn = 1; turn <= TURNS * SECONDS; turn += 1) {
    const waitMs = startMs + (turn * 1000) / TURNS - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    beside();
  }
  clearInterval(ticker);
  return late.sort((a, b) => a - b);
}

export async function run(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'gbgate-bench-'));
  const store = openStore(folder);
  if ('fault' in store) throw new Error(store.fault);
  let longestMs = 0;
  let writes = 0;
  const alarms = new Alarms({
    rows: {
      ...store.alarms,
      addAll(batch) {
        const startMs = performance.now();
        const isKept = store.alarms.addAll(batch);
        longestMs = Math.max(longestMs, performance.now() - startMs);
        writes += 1;
        return isKept;
      },
    },
    clock: systemClock,
    timeZone: 'Asia/Shanghai',
    keepDays: 90,
    maxRows: 200_000,
    iso: (epochMs) => new Date(epochMs).toISOString(),
    publish: () => {},
    channelOf: (_deviceId, sourceId) => sourceId,
    receipt: async () => null,
    found: () => {},
    act: () => {},
  });
  let sn = 0;
  const busy = await lateness(() => {
    for (let n = 0; n < PER_SECOND / TURNS; n += 1) {
      sn += 1;
      const envelope = readEnvelope(body(sn));
      if (!('fault' in envelope)) alarms.notified('34020000001110000001', envelope, 'MESSAGE');
    }
  });
  alarms.close();
  const stored = store.alarms.lastNumber();
  const { dropped } = alarms.counters;
  const faults = store.faults.count;
  store.close();
  await rm(folder, { recursive: true });
  const idle = await lateness(() => {});
  const at = (list: number[], share: number) => `${(list[Math.floor(share * (list.length - 1))] ?? 0).toFixed(1)} ms`;
  const row = (what: string, list: number[]) => [what, at(list, 0.5), at(list, 0.99), at(list, 0.999), at(list, 1)];
  printTable(
    ['ticks of 5 ms', 'late, median', '99 %', '99.9 %', 'most'],
    [row(`${PER_SECOND} alarms a second`, busy), row('nothing else', idle)],
  );
  console.log(
    `${sn} alarms in ${SECONDS} s: ${stored} stored in ${writes} transactions, the longest ${longestMs.toFixed(1)} ms; ${dropped} dropped, ${faults} refused by the disk`,
  );
  return stored === sn && dropped === 0 && faults === 0;
}
