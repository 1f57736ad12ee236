/** Captures that are kept: what each says. A report of a user becomes one more line. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspectFile } from '../../src/inspect/inspect-file.ts';

const path = (name: string) => fileURLToPath(new URL(`../fixtures/inspect/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gbgate-fixtures-'));
after(() => rmSync(folder, { recursive: true }));

interface Expected {
  readonly file: string;
  readonly links: readonly string[];
  /** Of each call: transport, status, findings in its signalling. */
  readonly calls: readonly (readonly [string, number, readonly string[]])[];
  /** Of each stream: transport, codec, frames, packets, sound frames, video type of the map, findings. */
  readonly streams: readonly (readonly [string, string, number, number, number, string, readonly string[]])[];
}

const PLAIN = ['udp', 'h264', 21, 68, 20, 'h264', []] as const;
const OWN = ['udp', 'h264', 21, 69, 21, 'h264', ['RTP-8', 'SSRC-1']] as const;
const TABLE: readonly Expected[] = [
  { file: 'udp-plain.pcapng', links: ['raw IP'], calls: [['udp', 200, []]], streams: [PLAIN] },
  {
    file: 'udp-ps-lies.pcapng',
    links: ['raw IP'],
    calls: [['udp', 200, []]],
    streams: [['udp', 'h264', 21, 69, 20, 'h265', ['PS-13', 'PS-4']]],
  },
  {
    file: 'tcp-interleaved.pcapng',
    links: ['raw IP'],
    calls: [['tcp-passive', 200, []]],
    streams: [['tcp', 'h264', 21, 68, 20, 'h264', ['TCP-1']]],
  },
  {
    file: 'tcp-active-h265.pcapng',
    links: ['raw IP'],
    calls: [['tcp-active', 200, []]],
    streams: [['tcp', 'h265', 22, 89, 21, 'h265', []]],
  },
  { file: 'udp-ssrc-own.pcap', links: ['raw IP'], calls: [['udp', 200, ['SSRC-2']]], streams: [OWN] },
  {
    file: 'two-links.pcapng',
    links: ['raw IP', 'Ethernet'],
    calls: [
      ['udp', 200, ['SSRC-2']],
      ['udp', 200, []],
    ],
    streams: [OWN, PLAIN],
  },
];

const read = (file: string) => inspectFile(file, { extract: null, signal: new AbortController().signal });

describe('kept captures', () => {
  for (const { file, links, calls, streams } of TABLE)
    it(file, async () => {
      const { report, fault } = await read(path(file));
      assert.equal(fault, null);
      assert.ok(report);
      const codes = (findings: readonly { code: string }[]) => findings.map(({ code }) => code).sort();
      assert.deepEqual([report.links, report.skipped, report.notes, report.findings], [links, {}, [], []]);
      assert.deepEqual(
        report.calls.map((call) => [call.transport, call.status, codes(call.findings)]),
        calls,
      );
      assert.deepEqual(
        report.streams.map((s) => [
          s.transport,
          s.video?.codec,
          s.video?.frames,
          s.packets,
          s.audio?.frames,
          s.ps?.map[0]?.streamType,
          codes(s.findings),
        ]),
        streams,
      );
      for (const { video, audio, lost, reordered, duplicate, missingBytes } of report.streams) {
        assert.deepEqual([video?.width, video?.height, video?.fps, video?.keyFrames], [640, 360, 25, 1]);
        assert.deepEqual([audio?.codec, audio?.sampleRate, audio?.channels], ['pcma', 8000, 1]);
        assert.deepEqual([lost, reordered, duplicate, missingBytes], [0, 0, 0, 0]);
      }
    });

  it('cut anywhere: what is there is told, and that the end is missing', async () => {
    for (const name of ['udp-plain.pcapng', 'udp-ssrc-own.pcap', 'tcp-interleaved.pcapng']) {
      const bytes = readFileSync(path(name));
      const cut = join(folder, name);
      let before = -1;
      for (let length = 64; length < bytes.length; length += 1 + Math.floor(bytes.length / 60)) {
        writeFileSync(cut, bytes.subarray(0, length));
        const { report, fault } = await read(cut);
        assert.equal(fault, null, `${name} of ${length} bytes`);
        const packets = report?.packets ?? 0;
        assert.ok(packets >= before, 'more of the file is more of the capture');
        before = packets;
        assert.ok((report?.streams[0]?.video?.frames ?? 0) <= 22);
      }
      assert.ok(before > 40);
      writeFileSync(cut, bytes.subarray(0, -1));
      assert.deepEqual((await read(cut)).report?.notes, ['The file ends in the middle of a packet.']);
    }
  });
});
