import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PsDemuxer } from '../../../src/media/ps/demux.ts';
import { readTimestamp } from '../../../src/media/ps/pes.ts';
import { readMap } from '../../../src/media/ps/psm.ts';
import { findContainerCode, prefixAtEnd } from '../../../src/media/ps/start-code.ts';
import { ffmpeg } from '../clips.ts';
import { MAP_H264_PCMA, MAP_H265, mpeg1Pack, pack, pes, SYSTEM_HEADER } from './writer.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** What a demultiplexer says of a stream, bytes of one PES joined. */
function demux(parts: readonly Uint8Array[]): string[] {
  const said: string[] = [];
  let data = Buffer.alloc(0);
  const ps = new PsDemuxer({
    pack: () => said.push('pack'),
    map: (entries) => said.push(`map ${entries.map((e) => `${e.streamType.toString(16)}:${e.streamId.toString(16)}`)}`),
    pesStart: (id, pts, dts) => {
      data = Buffer.alloc(0);
      said.push(`pes ${id.toString(16)} ${pts} ${dts}`);
    },
    data: (_, bytes, start, end) => {
      data = Buffer.concat([data, bytes.subarray(start, end)]);
    },
    pesEnd: () => said.push(`data ${data.toString('hex')}`),
    damaged: () => said.push('damaged'),
    finding: (code) => said.push(code),
  });
  for (const part of parts) ps.push(part, 0, part.length);
  ps.end();
  return said;
}

