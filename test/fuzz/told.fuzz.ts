import { readEnvelope } from '../../src/sip/manscdp/envelope.ts';
import { readMobilePositions } from '../../src/sip/manscdp/mobile-position.ts';
import { readPtzPosition } from '../../src/sip/manscdp/ptz-position.ts';
import { toldBy } from '../../src/sip/subscription-answer.ts';
import { parseDatagram } from '../../src/sip/wire/parse.ts';
import { cpuMs, mutate, pick, prng } from './mutate.ts';

export const name = 'told';

const item =
  '<Item><DeviceID>34020000001320000001</DeviceID><CaptureTime>2024-01-05T14:03:20</CaptureTime><Longitude>117.12</Longitude><Latitude>31.12</Latitude><Speed>36.0</Speed><Direction>90.0</Direction></Item>';
const bodies = [
  `<Notify><CmdType>MobilePosition</CmdType><SN>92</SN><DeviceID>34020000001320000001</DeviceID><Time>2024-01-05T14:03:21</Time><SumNum>20</SumNum><DeviceList Num="20">${item.repeat(20)}</DeviceList></Notify>`,
  '<Notify><CmdType>MobilePosition</CmdType><SN>93</SN><DeviceID>34020000001320000001</DeviceID><Time>2024-01-05T14:03:21</Time><Longitude>117.12</Longitude><Latitude>31.12</Latitude></Notify>',
  '<Notify><CmdType>PTZPosition</CmdType><SN>76</SN><DeviceID>34020000001320000001</DeviceID><Pan>91.20</Pan><Tilt>10.50</Tilt><Zoom>4.00</Zoom></Notify>',
].map((text) => Buffer.from(text));
const notifies = ['active;expires=590', 'terminated;reason=timeout;retry-after=60'].map((state) =>
  Buffer.from(
    `NOTIFY sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bK1\r\nFrom: <sip:d@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: c\r\nCSeq: 2 NOTIFY\r\nEvent: Catalog;id=1\r\nSubscription-State: ${state}\r\nContent-Length: 0\r\n\r\n`,
  ),
);

/** A body that takes longer than this to read is a hang in the making. */
const SLOW_MS = 1000;

/** Heads and bodies of notifications changed at random: places stay on earth, numbers are numbers. */
export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  for (let i = 0; i < iterations; i += 1) {
    const startMs = cpuMs();
    const envelope = readEnvelope(mutate(pick(random, bodies), random));
    if (!('fault' in envelope)) {
      for (const { longitude, latitude, id, time } of readMobilePositions(envelope)) {
        if (!(Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90)) throw new Error(`place at iteration ${i}`);
        if (id.length > 64 || time.length > 40) throw new Error(`text at iteration ${i}`);
      }
      for (const value of Object.values(readPtzPosition(envelope)))
        if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`look at iteration ${i}`);
    }
    const message = parseDatagram(mutate(pick(random, notifies), random));
    if (message.kind === 'request') {
      const { endsInSeconds, retryAfterSeconds } = toldBy(message);
      for (const value of [endsInSeconds, retryAfterSeconds])
        if (value !== null && !(value >= 0 && value < 1e9)) throw new Error(`seconds at iteration ${i}`);
    }
    if (cpuMs() - startMs > SLOW_MS) throw new Error(`iteration ${i} took ${cpuMs() - startMs} ms`);
  }
}
