/** Init segment and fragments before foreign judges: ffprobe and mp4box. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createFile, MP4BoxBuffer } from 'mp4box';
import { camera, fileOf, run } from '../camera.ts';
import { accessUnits, adts, g711, h264, h265 } from '../clips.ts';

const folder = mkdtempSync(join(tmpdir(), 'gbgate-judges-'));
after(() => rmSync(folder, { recursive: true }));

const streams = [
  { codec: 'h264', audio: 'pcma', mime: 'video/mp4; codecs="avc1.42c00c,flac"' },
  { codec: 'h264', audio: 'aac', mime: 'video/mp4; codecs="avc1.42c00c,mp4a.40.2"' },
  { codec: 'h265', audio: 'pcmu', mime: 'video/mp4; codecs="hvc1.1.6.L60.90,flac"' },
  { codec: 'h265', audio: null, mime: 'video/mp4; codecs="hvc1.1.6.L60.90"' },
] as const;

describe('fragments before foreign judges', () => {
  for (const { codec, audio, mime } of streams) {
    const units = accessUnits(codec === 'h264' ? h264() : h265(), codec);
    const sound = audio === null ? undefined : audio === 'aac' ? adts() : g711(audio === 'pcma' ? 'alaw' : 'mulaw');
    const outcome = run(camera({ codec, audio, units, ...(sound && { sound }) }));
    const file = fileOf(outcome);

    it(`${codec} with ${audio}: ffprobe reads every packet without a warning`, () => {
      const path = join(folder, `${codec}-${audio}.mp4`);
      writeFileSync(path, file);
      const args = [
        '-v',
        'warning',
        '-show_packets',
        '-show_data_hash',
        'sha256',
        '-show_streams',
        '-of',
        'json',
        path,
      ];
      const probe = spawnSync('ffprobe', args, { maxBuffer: 64 * 1024 * 1024 });
      assert.equal(probe.stderr.toString(), '');
      const { packets, streams: found } = JSON.parse(probe.stdout.toString());
      assert.equal(found[0].codec_name, codec === 'h264' ? 'h264' : 'hevc');
      assert.deepEqual([found[0].width, found[0].height], [320, 180]);
      for (const track of ['video', 'audio'] as const) {
        const samples = outcome.fragments.flatMap((f) => f.samples.filter((s) => s.track === track));
        const seen = packets.filter((p: { codec_type: string }) => p.codec_type === track);
        assert.equal(seen.length, samples.length);
        samples.forEach((sample, i) => {
          assert.equal(seen[i].data_hash, `SHA256:${createHash('sha256').update(sample.data).digest('hex')}`);
          assert.equal(seen[i].dts, sample.dts);
          assert.equal(seen[i].pts, sample.dts + sample.compositionOffset);
          // ffprobe 5.1 does not tell the duration of the only sample of a moof.
          if (seen[i].duration !== undefined) assert.equal(seen[i].duration, sample.duration);
          assert.equal(seen[i].flags.startsWith('K'), sample.isSync);
        });
      }
      const decoded = spawnSync('ffmpeg', ['-v', 'warning', '-xerror', '-i', path, '-f', 'null', '-']);
      assert.equal(decoded.stderr.toString(), '');
      assert.equal(decoded.status, 0);
    });

    it(`${codec} with ${audio}: mp4box reads the same, and names the same codecs`, () => {
      const words: string[] = [];
      const warn = console.warn;
      const error = console.error;
      console.warn = (...args: unknown[]) => words.push(args.join(' '));
      console.error = (...args: unknown[]) => words.push(args.join(' '));
      try {
        const box = createFile();
        let tracks: { codec: string; nb_samples: number }[] = [];
        box.onReady = (info) => {
          tracks = info.tracks;
        };
        const buffer = MP4BoxBuffer.fromArrayBuffer(new Uint8Array(file).buffer, 0);
        box.appendBuffer(buffer, true);
        box.flush();
        assert.equal(tracks.length, audio === null ? 1 : 2);
        const counts = ['video', 'audio'].map(
          (t) => outcome.fragments.flatMap((f) => f.samples.filter((s) => s.track === t)).length,
        );
        tracks.forEach((_, i) => {
          assert.equal(box.getTrackSamplesInfo(i + 1).length, counts[i]);
        });
        assert.equal(outcome.inits[0]!.mime, mime);
        const codecs = tracks.map((track) => track.codec.toLowerCase()).join(',');
        assert.equal(codecs, mime.slice(mime.indexOf('"') + 1, -1).toLowerCase());
      } finally {
        console.warn = warn;
        console.error = error;
      }
      assert.deepEqual(
        words.filter((word) => !word.includes('dfLa')),
        [],
      );
    });
  }
});