describe('program stream demultiplexer', () => {
  it('writes the bytes of the protocol digest, so that the test writer can be believed', () => {
    assert.deepEqual(pack(0).subarray(0, 13), hex('000001BA 440004000401 005F6B'));
    assert.deepEqual(pack(3600).subarray(4, 10), hex('440004708401'));
    assert.deepEqual(pack(90_000).subarray(4, 10), hex('440016FC8401'));
    assert.deepEqual(pes(0xe0, Buffer.alloc(1000), { pts: 3600 }).subarray(0, 14), hex('000001E003F08480052100011C21'));
    assert.equal(readTimestamp(hex('2100010001'), 0), 0);
    assert.equal(readTimestamp(hex('210005BF21'), 0), 90_000);
    assert.equal(readTimestamp(pes(0xe0, Buffer.alloc(0), { pts: 2 ** 33 - 1 }), 9), 2 ** 33 - 1);
  });

  it('reads stream maps', () => {
    assert.deepEqual(readMap(MAP_H264_PCMA, 0, MAP_H264_PCMA.length), {
      entries: [
        { streamType: 0x1b, streamId: 0xe0 },
        { streamType: 0x90, streamId: 0xc0 },
      ],
      fault: null,
    });
    const entries = [{ streamType: 0x24, streamId: 0xe0 }];
    assert.deepEqual(readMap(MAP_H265, 0, MAP_H265.length), { entries, fault: null });
    assert.deepEqual(readMap(hex('000001BC0002FFFF'), 0, 8), { entries: [], fault: null });
  });

  it('PS-6: says what is wrong with the sums of a stream map', () => {
    const inner = Buffer.from(MAP_H265);
    inner[11] = 0x77;
    assert.equal(readMap(inner, 0, inner.length).fault, 'the stream map says 119 bytes of streams and holds 4');
    const sum = Buffer.from(MAP_H265);
    sum[19] = 0;
    assert.equal(readMap(sum, 0, sum.length).fault, 'the CRC of the stream map is c49b000, not c49b076');
  });

  const stream = Buffer.concat([
    pack(0, 3),
    SYSTEM_HEADER,
    MAP_H264_PCMA,
    pes(0xe0, hex('0000000109F0'), { pts: 7200, dts: 3600 }),
    pes(0xbd, hex('000001BA44')),
    pes(0xc0, hex('D5D5D5'), { pts: 2 ** 33 - 1 }),
    hex('000001BE0000 000001BE0002FFFF 000001B9'),
    mpeg1Pack(),
    hex('000001E0 0007 21 00011C21'.replaceAll(' ', '').concat('AABB')),
    hex('000001BA'),
    pack(3600),
    pes(0xe0, hex('00000141 0000 0001'), { length: 0 }),
    hex('00'),
    pack(7200),
    pes(0xe0, hex('0000000141'), { pts: 3 }),
  ]);
  const want = [
    'pack',
    'map 1b:e0,90:c0',
    'pes e0 7200 3600',
    'data 0000000109f0',
    'PS-15',
    `pes c0 ${2 ** 33 - 1} -1`,
    'data d5d5d5',
    'PS-16',
    'PS-16',
    'PS-27',
    'PS-28',
    'pack',
    'pes e0 3600 -1',
    'data aabb',
    'PS-12',
    'pack',
    'pes e0 -1 -1',
    'PS-8',
    'data 000001410000000100',
    'pack',
    'pes e0 3 -1',
    'data 0000000141',
  ];

  it('finds every part', () => {
    assert.deepEqual(demux([stream]), want);
  });

  it('finds the same cut at every byte, at every pair of bytes, and in pieces of every size', () => {
    for (let cut = 1; cut < stream.length; cut += 1) {
      assert.deepEqual(demux([stream.subarray(0, cut), stream.subarray(cut)]), want, `cut at ${cut}`);
      for (let second = cut + 1; second < Math.min(cut + 12, stream.length); second += 1) {
        const parts = [stream.subarray(0, cut), stream.subarray(cut, second), stream.subarray(second)];
        assert.deepEqual(demux(parts), want, `cut at ${cut} and ${second}`);
      }
    }
    for (let size = 1; size < 64; size += 1) {
      const parts = Array.from({ length: Math.ceil(stream.length / size) }, (_, i) =>
        stream.subarray(i * size, (i + 1) * size),
      );
      assert.deepEqual(demux(parts), want, `pieces of ${size}`);
    }
  });

  it('finds itself again after a byte that makes no sense', () => {
    const said = demux([
      Buffer.concat([pack(0), pes(0xe0, hex('AA'), { pts: 0 }), hex('42'), pack(1), pes(0xe0, hex('BB'), { pts: 1 })]),
    ]);
    assert.deepEqual(said, ['pack', 'pes e0 0 -1', 'data aa', 'PS-11', 'damaged', 'pack', 'pes e0 1 -1', 'data bb']);
  });

  it('PS-14: does not follow a system header into the distance', () => {
    const said = demux([
      Buffer.concat([pack(0), hex('000001BB FFFF 80CCF5'), MAP_H264_PCMA, pes(0xe0, hex('AA'), { pts: 0 })]),
    ]);
    assert.deepEqual(said, ['pack', 'PS-14', 'map 1b:e0,90:c0', 'pes e0 0 -1', 'data aa']);
  });

  it('keeps nothing of a map longer than its limit', () => {
    const said = demux([
      Buffer.concat([pack(0), hex('000001BC 8000'), Buffer.alloc(3000), pack(1), pes(0xe0, hex('AA'))]),
    ]);
    assert.deepEqual(said.slice(-3), ['pack', 'pes e0 -1 -1', 'data aa']);
  });

  it('searches for start codes as indexOf does', () => {
    for (let i = 0; i < 256; i += 1) {
      const bytes = Buffer.from([0, 1, 0, 0, 0, 1, i, 0, 0, 1, 0xba, 0]);
      const first = i >= 0xb9 && i <= 0xef ? 3 : 7;
      assert.equal(findContainerCode(bytes, 0, bytes.length), first);
      assert.equal(findContainerCode(bytes, 8, bytes.length), -1);
    }
    assert.deepEqual(
      [hex('41'), hex('00'), hex('0000'), hex('000001'), hex('01')].map((b) => prefixAtEnd(b, 0, b.length)),
      [0, 1, 2, 3, 0],
    );
  });

  for (const format of ['vob', 'mpeg'] as const) {
    it(`reads the ${format} muxer of ffmpeg: every byte of both streams`, () => {
      const made = ffmpeg([
        ...['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25', '-f', 'lavfi', '-i', 'sine=r=44100', '-t', '2'],
        ...['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'mp2', '-f', format, '-'],
      ]);
      const got = { e0: [] as Buffer[], c0: [] as Buffer[] };
      const findings: string[] = [];
      const ps = new PsDemuxer({
        pack: () => {},
        map: () => {},
        pesStart: () => {},
        data: (id, bytes, start, end) => got[id >= 0xe0 ? 'e0' : 'c0'].push(Buffer.from(bytes.subarray(start, end))),
        pesEnd: () => {},
        damaged: () => findings.push('damaged'),
        finding: (code) => findings.push(code),
      });
      for (let at = 0; at < made.length; at += 1316) ps.push(made, at, Math.min(made.length, at + 1316));
      ps.end();
      // Both muxers pad and send private stream 2; one of them writes MPEG-1 headers.
      assert.deepEqual(
        [...new Set(findings)].filter((code) => code !== 'PS-16' && code !== 'PS-28'),
        [],
      );
      for (const [stream, id] of [
        ['0:v', 'e0'],
        ['0:a', 'c0'],
      ] as const) {
        const want = ffmpeg(['-f', 'mpeg', '-i', '-', '-map', stream, '-c', 'copy', '-f', 'data', '-'], made);
        assert.ok(want.length > 1000);
        const bytes = Buffer.concat(got[id]);
        assert.ok(
          bytes.equals(want) || bytes.subarray(0, want.length).equals(want),
          `${stream}: ${bytes.length} and ${want.length}`,
        );
      }
    });
  }
});
