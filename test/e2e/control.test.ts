/** Steering and control as a program does it: the gateway in a process of its own, HTTP on one side, a simulated camera on the other. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, until } from '../support/gbgate.ts';

describe('a camera is controlled over HTTP', () => {
  let gateway: RunningGateway;
  let simulator: Simulator;
  let data = '';
  let D = '';
  let C = '';
  const device = () => simulator.devices[0]!;
  const frontEnd = () => device().controls.frontEnd(device().channels[0]!.id);

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'gbgate-control-'));
    gateway = await runGateway({ data });
    simulator = await startCamera(gateway.sipPort, { id: '34020000001110000001' });
    D = `/api/v1/devices/${device().id}`;
    C = `${D}/channels/${device().channels[0]!.id}`;
    await until('the channel', async () => (await gateway.api('GET', C)).status === 200);
  });
  after(async () => {
    await simulator.stop();
    await gateway.stop();
    await rm(data, { recursive: true, force: true });
  });

  it('moves, and stops by itself when nobody says it again', async () => {
    assert.equal((await gateway.api('POST', `${C}/ptz`, { pan: -1, tilt: 0.5, timeoutMs: 500 })).status, 204);
    assert.equal(frontEnd().commands[0], 'A50F010AFF80003E');
    await until('stopped', async () => frontEnd().commands.length > 1 && !frontEnd().isMoving);
  });

  it('keeps presets', async () => {
    assert.equal((await gateway.api('PUT', `${C}/presets/1`, { name: '东门' })).status, 204);
    const list = await gateway.api('GET', `${C}/presets`);
    assert.deepEqual(list.body, { items: [{ number: 1, name: '东门' }], next: null });
    assert.equal((await gateway.api('POST', `${C}/presets/1/goto`)).status, 204);
    assert.equal((await gateway.api('DELETE', `${C}/presets/1`)).status, 204);
    assert.deepEqual((await gateway.api('GET', `${C}/presets`)).body.items, []);
  });

  it('answers 200 with a result where the standard has one, else 204', async () => {
    assert.deepEqual(await gateway.api('POST', `${D}/control`, { command: 'guard', enabled: true }), {
      status: 200,
      body: { result: 'OK' },
    });
    assert.equal(device().controls.guarded, true);
    assert.equal((await gateway.api('POST', `${C}/control`, { command: 'key-frame' })).status, 204);
    assert.equal((await gateway.api('POST', `${C}/control`, { command: 'nothing' })).status, 400);
  });

  it('stops what moved when the gateway was killed, as soon as it is back', async () => {
    assert.equal((await gateway.api('POST', `${C}/ptz`, { pan: 1, focus: 1, timeoutMs: 60_000 })).status, 204);
    assert.equal(frontEnd().isMoving, true);
    await gateway.kill();
    assert.equal(frontEnd().isMoving, true);
    gateway = await runGateway({ data, args: ['--sip-port', String(gateway.sipPort)] });
    await until('stopped', () => !frontEnd().isMoving && frontEnd().lens.focus === 0);
    await until('the channel', async () => (await gateway.api('GET', D)).body.online);
  });

  it('stops what moves when the gateway ends', async () => {
    assert.equal((await gateway.api('POST', `${C}/ptz`, { pan: 1, timeoutMs: 60_000 })).status, 204);
    assert.equal(frontEnd().isMoving, true);
    assert.equal(await gateway.stop(), 0);
    assert.equal(frontEnd().isMoving, false);
  });
});
