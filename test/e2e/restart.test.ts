/** `kill -9` of the gateway in the middle of everything, and what the next start makes of it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { channelsOf, startCamera } from '../support/camera.ts';
import { runGateway, TOKEN, until } from '../support/gbgate.ts';
import { ffprobe } from '../support/judge.ts';

const DEVICE_ID = '34020000001320000001';

describe('a gateway that was killed', { timeout: 90_000 }, () => {
  it('knows its devices, ends the calls it owed a BYE and finalises the recording', async () => {
    const data = await mkdtemp(join(tmpdir(), 'gbgate-restart-'));
    const first = await runGateway({ data });
    const simulator = await startCamera(first.sipPort, { id: DEVICE_ID, keepaliveSeconds: 60 });
    const [channelId] = (await channelsOf(first, DEVICE_ID)) as [string];
    const live = await first.api('POST', `/api/v1/devices/${DEVICE_ID}/channels/${channelId}/live`, {
      transport: 'udp',
    });
    assert.equal(live.status, 201);
    const recording = (await first.api('PUT', `/api/v1/streams/${live.body.id}/recording`)).body;
    await until('5 s of recording', async () => {
      const { body } = await first.api('GET', `/api/v1/recordings/${recording.id}`);
      return body.durationMs >= 5000;
    });
    const file = `${first.http}/api/v1/recordings/${recording.id}/file?token=${TOKEN}`;
    const growing = (await fetch(file, { headers: { range: 'bytes=0-99' } })).headers.get('etag');
    const picture = await fetch(`${first.http}/api/v1/streams/${live.body.id}/snapshot.jpg?token=${TOKEN}`);
    assert.equal(picture.headers.get('content-type'), 'image/jpeg');
    assert.deepEqual([...new Uint8Array(await picture.arrayBuffer()).subarray(0, 3)], [0xff, 0xd8, 0xff]);
    assert.equal(simulator.counts.calls, 1);
    await first.kill();

    const second = await runGateway({ data, args: ['--sip-port', String(first.sipPort)] });
    const { body: device } = await second.api('GET', `/api/v1/devices/${DEVICE_ID}`);
    assert.equal(device.id, DEVICE_ID, 'the device is known at once');
    assert.equal(device.channelCount, 1);
    await until('the BYE of the call that was left open', () => simulator.counts.calls === 0);
    await until('REG-12: the device is online because it was asked, long before its next keepalive', async () => {
      const { body } = await second.api('GET', `/api/v1/devices/${DEVICE_ID}`);
      return body.online;
    });
    const { body: recovered } = await second.api('GET', `/api/v1/recordings/${recording.id}`);
    assert.equal(recovered.state, 'recovered');
    assert.ok(recovered.durationMs >= 2000, `${recovered.durationMs} ms were saved`);
    const whole = await fetch(`${second.http}/api/v1/recordings/${recording.id}/file?token=${TOKEN}`, {
      headers: { range: 'bytes=0-99' },
    });
    assert.equal(whole.status, 206);
    assert.ok(
      growing !== null && whole.headers.get('etag') !== growing,
      'the ETag changed when the file was finalised',
    );
    const probed = await ffprobe(join(data, recovered.path));
    assert.deepEqual(probed.streams.map((s) => s.codec_name).sort(), ['flac', 'h264']);
    assert.ok(Math.abs(probed.durationSeconds * 1000 - recovered.durationMs) < 100);

    const again = await second.api('POST', `/api/v1/devices/${DEVICE_ID}/channels/${channelId}/live`);
    assert.equal(again.status, 201, 'and it plays again');
    assert.equal(await second.stop(), 0);
    await until('the BYE of a clean stop', () => simulator.counts.calls === 0);
    await simulator.stop();
    await rm(data, { recursive: true, force: true });
  });

  it('refuses a data folder that another gateway uses, an occupied port and a wrong option with one sentence', async () => {
    const gateway = await runGateway();
    const wrong: [string[], RegExp][] = [
      [['--data', gateway.data], /Another gateway is using the data folder/],
      [['--sip-port', String(gateway.sipPort)], /is in use/],
      [['--http-port', new URL(gateway.http).port], /is in use/],
      [['--media-transport', 'pigeon'], /media-transport/],
      [['--nonsense'], /nonsense/],
      [['--config', '/nonexistent.yaml'], /nonexistent\.yaml/],
    ];
    for (const [args, sentence] of wrong)
      await assert.rejects(runGateway({ args }), (error: Error) => {
        assert.match(error.message, /exit status 2 /);
        const lines = error.message
          .split('\n')
          .slice(1)
          .filter((line) => line.trim() !== '');
        assert.equal(lines.length, 1, `one sentence: ${error.message}`);
        assert.match(lines[0] ?? '', sentence);
        return true;
      });
    assert.equal(await gateway.stop(), 0);
  });
});
