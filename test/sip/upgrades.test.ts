import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, ID, open, registered } from './opened.ts';

/** The end of an upgrade, told by a device unasked. */

const result = (inner: string) =>
  `<?xml version="1.0"?><Notify><CmdType>DeviceUpgradeResult</CmdType><SN>103</SN><DeviceID>${ID}</DeviceID><SessionID>0123456789abcdef0123456789abcdef</SessionID>${inner}</Notify>`;

test('an upgrade that went wrong says why, whatever the result is called', async (t) => {
  const { camera, events } = await registered(t);
  const answer = await camera.message(
    result('<Result>ERROR</Result><Firmware>V1</Firmware><UpgradeFailedReason>02</UpgradeFailedReason>'),
  );
  assert.equal(answer.status, 200);
  await eventually(() => events.some(({ type }) => type === 'upgrade.completed'), 'told');
  assert.deepEqual(events.find(({ type }) => type === 'upgrade.completed')?.data, {
    deviceId: ID,
    session: '0123456789abcdef0123456789abcdef',
    result: 'ERROR',
    firmware: 'V1',
    reason: 'package damaged',
  });
});

test('it is believed only from where the device registered', async (t) => {
  const { device, server, types } = await open(t);
  server.directory.ensureDevice(ID);
  const stranger = await device();
  assert.equal((await stranger.message(result('<UpgradeResult>OK</UpgradeResult>'))).status, 403);
  assert.ok(!types().includes('upgrade.completed'));
});
