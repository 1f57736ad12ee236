import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { device } from './fake-gateway.ts';
import { opened, READ_TOKEN } from './opened.ts';

const ID = '34020000001320000001';
const D = `/api/v1/devices/${ID}`;

describe('the profile, the history and the health of a device over HTTP', () => {
  let world: Awaited<ReturnType<typeof opened>>;
  before(async () => {
    world = await opened();
    world.gateway.deviceList.push(device(ID, { name: 'Gate', online: true }));
  });
  after(() => world.http.close());

  it('answers what holds, and what of it was learned and set by hand', async () => {
    world.gateway.profileShown = {
      ...world.gateway.profileShown,
      charset: 'UTF-8',
      date: 'off',
      learned: { charset: 'UTF-8', mediaTransport: 'udp' },
      byHand: { date: 'off' },
    };
    const { status, json } = await world.ask('GET', `${D}/profile`);
    assert.equal(status, 200);
    assert.deepEqual([json.charset, json.date, json.audioLaw], ['UTF-8', 'off', null]);
    assert.deepEqual(json.learned, { charset: 'UTF-8', mediaTransport: 'udp' });
    assert.deepEqual(json.byHand, { date: 'off' });
  });

  it('takes every field of the contract, and null to give one back', async () => {
    const change = {
      mediaTransport: 'udp',
      charset: 'GB18030',
      ssrc: 'offered',
      digest: 'plain',
      algorithm: 'SHA-256',
      idForm: 'device',
      sdpForm: 'minimal',
      subStreamAttribute: 'streamprofile',
      mansrtsp: 'MANSRTSP/1.0',
      keyFrameCommand: 'IFrameCmd',
      rtcp: false,
      date: 'Asia/Tokyo',
      ignoreStatusNotify: true,
      openUnregister: true,
      redirect: 'here',
      audioLaw: 'mu',
      sendAfterAck: true,
      timeOffsetSeconds: -28_800,
      notSupported: ['IFrameCmd'],
      edition: '2022',
    };
    assert.equal((await world.ask('PATCH', `${D}/profile`, change)).status, 200);
    assert.deepEqual(world.gateway.calls.at(-1), ['changeProfile', ID, change]);
    const back = { charset: null, rtcp: null, timeOffsetSeconds: null, notSupported: null, mediaTransport: null };
    assert.equal((await world.ask('PATCH', `${D}/profile`, back)).status, 200);
    assert.deepEqual(world.gateway.calls.at(-1), ['changeProfile', ID, back]);
  });

  for (const [name, body] of [
    ['an unknown field', { colour: 'red' }],
    ['an unknown word', { sdpForm: 'baroque' }],
    ['a number out of reach', { timeOffsetSeconds: 1e9 }],
    ['text for a switch', { rtcp: 'perhaps' }],
    ['nothing', {}],
  ] as const)
    it(`refuses ${name}`, async () => {
      const calls = world.gateway.calls.length;
      const { status, json } = await world.ask('PATCH', `${D}/profile`, body);
      assert.deepEqual([status, json.code], [400, 'bad_request']);
      assert.equal(world.gateway.calls.length, calls);
    });

  it('forgets all of it, or what was learned', async () => {
    assert.equal((await world.ask('DELETE', `${D}/profile`)).status, 204);
    assert.deepEqual(world.gateway.calls.at(-1), ['forgetProfile', ID, { learnedOnly: false }]);
    assert.equal((await world.ask('DELETE', `${D}/profile?learnedOnly=true`)).status, 204);
    assert.deepEqual(world.gateway.calls.at(-1), ['forgetProfile', ID, { learnedOnly: true }]);
  });

  it('a token that may only look changes nothing', async () => {
    const looks = { authorization: `Bearer ${READ_TOKEN}` };
    const looked = await world.ask('GET', `${D}/profile`, undefined, looks);
    assert.deepEqual([looked.status, looked.headers.get('gbgate-access')], [200, 'look']);
    assert.equal((await world.ask('GET', `${D}/profile`)).headers.get('gbgate-access'), 'control');
    for (const [method, body] of [['PATCH', { rtcp: true }], ['DELETE']] as const)
      assert.equal((await world.ask(method, `${D}/profile`, body, looks)).json.code, 'forbidden');
  });

  it('tells when the device came and went, as many as asked for', async () => {
    world.gateway.history = [
      { time: '2026-01-05T14:03:21.000+08:00', online: true, reason: 'registered', address: '10.0.0.8:5060' },
      { time: '2026-01-05T13:03:21.000+08:00', online: false, reason: 'keepalive-missed' },
    ];
    const all = await world.ask('GET', `${D}/history`);
    assert.deepEqual(all.json, { items: world.gateway.history, next: null });
    const one = await world.ask('GET', `${D}/history?limit=1`);
    assert.deepEqual(one.json.items, world.gateway.history.slice(0, 1));
  });

  it('tells how it does', async () => {
    const { status, json } = await world.ask('GET', `${D}/health`);
    assert.deepEqual([status, json], [200, world.gateway.healthOfDevice]);
  });

  it('knows no device that is none', async () => {
    for (const path of ['profile', 'history', 'health'])
      assert.equal((await world.ask('GET', `/api/v1/devices/nobody/${path}`)).json.code, 'device_not_found');
    assert.equal((await world.ask('DELETE', '/api/v1/devices/nobody/profile')).json.code, 'device_not_found');
  });
});
