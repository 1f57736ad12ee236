/**
 * Every deviation of media that the simulated camera knows: the picture still comes, its NAL units are those of the clip, its
 * frames stand a frame apart, and the stream says by its code what was tolerated, and nothing else.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { SHIPPED_VIDEOS } from '../../src/simulator/clip.ts';
import { MEDIA_QUIRKS } from '../../src/simulator/media-quirks.ts';
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';
import { type Mp4Track, nalsOfByteStream, nalsOfSample, readMp4 } from '../support/mp4.ts';

const FRAMES = 60;

interface Row {
  /** Exactly these findings; default: the code of the quirk. */
  readonly found?: readonly string[];
  readonly video?: keyof typeof SHIPPED_VIDEOS;
  readonly audio?: SimulatorOptions['audio'];
  /** Findings that may come as well. */
  readonly also?: readonly string[];
  /** Frames at the start whose distance is not looked at. */
  readonly settling?: number;
  /** Frames to wait for. */
  readonly frames?: number;
  /** Bytes are lost: every NAL unit is one that was sent, not every one that was sent comes. */
  readonly isLossy?: boolean;
  /** NAL units that are compared; default all. */
  readonly compared?: (nal: Buffer) => boolean;
}

const isSet = (nal: Buffer) => [7, 8].includes(nal[0]! & 31);

/** What is special about a quirk. No finding: the camera does what the standard allows, and few receivers expect. */
const ROWS: Readonly<Record<string, Row>> = {
  'SSRC-6': { isLossy: true, found: ['SSRC-6', 'SSRC-1', 'SSRC-7'], frames: 90 },
  'RTP-1': { isLossy: true, found: ['RTP-1'] },
  'RTP-2': { isLossy: true, found: ['RTP-1', 'RTP-2'], frames: 90 },
  'RTP-4': { frames: 90, also: ['RTP-3'] },
  'RTP-5a': { found: ['RTP-5'] },
  'RTP-6a': { found: ['RTP-7'] },
  'RTP-11': { found: [], frames: 375 },
  'RTP-12': { found: ['RTP-10', 'RTP-12'] },
  'RTP-14': { found: ['RTP-14', 'TS-1'], frames: 80 },
  'TCP-2': { found: ['PS-16'] },
  'TCP-5': { isLossy: true, frames: 90, found: ['TCP-5', 'RTP-1'] },
  'TCP-6': { found: ['TCP-6', 'PS-16'] },
  'TCP-7': { found: [] },
  'TCP-9': { found: [] },
  'TCP-16': { found: ['TCP-16', 'INV-12'] },
  'PS-3': { found: ['PS-1', 'PS-3'] },
  'PS-5': { audio: 'aac' },
  'PS-9': { found: [] },
  // No frame of the shipped clips is longer than 65,535 bytes.
  'PS-10': { found: [] },
  'PS-11': { isLossy: true, frames: 120 },
  'PS-18': { isLossy: true, frames: 120, found: ['PS-18'] },
  'PS-19': { found: [] },
  'PS-21': { found: [] },
  'PS-23': { found: [] },
  'PS-24': { found: [] },
  'PS-26': { found: ['PS-16'] },
  'PS-29': { compared: (nal) => (nal[0]! & 31) !== 30 },
  'TS-2': { found: [] },
  'TS-3': { also: ['TS-7'] },
  'TS-4': { frames: 80 },
  'TS-4a': { found: ['TS-4'], frames: 80 },
  'TS-5': { found: [], frames: 130 },
  'TS-6': { found: [] },
  // PTS alone says nothing before the first picture that goes back: decoding times settle in the first group.
  'TS-8': { video: 'h264-bframes', settling: 25 },
  'TS-12': { found: [] },
  'PTZ-6': { found: [] },
  'ES-2': { found: [], compared: (nal) => !isSet(nal) },
  'ES-7': { found: [] },
  'ES-8': { found: [], frames: 170 },
  'ES-9': { frames: 80 },
  'ES-10': { audio: 'aac' },
  'ES-11': { frames: 90 },
  // Encrypted headers do not even say where pictures begin.
  'ES-12': { compared: () => false, settling: FRAMES, also: ['PS-9', 'PS-22', 'RTP-5'] },
};

/** These have tests of their own below. */
const APART = new Set(['PS-25', 'ES-6']);

const FRAME_90K = 3600;
const CLIPS = new Map(
  Object.entries(SHIPPED_VIDEOS).map(([name, file]) => [
    name,
    nalsOfByteStream(readFileSync(new URL(`../../src/simulator/clips/${file}`, import.meta.url))),
  ]),
);

