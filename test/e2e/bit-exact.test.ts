/**
 * For every transport × video codec × audio codec: what comes out of the WebSocket and what lies in the recorded file
 * is what the camera sent, NAL unit by NAL unit and sample by sample. The expectation is read from the shipped clip by this
 * test's own splitter; its length is pinned, so that a shortened clip fails.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';
import { decodeAudio, decodeG711, ffprobe, sha256 } from '../support/judge.ts';
import { type Mp4Track, nalsOfByteStream, nalsOfSample, readMp4 } from '../support/mp4.ts';

const TRANSPORTS = ['udp', 'tcp-passive', 'tcp-active'] as const;
const VIDEOS = ['h264', 'h265'] as const;
const AUDIOS = ['pcma', 'pcmu', 'aac', 'none'] as const;
/** The clip is 8 s at 25 frames a second; a recording must hold more than one whole pass. */
const CLIP_FRAMES = 200;
const WANTED_FRAMES = 215;
const FRAME_90K = 3600;

const clip = (name: string) => readFileSync(new URL(`../../src/simulator/clips/${name}`, import.meta.url));
const SENT_NALS = {
  h264: nalsOfByteStream(clip('gate.h264')),
  h265: nalsOfByteStream(clip('yard.h265')),
};

interface Case {
  transport: (typeof TRANSPORTS)[number];
  video: (typeof VIDEOS)[number];
  audio: (typeof AUDIOS)[number];
  deviceId: string;
  channelId: string;
  simulator: Simulator;
  received: Buffer[];
  file: string;
  live: string;
  findings: unknown[];
}

const cases: Omit<Case, 'channelId' | 'simulator' | 'received' | 'file' | 'live' | 'findings'>[] = TRANSPORTS.flatMap(
  (transport) => VIDEOS.flatMap((video) => AUDIOS.map((audio) => ({ transport, video, audio }))),
).map((c, i) => ({ ...c, deviceId: `340200000013200${String(i + 1).padStart(5, '0')}` }));

describe('bit-exact from camera to viewer and file', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  const done = new Map<string, Case>();

  before(async () => {
    gateway = await runGateway();
    await Promise.all(cases.map((c) => play(gateway, c).then((result) => done.set(c.deviceId, result))));
  });

  after(async () => {
    await Promise.all([...done.values()].map((c) => c.simulator.stop()));
    assert.equal(await gateway.stop(), 0);
  });

  it('knows the clips it compares with', () => {
    const frames = (nals: Buffer[], isFrame: (nal: Buffer) => boolean) => nals.filter(isFrame).length;
    assert.equal(
      frames(SENT_NALS.h264, (nal) => [1, 5].includes(nal[0]! & 31)),
      CLIP_FRAMES,
    );
    assert.equal(
      frames(SENT_NALS.h265, (nal) => nal[0]! >> 1 < 32),
      CLIP_FRAMES,
    );
  });

  for (const { deviceId, transport, video, audio } of cases)
    it(`${transport}, ${video}, ${audio}`, async () => {
      const c = done.get(deviceId);
      assert.ok(c, 'it played');
      await checkVideo(c, readMp4(Buffer.concat(c.received)), c.live);
      await checkVideo(c, readMp4(readFileSync(c.file)), c.file);
      for (const path of [c.live, c.file]) await checkAudio(c, path);
      assert.deepEqual(c.findings, [], 'a camera without a fault has no finding');
    });
});

async function play(gateway: RunningGateway, c: (typeof cases)[number]): Promise<Case> {
  const simulator = await startCamera(gateway.sipPort, {
    id: c.deviceId,
    sip: c.transport === 'udp' ? 'udp' : 'tcp',
    video: c.video,
    audio: c.audio,
  });
  const [channelId] = (await channelsOf(gateway, c.deviceId)) as [string];
  const path = `/api/v1/devices/${c.deviceId}/channels/${channelId}/live`;
  const live = await gateway.api('POST', path, { transport: c.transport });
  assert.equal(live.status, 201, JSON.stringify(live.body));
  assert.equal(live.body.transport, c.transport);
  const started = await gateway.api('PUT', `/api/v1/streams/${live.body.id}/recording`);
  assert.ok(started.status < 300, JSON.stringify(started.body));

  const received: Buffer[] = [];
  const socket = new WebSocket(
    `${gateway.http.replace('http', 'ws')}/live/${c.deviceId}/${channelId}.mp4?token=${TOKEN}`,
  );
  socket.on('message', (data: Buffer, binary: boolean) => void (binary && received.push(data)));
  await until(`${WANTED_FRAMES} frames of ${c.deviceId}`, () => frameMessages(received) >= WANTED_FRAMES, 60_000);
  socket.close();
  const stopped = await gateway.api('DELETE', `/api/v1/streams/${live.body.id}/recording`);
  assert.equal(stopped.body.state, 'complete', JSON.stringify(stopped.body));
  const { findings } = (await gateway.api('GET', `/api/v1/streams/${live.body.id}`)).body;
  await gateway.api('DELETE', `/api/v1/streams/${live.body.id}`);
  const livePath = join(gateway.data, `${c.deviceId}-live.mp4`);
  await writeFile(livePath, Buffer.concat(received));
  return {
    ...c,
    channelId,
    simulator,
    received,
    file: join(gateway.data, started.body.path),
    live: livePath,
    findings,
  };
}

