/**
 * A capture of a running stream says, read by `inspect`, what the live stream said: over every transport, with and without
 * deviations. tshark, which knows nothing of us, reads the same files.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { inspectFile } from '../../src/inspect/inspect-file.ts';
import type { Report } from '../../src/inspect/report.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';
import { ffprobe } from '../support/judge.ts';
import { nalsOfByteStream } from '../support/mp4.ts';

const CLIP = nalsOfByteStream(readFileSync(new URL('../../src/simulator/clips/gate.h264', import.meta.url)));
const TUNE = readFileSync(new URL('../../src/simulator/clips/tune.alaw', import.meta.url));
/** The camera answers after 3 s (INV-2): time to begin the capture before the first packet. Then it plays for about as long. */
const PLAYED_FRAMES = 75;
/** Far beyond what any of it takes: the capture ends with the stream. */
const SECONDS = 60;
/** What was on its way when the stream was stopped is in the capture and not in the counts of the stream. */
const LATE_PACKETS = 30;
/** A machine that is busy with other things must only be slow. */
const PATIENCE_MS = 60_000;

interface Case {
  readonly transport: 'udp' | 'tcp-passive' | 'tcp-active';
  readonly quirks: readonly string[];
}
const CASES: readonly Case[] = [
  { transport: 'udp', quirks: [] },
  { transport: 'tcp-passive', quirks: [] },
  { transport: 'tcp-active', quirks: [] },
  { transport: 'udp', quirks: ['SSRC-1', 'PS-4'] },
  { transport: 'udp', quirks: ['RTP-3', 'SSRC-2'] },
  { transport: 'udp', quirks: ['PS-1', 'RTP-15'] },
  { transport: 'tcp-passive', quirks: ['TCP-1'] },
  { transport: 'tcp-passive', quirks: ['TCP-4', 'TCP-7', 'PS-8'] },
];

