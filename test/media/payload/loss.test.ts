/** Elementary and transport streams in RTP, packets lost at random: no frame with a hole leaves, every one that came whole does. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { run, type Sent, videoSamples } from '../camera.ts';
import { accessUnits, h264, h265, nalUnits, sampleNals } from '../clips.ts';
import { map, pack, pes, RtpWriter } from '../ps/writer.ts';
import { esPackets, type Packet, rtp, TsWriter } from './rtp-writer.ts';

const HOLD = { holdMs: 100, maxPackets: 200 };
const START = Buffer.from([0, 0, 0, 1]);

/** The same packets are lost in every run (Numerical Recipes' generator). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Only what holds a picture or belongs to one: cameras leave delimiters and SEI out. */
function bare(units: readonly Buffer[]): Buffer[] {
  return units.map((unit) =>
    Buffer.concat(nalsOf(unit).flatMap((nal) => ([6, 9].includes(nal[0]! & 31) ? [] : [START, nal]))),
  );
}

const nalsOf = (unit: Buffer) => nalUnits(unit).map((nal) => Buffer.from(nal));

function transport(units: readonly Buffer[], streamType: number, isBounded: boolean): Packet[][] {
  const writer = new TsWriter(streamType, null);
  return units.map((unit, i) => {
    const bytes = Buffer.concat([...(i % 10 === 0 ? [writer.tables()] : []), writer.video(unit, i * 3600, isBounded)]);
    return Array.from({ length: Math.ceil(bytes.length / 376) }, (_, n) => ({
      payload: bytes.subarray(n * 376, (n + 1) * 376),
      marker: (n + 1) * 376 >= bytes.length,
    }));
  });
}

const plain = accessUnits(h264({ frames: 200, gop: 10 }), 'h264');
const slices = bare(accessUnits(h264({ frames: 200, gop: 10, slices: 4 }), 'h264'));
const hevc = accessUnits(h265({ frames: 100, gop: 10 }), 'h265');
const unmarked = (packets: readonly Packet[]) => packets.map((packet) => ({ ...packet, marker: false }));

const streams: Record<string, { units: readonly Buffer[]; packets: (readonly Packet[])[] }> = {
  'H.264': { units: plain, packets: plain.map((unit) => esPackets('h264', unit, { size: 300 })) },
  'H.264, no marker': { units: plain, packets: plain.map((unit) => unmarked(esPackets('h264', unit, { size: 300 }))) },
  'four slices, nothing before them': {
    units: slices,
    packets: slices.map((unit) => esPackets('h264', unit, { size: 300 })),
  },
  'four slices in fragments': { units: slices, packets: slices.map((unit) => esPackets('h264', unit, { size: 60 })) },
  'four slices, no marker': {
    units: slices,
    packets: slices.map((unit) => unmarked(esPackets('h264', unit, { size: 300 }))),
  },
  'H.265, bundled': { units: hevc, packets: hevc.map((unit) => esPackets('h265', unit, { size: 300, bundle: true })) },
  'a transport stream': { units: plain, packets: transport(plain, 0x1b, true) },
  'a transport stream of four slices, PES without length': { units: slices, packets: transport(slices, 0x1b, false) },
  'a transport stream of H.265': { units: hevc, packets: transport(hevc, 0x24, true) },
};

/**
 * Where only the next frame shows that a frame has ended, one right before a loss cannot be told from a cut one. The tables of a
 * transport stream, a packet of their own before a key frame, show nothing.
 */
const SHOWS_NO_END = /no marker|without length/;

describe('payloads that are no program stream, under loss', () => {
  for (const [name, { units, packets }] of Object.entries(streams))
    for (const [how, share] of [
      ['1 %', 0.01],
      ['10 %', 0.1],
    ] as const)
      it(`RTP-1: ${name}: ${how} lost, some late and some twice: the whole frames and no other`, () => {
        for (let seed = 1; seed <= 5; seed += 1) {
          const roll = dice(seed);
          let sequence = 65_000;
          const sent: Sent[] = packets.flatMap((list, unit) =>
            list.map((packet) => ({
              packet: rtp(98, sequence++, unit * 3600, packet),
              unit,
              nowMs: 1000 + unit * 40,
            })),
          );
          const isLost = sent.map(({ unit }) => unit >= 12 && roll() < share);
          const cut = new Set(sent.flatMap(({ unit }, i) => (isLost[i] ? [unit] : [])));
          const beforeLoss = new Set(sent.flatMap(({ unit }, i) => (isLost[i + 1] || isLost[i + 2] ? [unit] : [])));
          const arrived = sent
            .flatMap((each, i) => (isLost[i] ? [] : [{ each, at: i < 50 ? i : i + Math.floor(roll() * 6) }]))
            .flatMap((entry) => (roll() < 0.1 ? [entry, { each: entry.each, at: entry.at + 3 }] : [entry]))
            .sort((a, b) => a.at - b.at)
            .map(({ each }) => each);
          const got = run(arrived, HOLD);
          const numberOf = new Map(units.map((unit, i) => [nalUnits(unit).join(), i]));
          const numbers = videoSamples(got.fragments).map((data) => numberOf.get(sampleNals(data).join()) ?? -1);
          assert.equal(
            numbers.indexOf(-1),
            -1,
            `seed ${seed}: a frame with a hole behind ${numbers[numbers.indexOf(-1) - 1]}`,
          );
          for (const [i, n] of numbers.entries()) assert.ok(i === 0 || n > numbers[i - 1]!, `${n} at ${i}`);
          const came = new Set(numbers);
          const missed = units.flatMap((_, n) => {
            const isUnproved = SHOWS_NO_END.test(name) && (beforeLoss.has(n) || n === units.length - 1);
            const excused = cut.has(n) || isUnproved;
            return excused || came.has(n) ? [] : [n];
          });
          assert.deepEqual(missed, [], `seed ${seed}: frames that came whole and did not leave`);
          assert.ok(cut.size > 0);
        }
      });

  const unbounded = plain.map((unit, i) => {
    const tables = i % 10 === 0 ? [map([0x1b, 0xe0])] : [];
    return new RtpWriter(i * 50).write(
      Buffer.concat([pack(i * 3600), ...tables, pes(0xe0, unit, { pts: i * 3600, length: 0 })]),
      i * 3600,
      { size: 300 },
    );
  });
  const inPes: Record<string, Buffer[][]> = { 'a program stream, PES without length (PS-8)': unbounded };
  for (const [name, lists] of [
    ...Object.entries(streams).map(([key, { packets }]) => [key, packets] as const),
    ...Object.entries(inPes),
  ])
    it(`a live stream that is hung up in the middle of a frame: ${name}: none that is cut leaves`, () => {
      const units = streams[name]?.units ?? plain;
      let sequence = 65_000;
      const sent: Sent[] = lists.slice(0, 12).flatMap((list, unit) =>
        list.map((packet) => {
          const bytes = Buffer.isBuffer(packet) ? Buffer.from(packet) : rtp(98, 0, unit * 3600, packet);
          bytes.writeUInt16BE(sequence++ & 0xffff, 2);
          return { packet: bytes, unit, nowMs: 1000 + unit * 40 };
        }),
      );
      const sets = new Set(units.map((unit) => nalUnits(unit).join()));
      for (let count = sent.findIndex(({ unit }) => unit === 10); count <= sent.length; count += 1)
        for (const data of videoSamples(run(sent.slice(0, count)).fragments))
          assert.ok(sets.has(sampleNals(data).join()), `a cut frame, after ${count} of ${sent.length} packets`);
    });
});
