/** Voices by the API of a gateway in a process of its own: files, announcements, programs that speak, and every end of them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { VoiceCall } from '../../src/simulator/voice/voice-call.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';
import { frequencyOf, shareOf, tone } from '../support/tone.ts';
import { wavOf } from '../support/wav.ts';

/** Over UDP, over TCP, in a program stream, called because it refuses broadcasts. */
const CAMERAS = [
  { id: '34020000001320000611', quirks: [] },
  { id: '34020000001320000612', quirks: ['TK-3'] },
  { id: '34020000001320000613', quirks: ['TK-1'] },
  { id: '34020000001320000614', quirks: ['TK-4'] },
] as const;
const FRAME_SAMPLES = 160;

type Told = { type: string; data: Record<string, unknown> };

describe('voices by the API', { timeout: 240_000 }, () => {
  let gateway: RunningGateway;
  let folder: string;
  const simulators: Simulator[] = [];
  const channels: { deviceId: string; channelId: string }[] = [];
  const told: Told[] = [];
  const listening = new AbortController();

  const camera = (index: number) => simulators[index]!.devices[0]!;
  const pathOf = (index: number) =>
    `/api/v1/devices/${channels[index]!.deviceId}/channels/${channels[index]!.channelId}/talk`;
  const endsOf = (index: number) =>
    told
      .filter(({ type, data }) => type === 'talk.ended' && data.deviceId === channels[index]!.deviceId)
      .map(({ data }) => data.cause);
  const post = async (path: string, wav: Buffer) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'audio/wav' };
    const answer = await fetch(gateway.http + path, { method: 'POST', headers, body: new Uint8Array(wav) });
    return { status: answer.status, body: (await answer.json()) as any };
  };
  const speaker = (index: number) =>
    new WebSocket(
      `${gateway.http.replace('http', 'ws')}/talk/${channels[index]!.deviceId}/${channels[index]!.channelId}?token=${TOKEN}`,
    );

  /** What was heard between the first and the last loud sample. */
  const spokenTo = (call: VoiceCall | undefined): Int16Array => {
    const pcm = call?.sound() ?? new Int16Array(0);
    const first = pcm.findIndex((sample) => Math.abs(sample) > 1000);
    return first < 0
      ? new Int16Array(0)
      : pcm.subarray(
          first,
          pcm.findLastIndex((sample) => Math.abs(sample) > 1000),
        );
  };
  /** `least`: of all that was heard; what a program says comes with holes when the machine stands still. */
  const hears = async (index: number, hz: number, seconds = 1, least = 0.97): Promise<void> => {
    await until(`camera ${index} hears ${hz} Hz`, () => spokenTo(camera(index).voice.last).length >= 8000 * seconds);
    const pcm = spokenTo(camera(index).voice.last).subarray(400, 8000 * seconds - 400);
    assert.equal(frequencyOf(pcm), hz);
    assert.ok(shareOf(pcm, hz) > least, `${shareOf(pcm, hz)}`);
  };

  /** Follows the events of the gateway that is there now. */
  const listen = async () => {
    const answer = await fetch(`${gateway.http}/api/v1/events?types=talk.started,talk.ended&token=${TOKEN}`, {
      signal: listening.signal,
    });
    let rest = '';
    const decoder = new TextDecoder();
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) {
      rest += decoder.decode(piece, { stream: true });
      const events = rest.split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (data !== undefined) told.push(JSON.parse(data) as Told);
      }
    }
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gbgate-talk-'));
    gateway = await runGateway({ data: folder, mediaPorts: '43700-43799' });
    for (const { id, quirks } of CAMERAS) {
      simulators.push(await startCamera(gateway.sipPort, { id, quirks: new Set(quirks) }));
      const [channelId] = await channelsOf(gateway, id);
      channels.push({ deviceId: id, channelId: channelId! });
    }
    listen().catch(() => {});
  });
  after(async () => {
    listening.abort();
    await Promise.all(simulators.map((simulator) => simulator.stop()));
    await gateway?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('a WAV file of 44.1 kHz in stereo is spoken whole, and the call ends behind it', async () => {
    const mono = tone(440, 1.5, 44_100);
    const stereo = Int16Array.from([...mono].flatMap((sample) => [sample, sample]));
    const { status, body } = await post(`${pathOf(0)}/audio`, wavOf(stereo, 44_100, 2));
    assert.equal(status, 201, JSON.stringify(body));
    assert.deepEqual([body.mode, body.codec, body.transport, body.speaker], ['broadcast', 'pcma', 'udp', true]);
    const second = await gateway.api('POST', pathOf(0), {});
    assert.deepEqual([second.status, second.body.code], [409, 'talk_busy']);
    await hears(0, 440, 1.4);
    await until('the end', () => camera(0).voice.last?.isOver === true && endsOf(0).length === 1);
    assert.deepEqual(endsOf(0), ['spoken']);
    assert.ok(Math.abs(spokenTo(camera(0).voice.last).length - 12_000) < 2 * FRAME_SAMPLES);
    assert.equal((await gateway.api('GET', pathOf(0))).status, 404);
  });

  test('an announcement is heard by every camera at once, in the way that each of them takes', async () => {
    const names = channels.map(({ deviceId, channelId }) => `${deviceId}/${channelId}`).join(',');
    for (const [hz, announce] of [
      [600, (wav: Buffer) => post(`/api/v1/announcements?channels=${names}`, wav)],
      [800, (wav: Buffer) => gateway.api('POST', '/api/v1/announcements', { channels, audio: wav.toString('base64') })],
    ] as const) {
      const before = channels.map((_, index) => camera(index).voice.last);
      const begun = await announce(wavOf(tone(hz, 1.5), 8000));
      assert.equal(begun.status, 202, JSON.stringify(begun.body));
      await Promise.all(
        channels.map(async (_, index) => {
          await until('a new call', () => camera(index).voice.last !== before[index]);
          await hears(index, hz);
        }),
      );
      const items = await until('the end of all', async () => {
        const { body } = await gateway.api('GET', `/api/v1/announcements/${begun.body.id}`);
        return body.items.every(({ state }: { state: string }) => state === 'ended') && body.items;
      });
      assert.deepEqual(
        items.filter(({ problem }: { problem?: string }) => problem !== undefined),
        [],
      );
    }
    const started = told.filter(({ type }) => type === 'talk.started').map(({ data }) => data);
    const of = (index: number) => started.findLast(({ deviceId }) => deviceId === channels[index]!.deviceId);
    const ways = channels.map((_, index) => [of(index)?.mode, of(index)?.transport, of(index)?.codec]);
    assert.deepEqual(ways, [
      ['broadcast', 'udp', 'pcma'],
      ['broadcast', 'tcp-passive', 'pcma'],
      ['broadcast', 'udp', 'ps'],
      ['talk', 'udp', 'pcma'],
    ]);
  });

  /** A program that speaks a tone until it is told to stop. */
  const speak = async (index: number, hz: number) => {
    const ws = speaker(index);
    const heard: Int16Array[] = [];
    ws.on('message', (data: Buffer) =>
      heard.push(Int16Array.from({ length: data.length / 2 }, (_, i) => data.readInt16LE(2 * i))),
    );
    await once(ws, 'open');
    const voice = tone(hz, 60);
    let at = 0;
    const timer = setInterval(() => {
      ws.send(Buffer.from(voice.slice(at, at + FRAME_SAMPLES).buffer));
      at += FRAME_SAMPLES;
    }, 20);
    ws.on('close', () => clearInterval(timer));
    return { ws, heard };
  };

  test('a program speaks over a WebSocket and hears what the camera says; when it goes the camera is told at once', async () => {
    const before = camera(3).voice.last;
    const { ws, heard } = await speak(3, 500);
    await until('a call', () => camera(3).voice.last !== before);
    await hears(3, 500, 0.5, 0.3);
    await until('the voice of the camera', () => heard.length >= 50);
    assert.equal(frequencyOf(Int16Array.from(heard.slice(0, 50).flatMap((pcm) => [...pcm]))), 700);
    const busy = speaker(3);
    const [code, reason] = (await once(busy, 'close')) as [number, Buffer];
    assert.deepEqual([code, String(reason)], [4486, 'talk_busy']);
    assert.equal(camera(3).voice.last?.isOver, false);
    ws.terminate();
    await until('the camera is told', () => camera(3).voice.last?.isOver === true);
    await until('the event', () => endsOf(3).at(-1) === 'speaker_gone');
  });

  test('a device that hangs up ends the voice, and its speaker learns that', async () => {
    const before = camera(0).voice.last;
    const { ws } = await speak(0, 500);
    await until('a call', () => camera(0).voice.last !== before);
    await hears(0, 500, 0.5, 0.3);
    const closed = once(ws, 'close') as Promise<[number, Buffer]>;
    await camera(0).voice.last?.hangUp();
    assert.equal((await closed)[0], 4410);
    await until('the event', () => endsOf(0).at(-1) === 'device_ended');
  });

  test('a gateway that is killed while it speaks ends the call when it is back; one that is stopped does so before it goes', async () => {
    for (const index of [0, 3]) assert.equal((await gateway.api('POST', pathOf(index), {})).status, 201);
    const calls = [0, 3].map((index) => camera(index).voice.last!);
    assert.deepEqual(
      calls.map(({ isOver }) => isOver),
      [false, false],
    );
    const { sipPort } = gateway;
    await gateway.kill();
    gateway = await runGateway({ data: folder, mediaPorts: '43700-43799', args: ['--sip-port', String(sipPort)] });
    await until('the BYEs that were owed', () => calls.every(({ isOver }) => isOver));
    await until('the cameras', async () => {
      const { body } = await gateway.api('GET', '/api/v1/devices');
      return body.items.filter(({ online }: { online: boolean }) => online).length === CAMERAS.length;
    });
    for (const index of [0, 3]) assert.equal((await gateway.api('POST', pathOf(index), {})).status, 201);
    const again = [0, 3].map((index) => camera(index).voice.last!);
    gateway.child.kill('SIGTERM');
    await until('the BYEs of the end', () => again.every(({ isOver }) => isOver));
  });
});