describe('captures', { timeout: 400_000, concurrency: 3 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'gbgate-capture-'));
  const simulators: Simulator[] = [];
  let gateway: RunningGateway;
  /** Cases in which the first call played. On a busy machine the gateway gives one up and makes another. */
  let strict = 0;

  before(async () => {
    gateway = await runGateway({ data: join(folder, 'data') });
  });
  after(async () => {
    await Promise.all(simulators.map((simulator) => simulator.stop()));
    assert.equal(await gateway.stop(), 0);
    rmSync(folder, { recursive: true });
    assert.ok(strict > 0, 'some streams could be compared number by number');
  });

  async function download(id: string): Promise<Buffer> {
    return until(
      'the finished capture',
      async () => {
        const answer = await fetch(`${gateway.http}/api/v1/captures/${id}`, {
          headers: { authorization: `Bearer ${TOKEN}` },
        });
        const bytes = Buffer.from(await answer.arrayBuffer());
        if (answer.status === 202) assert.equal(JSON.parse(bytes.toString()).state, 'running');
        else assert.equal(answer.status, 200, bytes.toString());
        return answer.status === 200 && bytes;
      },
      PATIENCE_MS,
    );
  }

  /** A stream whose capture began before its first packet; stopped when it has played a while. */
  async function captured(id: string, { transport, quirks }: Case, redact: boolean) {
    const simulator = await startCamera(gateway.sipPort, { id, quirks: new Set(['INV-2', ...quirks]) });
    simulators.push(simulator);
    const channelId = await channelOf(gateway, id);
    const path = `/api/v1/devices/${id}/channels/${channelId}/live`;
    const pull = gateway.api('POST', path, { transport });
    const streamId: string = await until(
      'the stream',
      async () => {
        const { body } = await gateway.api('GET', `/api/v1/streams?deviceId=${id}`);
        return body.items[0]?.id;
      },
      PATIENCE_MS,
    );
    const begun = await gateway.api('POST', `/api/v1/streams/${streamId}/capture`, { seconds: SECONDS, redact });
    assert.equal(begun.status, 202, JSON.stringify(begun.body));
    assert.equal((await pull).status, 201);
    const seen = await until(
      'frames',
      async () => {
        const { body } = await gateway.api('GET', `/api/v1/streams/${streamId}`);
        return body.stats.frames >= PLAYED_FRAMES && body;
      },
      PATIENCE_MS,
    );
    assert.equal((await gateway.api('DELETE', `/api/v1/streams/${streamId}`)).status, 204);
    const { body: live } = await gateway.api('GET', `/api/v1/streams/${streamId}`);
    const file = join(folder, `${id}.pcapng`);
    writeFileSync(file, await download(begun.body.id));
    return { live, seen, file, channelId, simulator, capture: begun.body };
  }

  for (const [i, one] of CASES.entries())
    it(`${one.transport}${one.quirks.map((code) => `, ${code}`).join('')}: inspect says what the stream said`, async () => {
      const id = `340200000013260${String(i + 1).padStart(5, '0')}`;
      const { live, seen, file, channelId, simulator } = await captured(id, one, false);
      const out = join(folder, `extracted-${i}`);
      const { report, fault } = await inspectFile(file, { extract: out, signal: new AbortController().signal });
      assert.equal(fault, null);
      assert.ok(report);
      assert.deepEqual([report.format, report.skipped, report.notes], ['pcapng', {}, []]);

      // where a call was given up, its media may come all the same, and belongs to none
      const stream = report.streams.findLast(({ video, callId }) => video !== null && callId !== null)!;
      const call = report.calls.find(({ callId }) => callId === stream.callId)!;
      assert.deepEqual([call.status, call.endedBy, call.transport], [200, 'caller', one.transport]);
      assert.equal(call.to.split(' ')[0], channelId);
      assert.ok((call.answerMs ?? 0) > 2000, 'the answer took its 3 s');
      const what = report.sip.messages.map((line) => line.what);
      for (const message of ['INVITE', '180 Ringing (INVITE)', '200 OK (INVITE)', 'ACK', 'BYE', '200 OK (BYE)'])
        assert.ok(what.includes(message), `${message} is among ${what.join(', ')}`);

      const { codec, width, height, profile, declaredFps } = stream.video!;
      assert.deepEqual({ codec, width, height, profile, fps: declaredFps }, seen.video);
      assert.deepEqual([stream.audio?.codec, stream.audio?.sampleRate], [seen.audio.codec, seen.audio.sampleRate]);
      assert.equal(stream.mime, live.mime ?? seen.mime);
      const isOnly = report.calls.length === 1;
      if (isOnly) strict += 1;
      for (const name of isOnly ? (['lost', 'discarded', 'timestampJumps'] as const) : [])
        assert.equal(stream[name], live.stats[name], name);
      // a key frame may be among what came late
      if (isOnly && stream.video!.keyFrames === live.stats.keyFrames)
        assert.equal(stream.video!.gopMs, live.stats.gopMs);
      for (const [name, value] of [
        ['packets', stream.packets],
        ['frames', stream.video!.frames],
        ['reordered', stream.reordered],
        ['duplicate', stream.duplicate],
      ] as const) {
        const more = value - live.stats[name];
        assert.ok(
          !isOnly || (more >= 0 && more <= LATE_PACKETS),
          `${name}: live ${live.stats[name]}, replayed ${value}`,
        );
      }
      const codes = (findings: readonly { code: string }[]) => [...new Set(findings.map(({ code }) => code))].sort();
      if (isOnly)
        assert.deepEqual(codes([...stream.findings, ...call.findings, ...report.findings]), codes(live.findings));
      for (const code of one.quirks.filter((quirk) => quirk !== 'TCP-7'))
        assert.ok(codes(live.findings).includes(code), `${code} was found`);
      if (one.quirks.length === 0) assert.deepEqual(codes(stream.findings), []);

      const nals = nalsOfByteStream(readFileSync(join(out, `stream-${stream.number}.h264`)));
      assert.ok(nals.length >= (isOnly ? PLAYED_FRAMES : 1));
      // a camera that was held up leaves frames out
      const isWhole = isOnly && simulator.counts.omitted === 0;
      for (const [n, nal] of isWhole ? nals.entries() : [])
        assert.ok(nal.equals(CLIP[n % CLIP.length]!), `NAL unit ${n} is that of the clip`);
      const sound = readFileSync(join(out, `stream-${stream.number}.g711a`));
      const isSound = sound.equals(Buffer.concat([TUNE, TUNE, TUNE]).subarray(0, sound.length));
      assert.ok(!isWhole || (sound.length >= 8000 && isSound));
      const probed = await ffprobe(join(out, `stream-${stream.number}.mp4`));
      assert.deepEqual(
        probed.streams.map((track) => track.codec_name),
        ['h264', 'flac'],
      );
      assert.equal(probed.packets.filter((packet) => packet.stream === 0).length, stream.video!.frames);
      if (isOnly) judge(file, report, one);
    });

  it('redacted: no id is left, and the capture says the same', async () => {
    const id = '34020000001327000001';
    const { file, channelId, capture } = await captured(id, { transport: 'tcp-passive', quirks: [] }, true);
    assert.equal(capture.redacted, true);
    const bytes = readFileSync(file).toString('latin1');
    for (const secret of [id, channelId, '34020000002000000001']) assert.equal(bytes.includes(String(secret)), false);
    const { report } = await inspectFile(file, { extract: null, signal: new AbortController().signal });
    assert.match(report?.calls[0]?.to ?? '', /^0000000000131\d{7} /);
    assert.ok(report?.streams.some(({ video }) => video?.codec === 'h264'));
    assert.deepEqual(report?.findings, []);
  });

  it('an unplayable call is captured too: of a stream that has ended its dialogue is left', async () => {
    const id = '34020000001328000001';
    simulators.push(await startCamera(gateway.sipPort, { id, quirks: new Set(['INV-4']) }));
    const channelId = await channelOf(gateway, id);
    const failed = await gateway.api('POST', `/api/v1/devices/${id}/channels/${channelId}/live`);
    assert.equal(failed.status, 409);
    const { body } = await gateway.api('GET', `/api/v1/streams?deviceId=${id}`);
    const begun = await gateway.api('POST', `/api/v1/streams/${body.items[0].id}/capture`, { seconds: 30 });
    assert.equal(begun.status, 202);
    const file = join(folder, 'failed.pcapng');
    writeFileSync(file, await download(begun.body.id));
    const { report } = await inspectFile(file, { extract: null, signal: new AbortController().signal });
    assert.equal(report?.calls.at(-1)?.status, 486);
    assert.deepEqual(report?.streams, []);
  });

  it('refuses what it cannot do, in the words of the API', async () => {
    const missing = await gateway.api('POST', '/api/v1/streams/none/capture', { seconds: 5 });
    assert.deepEqual([missing.status, missing.body.code], [404, 'stream_not_found']);
    for (const seconds of [0, 601, 'a']) {
      const { status, body } = await gateway.api('POST', '/api/v1/streams/none/capture', { seconds });
      assert.deepEqual([status, body.code], [400, 'bad_request']);
    }
    for (const method of ['GET', 'DELETE']) {
      const { status, body } = await gateway.api(method, '/api/v1/captures/none');
      assert.deepEqual([status, body.code], [404, 'capture_not_found']);
    }
  });
});

