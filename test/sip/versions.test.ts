import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ID, open } from './opened.ts';

test('every answer to a REGISTER tells our edition: 401, 403, 400, 200, and the last goodbye', async (t) => {
  const { device } = await open(t);
  const camera = await device();
  const answers = [
    await camera.send('REGISTER', ['Expires: 60']),
    await camera.register('wrong'),
    await camera.send('REGISTER', ['Expires: 60'], '', { from: 'no-device' }),
    await camera.register('secret'),
    await camera.register('secret', { expires: 0 }),
  ];
  assert.deepEqual(
    answers.map((answer) => [answer.status, answer.headers.get('X-GB-Ver')]),
    [401, 403, 400, 200, 200].map((status) => [status, '3.0']),
  );
});

test('the edition of a device is the one it says; what is malformed or missing changes nothing', async (t) => {
  const { server, device } = await open(t);
  const camera = await device();
  const said = async (...headers: string[]) => {
    assert.equal((await camera.register('secret', { headers })).status, 200);
    return server.directory.device(ID)?.version;
  };
  assert.equal(await said(), null);
  assert.equal(await said('X-GB-Ver: three'), null);
  for (const version of ['1.0', '1.1', '2.0', '3.0']) assert.equal(await said(`X-GB-Ver: ${version}`), version);
  assert.equal(await said('X-GB-Ver: 3.0.1'), '3.0');
  assert.equal(await said(), '3.0');
});
