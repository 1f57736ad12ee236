import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { opened, READ_TOKEN } from './opened.ts';

let o: Awaited<ReturnType<typeof opened>>;
before(async () => {
  o = await opened();
});
after(() => o.http.close());

const looks = { authorization: `Bearer ${READ_TOKEN}` };

test('the values for the form of a camera, with the time of the gateway and without a password', async () => {
  const { status, json, text } = await o.ask('GET', '/api/v1/onboarding');
  assert.equal(status, 200);
  assert.deepEqual(
    [json.serverId, json.domain, json.address, json.port],
    ['34020000002000000001', '3402000000', '192.168.1.10', 5060],
  );
  assert.ok(Math.abs(Date.parse(json.time) - Date.now()) < 60_000);
  assert.ok(!text.includes(o.gateway.sipPassword()));
});

test('the address of a camera is handed on; what is no address is refused', async () => {
  o.gateway.calls.length = 0;
  for (const camera of ['192.168.7.64', 'fd00::7'])
    assert.equal((await o.ask('GET', `/api/v1/onboarding?camera=${camera}`)).status, 200);
  assert.deepEqual(o.gateway.calls, [
    ['onboarding', '192.168.7.64'],
    ['onboarding', 'fd00::7'],
  ]);
  for (const camera of ['camera.local', '192.168.7', 'x'.repeat(65), '']) {
    const refused = await o.ask('GET', `/api/v1/onboarding?camera=${camera}`);
    assert.deepEqual([refused.status, refused.json.code], [400, 'bad_request']);
  }
  assert.equal(o.gateway.calls.length, 2);
});

test('the password is shown to the administrator only', async () => {
  const shown = await o.ask('POST', '/api/v1/onboarding/password');
  assert.deepEqual([shown.status, shown.json], [200, { password: 'typed-in' }]);
  assert.equal(shown.headers.get('cache-control'), 'no-store');
  const refused = await o.ask('POST', '/api/v1/onboarding/password', undefined, looks);
  assert.deepEqual([refused.status, refused.json.code], [403, 'forbidden']);
  assert.equal((await o.ask('GET', '/api/v1/onboarding', undefined, looks)).status, 200);
});

test('both are in the OpenAPI document', async () => {
  const { json } = await o.ask('GET', '/api/v1/openapi.json');
  const paths = Object.keys(json.paths);
  for (const path of ['/api/v1/onboarding', '/api/v1/onboarding/password'])
    assert.ok(
      paths.some((known) => path.endsWith(known)),
      path,
    );
});