/** The one channel of a device. */
function channelOf(gateway: RunningGateway, id: string): Promise<string> {
  const path = `/api/v1/devices/${id}/channels`;
  return until(`a channel of ${id}`, async () => (await gateway.api('GET', path)).body?.items?.[0]?.id, PATIENCE_MS);
}

describe('captures over a restart', { timeout: 120_000 }, () => {
  it('are listed and can be had, and go when they are deleted', async () => {
    const data = mkdtempSync(join(tmpdir(), 'gbgate-capture-restart-'));
    let gateway = await runGateway({ data });
    const id = '34020000001329000001';
    const simulator = await startCamera(gateway.sipPort, { id });
    try {
      const channelId = await channelOf(gateway, id);
      const live = await gateway.api('POST', `/api/v1/devices/${id}/channels/${channelId}/live`, { transport: 'udp' });
      assert.equal(live.status, 201);
      const begun = await gateway.api('POST', `/api/v1/streams/${live.body.id}/capture`, { seconds: 600 });
      assert.equal(begun.status, 202);
      const again = await gateway.api('POST', `/api/v1/streams/${live.body.id}/capture`, { seconds: 1 });
      assert.deepEqual([again.status, again.body.code], [409, 'conflict']);
      await until(
        'packets',
        async () => {
          const { body } = await gateway.api('GET', '/api/v1/captures');
          return body.items[0].packets > 50;
        },
        PATIENCE_MS,
      );
      // the stop ends the capture and keeps it
      assert.equal(await gateway.stop(), 0);
      gateway = await runGateway({ data });
      const { body } = await gateway.api('GET', '/api/v1/captures');
      assert.deepEqual(
        body.items.map((one: Record<string, unknown>) => [one.id, one.streamId, one.state, one.packets]),
        [[begun.body.id, live.body.id, 'complete', null]],
      );
      const { report, fault } = await inspectFile(join(data, body.items[0].path), {
        extract: null,
        signal: new AbortController().signal,
      });
      assert.equal(fault, null);
      assert.deepEqual(report?.notes, [], 'the file is whole');
      assert.ok((report?.calls.length ?? 0) >= 1);
      assert.equal((await gateway.api('DELETE', `/api/v1/captures/${begun.body.id}`)).status, 204);
      assert.throws(() => readFileSync(join(data, body.items[0].path)), { code: 'ENOENT' });
    } finally {
      await simulator.stop();
      await gateway.stop();
      rmSync(data, { recursive: true, force: true });
    }
  });
});