describe('cameras that bend media', { timeout: 240_000, concurrency: 6 }, () => {
  let gateway: RunningGateway;
  const simulators: Simulator[] = [];

  before(async () => {
    gateway = await runGateway();
  });
  after(async () => {
    await Promise.all(simulators.map((simulator) => simulator.stop()));
    assert.equal(await gateway.stop(), 0);
  });

  async function camera(code: string, id: string, o: Partial<SimulatorOptions> = {}): Promise<string> {
    const sip = code.startsWith('TCP') ? 'tcp' : 'udp';
    simulators.push(await startCamera(gateway.sipPort, { id, sip, quirks: new Set([code]), ...o }));
    return (await channelsOf(gateway, id))[0] as string;
  }

  /** What came until so many moofs had come. */
  async function watch(id: string, channelId: string, frames: number): Promise<Mp4Track[]> {
    const socket = new WebSocket(`${gateway.http.replace('http', 'ws')}/live/${id}/${channelId}.mp4?token=${TOKEN}`);
    const received: Buffer[] = [];
    let inits = 0;
    socket.on('message', (data: Buffer) => {
      if (data.toString('latin1', 4, 8) === 'ftyp') inits += 1;
      received.push(data);
    });
    await until(`${frames} frames of ${id}`, () => received.length - inits > frames, 60_000);
    socket.close();
    // A later init segment describes the same track: the reader takes the last.
    return readMp4(Buffer.concat(received));
  }

  /** The findings of a stream once those that are wanted are there. */
  async function findings(streamId: string, wanted: readonly string[]): Promise<string[]> {
    let found: string[] = [];
    await until(`findings ${wanted.join(', ')} of ${streamId}`, async () => {
      const { body } = await gateway.api('GET', `/api/v1/streams/${streamId}`);
      found = body.findings.map((finding: { code: string }) => finding.code);
      return wanted.every((code) => found.includes(code));
    }).catch(() => assert.fail(`found ${found.join(', ')} instead of ${wanted.join(', ')}`));
    return found;
  }

  for (const [i, { code, sentence }] of MEDIA_QUIRKS.entries()) {
    if (APART.has(code)) continue;
    const row = ROWS[code] ?? {};
    it(`${code}: ${sentence}`, async () => {
      const id = `340200000013250${String(i + 1).padStart(5, '0')}`;
      const { video = 'h264', audio = 'pcma' } = row;
      const channelId = await camera(code, id, { clip: video, audio });
      const transport = code.startsWith('TCP') ? 'tcp-passive' : 'udp';
      const live = await gateway.api('POST', `/api/v1/devices/${id}/channels/${channelId}/live`, { transport });
      assert.equal(live.status, 201, JSON.stringify(live.body));
      const track = (await watch(id, channelId, row.frames ?? FRAMES)).find(({ handler }) => handler === 'vide');
      assert.ok(track, 'a picture');
      compare(track, CLIPS.get(video)!, row);
      const wanted = row.found ?? [code];
      const found = await findings(live.body.id, row.isLossy ? wanted.slice(0, 1) : wanted);
      const allowed = [...wanted, ...(row.also ?? []), ...(row.isLossy ? ['RTP-1', 'PS-11'] : [])];
      assert.deepEqual(
        found.filter((each) => !allowed.includes(each)),
        [],
      );
      await gateway.api('DELETE', `/api/v1/streams/${live.body.id}`);
    });
  }

  it('ES-6: a source of sound alone plays', async () => {
    const id = '34020000001326000001';
    const channelId = await camera('ES-6', id);
    const live = await gateway.api('POST', `/api/v1/devices/${id}/channels/${channelId}/live`, { transport: 'udp' });
    assert.equal(live.status, 201, JSON.stringify(live.body));
    assert.deepEqual([live.body.video, live.body.audio?.codec], [null, 'pcma']);
    const tracks = await watch(id, channelId, 30);
    assert.deepEqual(
      tracks.map(({ handler }) => handler),
      ['soun'],
    );
  });

  it('PS-25: SVAC is named, not played', async () => {
    const id = '34020000001326000002';
    const channelId = await camera('PS-25', id);
    const path = `/api/v1/devices/${id}/channels/${channelId}/live?waitSeconds=3`;
    const live = await gateway.api('POST', path, { transport: 'udp' });
    assert.notEqual(live.status, 500);
    const { body } = await gateway.api('GET', '/api/v1/streams');
    const stream = body.items.find((item: { deviceId: string }) => item.deviceId === id);
    assert.ok((await findings(stream.id, ['PS-25'])).includes('PS-25'));
  });
});

function compare(track: Mp4Track, sent: Buffer[], row: Row): void {
  const { compared = () => true } = row;
  const clip = sent.filter(compared);
  const got = track.samples.flatMap((sample) => nalsOfSample(sample.data)).filter(compared);
  if (row.isLossy === true) {
    const known = new Set(clip.map((nal) => nal.toString('latin1')));
    for (const nal of got) assert.ok(known.has(nal.toString('latin1')), 'every NAL unit is whole');
    return;
  }
  if (got.length > 0) {
    const start = clip.findIndex((_, at) =>
      got.slice(0, 8).every((nal, n) => nal.equals(clip[(at + n) % clip.length]!)),
    );
    assert.notEqual(start, -1, 'the first NAL units are ones that were sent');
    for (const [n, nal] of got.entries()) assert.ok(nal.equals(clip[(start + n) % clip.length]!), `NAL unit ${n}`);
  }
  for (let i = 1 + (row.settling ?? 0); i < track.samples.length; i++) {
    const step = track.samples[i]!.dts - track.samples[i - 1]!.dts;
    assert.ok(step > 0 && step <= 2 * FRAME_90K, `frame ${i} stands ${step} ticks behind the one before`);
  }
}
