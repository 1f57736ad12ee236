/** `gbgate inspect`: every kind of file, what is extracted, and bad files. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/cli/main.ts';
import type { Report } from '../../src/inspect/report.ts';
import { camera, isKey, splitAdts } from '../media/camera.ts';
import { accessUnits, adts, g711, h264, h265, nalUnits } from '../media/clips.ts';
import { ffprobe } from '../support/judge.ts';
import { nalsOfByteStream } from '../support/mp4.ts';

const folder = mkdtempSync(join(tmpdir(), 'gbgate-inspect-'));
after(() => rmSync(folder, { recursive: true }));
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/inspect/${name}`, import.meta.url));

async function gbgate(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await main(argv, {
    env: {},
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    signal: new AbortController().signal,
    version: '0',
  });
  return { status, out, err };
}

async function report(...argv: string[]): Promise<Report> {
  const { status, out, err } = await gbgate('inspect', '--json', ...argv);
  assert.deepEqual([status, err], [0, '']);
  return JSON.parse(out);
}

/** What a hand-made camera sends, as a program stream. */
function programStream(
  codec: 'h264' | 'h265',
  audio: 'pcma' | 'aac',
): { bytes: Buffer; units: Buffer[]; sound: Buffer } {
  const units = accessUnits(codec === 'h264' ? h264({ frames: 50, gop: 25 }) : h265({ frames: 50, gop: 25 }), codec);
  const sound = audio === 'aac' ? adts() : g711('alaw');
  const sent = camera({ codec, audio, units, sound });
  return { bytes: Buffer.concat(sent.map(({ packet }) => packet.subarray(12))), units, sound };
}