/** tshark finds nothing malformed, right checksums, every SIP message, and every RTP packet. */
function judge(file: string, report: Report, { transport, quirks }: Case): void {
  const mediaPort = report.streams[0]!.to!.split(':')[1]!;
  const peerPort = report.streams[0]!.from!.split(':')[1]!;
  const decode = transport === 'udp' ? [] : ['-d', `tcp.port==${mediaPort},rtp`, '-d', `tcp.port==${peerPort},rtp`];
  const tshark = (filter: string, field: string) =>
    execFileSync(
      'tshark',
      [
        '-r',
        file,
        '-o',
        'ip.check_checksum:TRUE',
        '-o',
        'udp.check_checksum:TRUE',
        '-o',
        'tcp.check_checksum:TRUE',
        ...decode,
      ].concat(['-Y', filter, '-T', 'fields', '-E', 'occurrence=a', '-e', field]),
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 64 * 1024 * 1024 },
    )
      .split('\n')
      .flatMap((line) => line.split(','))
      .filter((value) => value !== '');
  // Interleaved framing, empty frames and a wrong length are what the camera sent; tshark does not know them.
  const isClean = !quirks.some((code) => code.startsWith('TCP-') || code.startsWith('PS-'));
  if (isClean) assert.deepEqual(tshark('_ws.malformed', 'frame.number'), []);
  assert.deepEqual(
    tshark('ip.checksum.status == 0 || udp.checksum.status == 0 || tcp.checksum.status == 0', 'frame.number'),
    [],
  );
  assert.deepEqual(
    tshark('tcp.analysis.lost_segment || tcp.analysis.retransmission || tcp.analysis.out_of_order', 'frame.number'),
    [],
  );
  assert.equal(tshark('sip', 'sip.CSeq.method').length, report.sip.messages.length);
  if (!isClean && transport !== 'udp') return;
  // what came after our BYE belongs to no call any more
  const more = tshark('rtp', 'rtp.seq').length - report.streams[0]!.packets;
  assert.ok(more >= 0 && more <= LATE_PACKETS, `tshark sees ${more} packets more`);
}