function frameMessages(received: Buffer[]): number {
  return received.filter((message) => message.toString('latin1', 4, 8) === 'moof').length;
}

async function checkVideo(c: Case, tracks: Mp4Track[], path: string): Promise<void> {
  const track = tracks.find((t) => t.handler === 'vide');
  assert.ok(track, 'a video track');
  assert.equal(track.entry, c.video === 'h264' ? 'avc1' : 'hvc1');
  assert.ok(track.samples.length >= CLIP_FRAMES, `${track.samples.length} frames hold a whole pass of the clip`);
  assert.ok(track.samples[0]?.sync, 'it starts at a key frame');
  const sent = SENT_NALS[c.video];
  const got = track.samples.flatMap((sample) => nalsOfSample(sample.data));
  const start = sent.findIndex((_, at) =>
    got.slice(0, 12).every((nal, i) => nal.equals(sent[(at + i) % sent.length]!)),
  );
  assert.notEqual(start, -1, 'the first NAL units are ones that were sent');
  for (const [i, nal] of got.entries())
    assert.ok(nal.equals(sent[(start + i) % sent.length]!), `NAL unit ${i} of ${path} differs from what was sent`);
  for (let i = 1; i < track.samples.length; i++)
    assert.equal(track.samples[i]!.dts - track.samples[i - 1]!.dts, FRAME_90K, `spacing before frame ${i}`);
  const probed = await ffprobe(path);
  const index = probed.streams.find((s) => s.codec_type === 'video')?.index;
  assert.deepEqual(
    probed.packets.filter((packet) => packet.stream === index).map((packet) => packet.hash),
    track.samples.map((sample) => sha256(sample.data)),
    'ffprobe sees the same samples',
  );
}

async function checkAudio(c: Case, path: string): Promise<void> {
  const track = readMp4(readFileSync(path)).find((t) => t.handler === 'soun');
  if (c.audio === 'none') {
    assert.equal(track, undefined, 'no sound was sent, none is declared');
    return;
  }
  assert.ok(track, 'an audio track');
  if (c.audio === 'aac') {
    assert.equal(track.entry, 'mp4a');
    const sent = adtsPayloads(clip('tune.aac'));
    // The clip's sound and picture need not be equally long: the sound begins again with the picture.
    assertLooped(
      track.samples.map((sample) => sample.data),
      sent,
      path,
    );
    return;
  }
  assert.equal(track.entry, 'fLaC');
  const law = c.audio === 'pcma' ? 'alaw' : 'mulaw';
  const sent = await decodeG711(
    new URL(`../../src/simulator/clips/tune.${c.audio === 'pcma' ? 'alaw' : 'ulaw'}`, import.meta.url).pathname,
    law,
  );
  const got = await decodeAudio(path);
  assert.ok(got.length >= sent.length, `${got.length} samples hold the whole tune of ${sent.length}`);
  const start = findSamples(sent, got.subarray(0, 2000));
  assert.notEqual(start, -1, 'the first samples are ones that were sent');
  for (let i = 0; i < got.length; i++)
    if (got[i] !== sent[(start + i) % sent.length]) assert.fail(`sample ${i} of ${path} differs from what was sent`);
}

function assertLooped(got: Buffer[], sent: Buffer[], path: string): void {
  assert.ok(got.length >= sent.length, `${got.length} frames hold the whole tune of ${sent.length}`);
  const start = sent.findIndex((_, at) =>
    got.slice(0, 8).every((frame, i) => frame.equals(sent[(at + i) % sent.length]!)),
  );
  assert.notEqual(start, -1, 'the first frames are ones that were sent');
  for (const [i, frame] of got.entries())
    assert.ok(frame.equals(sent[(start + i) % sent.length]!), `AAC frame ${i} of ${path} differs from what was sent`);
}

/** Raw frames of an ADTS stream (ISO/IEC 13818-7 6.2). */
function adtsPayloads(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at + 7 <= bytes.length; ) {
    assert.equal(bytes.readUInt16BE(at) & 0xfff6, 0xfff0, 'ADTS sync word');
    const size = ((bytes[at + 3]! & 3) << 11) | (bytes[at + 4]! << 3) | (bytes[at + 5]! >> 5);
    frames.push(bytes.subarray(at + ((bytes[at + 1]! & 1) === 1 ? 7 : 9), at + size));
    at += size;
  }
  return frames;
}

/** Where `part` begins in the endless loop of `whole`, or −1. */
function findSamples(whole: Int16Array, part: Int16Array): number {
  for (let at = 0; at < whole.length; at++) {
    let i = 0;
    while (i < part.length && part[i] === whole[(at + i) % whole.length]) i++;
    if (i === part.length) return at;
  }
  return -1;
}
