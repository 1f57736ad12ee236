/** Configuration and queries as a program makes them: the gateway in a process of its own, HTTP on one side, a simulated camera on the other. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, until } from '../support/gbgate.ts';

describe('a camera is set up over HTTP', () => {
  let gateway: RunningGateway;
  let simulator: Simulator;
  let D = '';
  let C = '';
  const device = () => simulator.devices[0]!;

  before(async () => {
    gateway = await runGateway();
    simulator = await startCamera(gateway.sipPort, { id: '34020000001110000001' });
    D = `/api/v1/devices/${device().id}`;
    C = `${D}/channels/${device().channels[0]!.id}`;
    await until('the channel', async () => (await gateway.api('GET', C)).status === 200);
  });
  after(async () => {
    await simulator.stop();
    await gateway.stop();
  });

  it('reads sections, changes them, and reads them again', async () => {
    const before = await gateway.api('GET', `${D}/config?type=BasicParam,AlarmReport`);
    assert.deepEqual(before.body, {
      BasicParam: {
        Name: 'Simulated camera',
        Expiration: 3600,
        HeartBeatInterval: 60,
        HeartBeatCount: 3,
        PositionCapability: 0,
      },
      AlarmReport: {
        MotionDetection: true,
        FieldDetection: true,
        Maker: { Sensitivity: '70' },
      },
    });
    const change = { BasicParam: { Name: '东门' }, AlarmReport: { FieldDetection: false } };
    assert.equal((await gateway.api('PATCH', `${D}/config`, change)).status, 200);
    const after = await gateway.api('GET', `${D}/config?type=BasicParam,AlarmReport`);
    assert.deepEqual(after.body, {
      BasicParam: { ...before.body.BasicParam, Name: '东门' },
      AlarmReport: { ...before.body.AlarmReport, FieldDetection: false },
    });
  });

  it('answers the other queries', async () => {
    assert.equal((await gateway.api('GET', `${D}/status`)).body.online, true);
    assert.equal((await gateway.api('GET', `${C}/status`)).body.healthy, true);
    const precise = { command: 'ptz-precise', pan: 90, tilt: 10, zoom: 2 };
    assert.equal((await gateway.api('POST', `${C}/control`, precise)).status, 204);
    const { pan, tilt, zoom } = (await gateway.api('GET', `${C}/ptz-position`)).body;
    assert.deepEqual([pan, tilt, zoom], [90, 10, 2]);
    const home = { command: 'home-position', enabled: true, preset: 1, resetSeconds: 60 };
    assert.equal((await gateway.api('POST', `${C}/control`, home)).status, 200);
    assert.deepEqual((await gateway.api('GET', `${C}/home-position`)).body, {
      enabled: true,
      resetSeconds: 60,
      preset: 1,
    });
    assert.deepEqual((await gateway.api('GET', `${C}/cruises`)).body, { items: [], next: null });
    assert.equal((await gateway.api('GET', `${D}/storage-cards`)).body.items[0].name, 'sd1');
  });
});