describe('gbgate inspect', () => {
  for (const [codec, audio] of [
    ['h264', 'pcma'],
    ['h265', 'aac'],
  ] as const)
    it(`a program stream of ${codec} and ${audio}: described and taken apart, bit-exact`, async () => {
      const { bytes, units, sound } = programStream(codec, audio);
      const file = join(folder, `${codec}.ps`);
      writeFileSync(file, bytes);
      const out = join(folder, `${codec}-out`);
      const { format, streams, extracted } = await report(file, '--extract', out);
      const [stream] = streams;
      assert.deepEqual([format, streams.length, stream?.findings], ['ps', 1, []]);
      assert.deepEqual([stream?.video?.codec, stream?.video?.width, stream?.video?.fps], [codec, 320, 25]);
      assert.deepEqual(
        [stream?.video?.frames, stream?.video?.keyFrames],
        [50, units.filter((unit) => isKey(unit, codec)).length],
      );
      assert.equal(stream?.audio?.codec, audio);
      assert.deepEqual([stream?.ps?.packs, stream?.ps?.damaged], [50, 0]);
      const extension = audio === 'pcma' ? 'g711a' : 'aac';
      assert.deepEqual(readdirSync(out).sort(), [`stream-1.${extension}`, `stream-1.${codec}`, 'stream-1.mp4'].sort());
      assert.deepEqual(
        extracted.sort(),
        readdirSync(out)
          .map((name) => join(out, name))
          .sort(),
      );
      const nals = nalsOfByteStream(readFileSync(join(out, `stream-1.${codec}`)));
      assert.deepEqual(
        nals,
        units.flatMap((unit) => nalUnits(unit).map((nal) => Buffer.from(nal))),
      );
      const heard = readFileSync(join(out, `stream-1.${extension}`));
      assert.ok(
        heard.length > 1000 && heard.equals(sound.subarray(0, heard.length)),
        'the sound is that which was sent',
      );
      if (audio === 'aac') assert.ok(splitAdts(heard).length > 20);
      const probed = await ffprobe(join(out, 'stream-1.mp4'));
      assert.equal(probed.packets.filter(({ stream: index }) => index === 0).length, 50);
    });

  it('a program stream of a foreign muxer', async () => {
    const clip = join(folder, 'clip.h264');
    writeFileSync(clip, h264({ frames: 50, gop: 25 }));
    const file = join(folder, 'foreign.ps');
    execFileSync('ffmpeg', ['-v', 'error', '-r', '25', '-i', clip, '-c', 'copy', '-f', 'vob', file]);
    const { streams } = await report(file, '--extract', join(folder, 'foreign'));
    assert.deepEqual([streams[0]?.video?.codec, streams[0]?.video?.frames], ['h264', 50]);
    const nals = nalsOfByteStream(readFileSync(join(folder, 'foreign', 'stream-1.h264')));
    assert.deepEqual(nals, nalsOfByteStream(readFileSync(clip)));
  });

  it('an MP4: what was extracted, read again', async () => {
    const out = join(folder, 'mp4-out');
    await report(fixture('udp-plain.pcapng'), '--extract', out);
    const { format, movie } = await report(join(out, 'stream-1.mp4'));
    assert.deepEqual([format, movie?.isFragmented, movie?.isProgressive], ['mp4', false, true]);
    const [video, audio] = movie!.tracks;
    assert.deepEqual(
      [video?.codec.slice(0, 4), video?.samples, video?.video?.width, video?.video?.fps],
      ['avc1', 21, 640, 25],
    );
    assert.deepEqual([video?.video?.keyFrames, video?.durationMs], [1, 840]);
    assert.deepEqual([audio?.codec, audio?.audio?.sampleRate], ['fLaC', 8000]);
    const { out: text } = await gbgate('inspect', join(out, 'stream-1.mp4'));
    assert.match(text, /track 1: video avc1\.\w+, 0\.8 s, 21 samples/);
  });

  it('an MP4 of a foreign muxer, fragmented', async () => {
    const file = join(folder, 'foreign.mp4');
    execFileSync('ffmpeg', [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'testsrc2=size=320x180:rate=10:duration=3',
      '-c:v',
      'libx264',
      '-g',
      '10',
      '-movflags',
      'frag_keyframe+empty_moov',
      file,
    ]);
    const { movie } = await report(file);
    assert.equal(movie?.isFragmented, true);
    assert.deepEqual([movie?.tracks[0]?.samples, movie?.tracks[0]?.video?.gopFrames], [30, { min: 10, max: 10 }]);
  });

  for (const [codec, encoder] of [
    ['h264', 'libx264'],
    ['h265', 'libx265'],
  ] as const)
    it(`an MP4 with ${codec} and AAC is taken apart: ffmpeg decodes the parts`, async () => {
      const file = join(folder, `parts-${codec}.mp4`);
      const sources = [
        '-f',
        'lavfi',
        '-i',
        'testsrc2=size=320x180:rate=10:duration=2',
        '-f',
        'lavfi',
        '-i',
        'sine=sample_rate=16000:duration=2',
      ];
      const quiet = codec === 'h265' ? ['-x265-params', 'log-level=none'] : [];
      execFileSync('ffmpeg', [
        '-v',
        'error',
        ...sources,
        '-c:v',
        encoder,
        ...quiet,
        '-tag:v',
        codec === 'h264' ? 'avc1' : 'hvc1',
        '-c:a',
        'aac',
        file,
      ]);
      const out = join(folder, `parts-${codec}`);
      const { extracted } = await report(file, '--extract', out);
      assert.deepEqual(extracted, [join(out, `track-1.${codec}`), join(out, 'track-2.aac')]);
      const whole = (path: string) => {
        const args = [
          '-v',
          'error',
          '-count_frames',
          '-show_entries',
          'stream=codec_name,nb_read_frames',
          '-of',
          'json',
          path,
        ];
        return JSON.parse(execFileSync('ffprobe', args).toString()).streams;
      };
      assert.deepEqual(whole(join(out, `track-1.${codec}`)), [
        { codec_name: codec === 'h264' ? 'h264' : 'hevc', nb_read_frames: '20' },
      ]);
      const sound = whole(join(out, 'track-2.aac'));
      assert.deepEqual([sound[0].codec_name, Number(sound[0].nb_read_frames) > 30], ['aac', true]);
    });

  it('an rtpdump', async () => {
    const units = accessUnits(h264({ frames: 50, gop: 25 }), 'h264');
    const records = camera({ units }).map(({ packet, nowMs }) => {
      const head = Buffer.alloc(8);
      head.writeUInt16BE(8 + packet.length, 0);
      head.writeUInt16BE(packet.length, 2);
      head.writeUInt32BE(nowMs, 4);
      return Buffer.concat([head, packet]);
    });
    const file = join(folder, 'a.rtpdump');
    writeFileSync(file, Buffer.concat([Buffer.from('#!rtpplay1.0 10.0.0.1/30000\n'), Buffer.alloc(16), ...records]));
    const { format, packets, streams } = await report(file);
    assert.deepEqual([format, packets, streams.length], ['rtpdump', records.length, 1]);
    assert.deepEqual([streams[0]?.to, streams[0]?.video?.frames, streams[0]?.findings], ['10.0.0.1:30000', 50, []]);
  });

  it('a capture as text: ladder, call, stream, findings', async () => {
    const { status, out } = await gbgate('inspect', fixture('tcp-interleaved.pcapng'));
    assert.equal(status, 0);
    for (const line of [
      /│─ INVITE ─+▶│/,
      /│◀ 200 OK \(BYE\) ─+│/,
      /Call 1: .*→/,
      /video h264 High 640x360, 25 frames\/s/,
      /TCP-1 ×1:/,
    ])
      assert.match(out, line);
  });

  const bad: [string, Buffer | null, RegExp][] = [
    ['missing', null, /^gbgate: .*missing cannot be read: it does not exist\.\n$/],
    ['empty', Buffer.alloc(0), /^gbgate: .*empty is empty\.\n$/],
    [
      'text',
      Buffer.from('This is no capture at all.'),
      /^gbgate: .*text is no capture \(pcap, pcapng, rtpdump\), program stream or MP4\.\n$/,
    ],
    [
      'no-index.mp4',
      Buffer.from('00000018667479706d70343200000000', 'hex'),
      /^gbgate: .*no-index\.mp4, byte \d+: The MP4 has no index \(moov\)\.\n$/,
    ],
    ...['stsz000000000000000affffffff', 'trun00000000ffffffff00000000'].map((table): [string, Buffer, RegExp] => [
      `${table.slice(0, 4)}.mp4`,
      Buffer.concat([
        Buffer.from('00000018667479706d70343200000000', 'hex'),
        Buffer.alloc(8),
        Buffer.from(`00000014${Buffer.from(table.slice(0, 4)).toString('hex')}${table.slice(4)}`, 'hex'),
      ]),
      /^gbgate: .*\.mp4, byte 0: A table claims 4294967295 samples, which no recording has: the file is damaged\.\n$/,
    ]),
    [
      'damaged.pcap',
      Buffer.concat([readFileSync(fixture('udp-ssrc-own.pcap')).subarray(0, 24), Buffer.alloc(40, 0xff)]),
      /^gbgate: .*damaged\.pcap, byte 24: A packet claims \d+ bytes: the file is damaged\.\n$/,
    ],
  ];
  for (const [name, bytes, sentence] of bad)
    it(`a bad file (${name}) is one sentence and exit status 2`, async () => {
      const file = join(folder, name);
      if (bytes !== null) writeFileSync(file, bytes);
      const { status, err } = await gbgate('inspect', file);
      assert.equal(status, 2);
      assert.match(err, sentence);
    });

  it('a folder that cannot be made for --extract is one sentence', async () => {
    writeFileSync(join(folder, 'occupied'), '');
    const { status, err } = await gbgate('inspect', fixture('udp-plain.pcapng'), '--extract', join(folder, 'occupied'));
    assert.equal(status, 2);
    assert.match(err, /^gbgate: .*occupied cannot be made: [^\n]*\.\n$/);
    const { status: onFolder } = await gbgate('inspect', folder);
    assert.equal(onFolder, 2);
  });

  it('a large capture is read in pieces: memory does not follow its size', async () => {
    // 300 MB of traffic that is of no interest, then a call
    const file = join(folder, 'large.pcap');
    const fixtureBytes = readFileSync(fixture('udp-ssrc-own.pcap'));
    const handle = openSync(file, 'w');
    writeSync(handle, fixtureBytes.subarray(0, 24));
    const record = Buffer.alloc(16 + 60_000);
    record.writeUInt32LE(60_000, 8);
    record.writeUInt32LE(60_000, 12);
    fixtureBytes.copy(record, 0, 24, 32);
    const many = Buffer.concat(Array.from({ length: 50 }, () => record));
    for (let i = 0; i < 100; i += 1) writeSync(handle, many);
    writeSync(handle, fixtureBytes.subarray(24));
    closeSync(handle);
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 5);
    const { streams, packets } = await report(file);
    clearInterval(watch);
    assert.deepEqual([packets, streams[0]?.video?.frames], [5076, 21]);
    assert.ok(most - before < 150 * 1024 * 1024, `${Math.round((most - before) / 1024 / 1024)} MB more`);
  });
});
