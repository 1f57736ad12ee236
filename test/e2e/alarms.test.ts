/** Alarms and pictures as a program sees them: the gateway in a process of its own, HTTP on one side, a simulated camera on the other. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { PICTURE } from '../../src/simulator/alarms/alarm-side.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { Document } from '../http/document.ts';
import { startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';

describe('alarms over HTTP', () => {
  let gateway: RunningGateway;
  let simulator: Simulator;
  let D = '';
  let C = '';
  const device = () => simulator.devices[0]!;
  const channel = () => device().channels[0]!.id;
  const get = async (path: string) => (await gateway.api('GET', `/api/v1/${path}`)).body;

  before(async () => {
    gateway = await runGateway();
    simulator = await startCamera(gateway.sipPort, { id: '34020000001110000001' });
    D = `/api/v1/devices/${device().id}`;
    C = `${D}/channels/${channel()}`;
    await until('the channel', async () => (await gateway.api('GET', C)).status === 200);
  });
  after(async () => {
    await simulator.stop();
    await gateway.stop();
  });

  it('keeps what a MESSAGE says, in words, and receipts it', async () => {
    const sn = await device().alarms.alarm({
      priority: 1,
      method: 5,
      type: 6,
      event: 1,
      description: '东门',
      longitude: 117.12,
      latitude: 31.12,
      time: '2026-01-05T14:03:21',
    });
    const [alarm] = (await until('the alarm', async () => {
      const { items } = await get('alarms');
      return items.length > 0 && items;
    })) as any[];
    const { id, receivedAt, ...rest } = alarm;
    assert.deepEqual(rest, {
      deviceId: device().id,
      channelId: channel(),
      sourceId: channel(),
      time: '2026-01-05T14:03:21.000+08:00',
      method: 5,
      methodName: { en: 'video', zh: '视频报警' },
      type: 6,
      typeName: { en: 'intrusion', zh: '入侵检测报警' },
      eventType: 1,
      eventName: { en: 'entered', zh: '进入区域' },
      priority: 1,
      priorityName: { en: 'level 1', zh: '一级警情' },
      description: '东门',
      longitude: 117.12,
      latitude: 31.12,
      by: 'message',
    });
    assert.ok(Math.abs(Date.parse(receivedAt) - Date.now()) < 600_000);
    assert.deepEqual((await get(`alarms/${id}`)).id, id);
    await until('its receipt', async () => device().alarms.receipts.includes(sn));
  });

  it('keeps what a NOTIFY says, without a receipt, and finds alarms by their fields', async () => {
    // nobody has subscribed to its NOTIFY
    const other = await startCamera(gateway.sipPort, { id: '34020000001110000002', quirks: new Set(['SUB-5']) });
    const [{ id, alarms }] = other.devices as [Simulator['devices'][number]];
    try {
      assert.equal(await other.whenRegistered(30_000), true);
      const notified = await alarms.alarm({ method: 2, sourceId: '34020000001340000001' }, 'NOTIFY');
      const told = await alarms.alarm({ method: 6, type: 1 });
      await until('the receipt of the other', async () => alarms.receipts.includes(told));
      assert.ok(!alarms.receipts.includes(notified));
      const [second, first] = (await until('both', async () => {
        const { items } = await get(`alarms?deviceId=${id}`);
        return items.length === 2 && items;
      })) as any[];
      assert.deepEqual([second.by, second.typeName.en], ['message', 'storage disk fault']);
      assert.deepEqual([first.by, first.sourceId], ['notify', '34020000001340000001']);
    } finally {
      await other.stop();
    }
    const methods = async (filter: string) => (await get(`alarms?${filter}`)).items.map((each: any) => each.method);
    assert.deepEqual(await methods('method=2'), [2]);
    assert.deepEqual(await methods('priority=1'), [5]);
    assert.deepEqual(await methods('end=2026-01-06T00:00:00%2B08:00'), [5]);
    assert.deepEqual(await methods('deviceId=nobody'), []);
  });

  it('fetches a device that offers its video, knows where it is, and records it where alarms are recorded', async () => {
    const { alarms } = device();
    const calls = device().callsTotal;
    await alarms.offerVideo(device().id);
    const stream: any = await until('its stream', async () =>
      (await get('streams')).items.find((each: any) => each.channelId === channel() && each.state === 'playing'),
    );
    assert.equal(device().callsTotal, calls + 1, 'nobody else has asked for it');
    const [{ longitude, latitude }] = (await get(`${C.slice('/api/v1/'.length)}/positions`)).items;
    assert.deepEqual([longitude, latitude], [117.12, 31.12]);
    assert.deepEqual((await get('recordings')).items, []);
    assert.equal((await gateway.api('PUT', `${C}/plan`, { mode: 'alarm' })).status, 200);
    await alarms.offerVideo();
    await until('a recording', async () =>
      (await get('recordings')).items.some((each: any) => each.channelId === channel()),
    );
    assert.equal((await gateway.api('PUT', `${C}/plan`, { mode: 'off' })).status, 200);
    await gateway.api('DELETE', `/api/v1/streams/${stream.id}`);
  });

  it('keeps each of a thousand alarms of ten cameras once, with a storm of them as fast as they are answered', async () => {
    const cameras = await startCamera(gateway.sipPort, { id: '34020000001110000101', count: 10, sip: 'tcp' });
    try {
      assert.equal(await cameras.whenRegistered(30_000), true);
      await Promise.all(
        cameras.devices.map(async ({ alarms }) => {
          for (let n = 0; n < 100; n += 1) await alarms.alarm({ method: 7, description: `storm ${n}` });
        }),
      );
      const kept = await until('a thousand', async () => {
        const { items } = await get('alarms?method=7&limit=1000');
        return items.length >= 1000 && items;
      });
      const told = new Set(kept.map((each: any) => `${each.deviceId} ${each.description}`));
      assert.equal(told.size, 1000);
      assert.equal((await get('alarms?method=7&limit=1')).next !== null, true);
      const { items } = await get(`alarms?method=7&limit=1000&deviceId=${cameras.devices[3]!.id}`);
      assert.deepEqual(
        items.map((each: any) => each.description),
        Array.from({ length: 100 }, (_, n) => `storm ${99 - n}`),
        'in the order of their coming',
      );
      const metrics = await (await fetch(`${gateway.http}/metrics?token=${TOKEN}`)).text();
      assert.match(metrics, /^gbgate_alarms_dropped_total 0$/m);
    } finally {
      await cameras.stop();
    }
  });

  it('has the device take pictures, which arrive as files', async () => {
    for (const [method, as] of [
      ['POST', 'form'],
      ['PUT', 'body'],
    ] as const) {
      device().alarms.upload = { method, as };
      const order = await gateway.api('POST', `${C}/control`, { command: 'snapshot', count: 2, intervalSeconds: 1 });
      assert.equal(order.status, 200);
      assert.equal(order.body.source, 'device');
      const { session } = order.body;
      const pictures = (await until('both pictures', async () => {
        const { items } = await get(`snapshots?session=${session}`);
        return items.length === 2 && items;
      })) as any[];
      for (const { id, path, source, fileId, bytes } of pictures) {
        assert.deepEqual([source, bytes], ['device', PICTURE.length]);
        assert.match(fileId, /^\d{20}02\d{14}\d{5}$/);
        assert.match(path, new RegExp(`^snapshots/${device().id}/${channel()}/\\d{8}T\\d{6}\\.\\d{3}(-2)?\\.jpg$`));
        assert.deepEqual(readFileSync(join(gateway.data, path)), PICTURE);
        const file = await fetch(`${gateway.http}/api/v1/snapshots/${id}/file?token=${TOKEN}`);
        assert.deepEqual(Buffer.from(await file.arrayBuffer()), PICTURE);
      }
    }
  });

  it('deletes a picture with its file', async () => {
    const [{ id, path }] = (await get('snapshots')).items;
    assert.equal((await gateway.api('DELETE', `/api/v1/snapshots/${id}`)).status, 204);
    assert.equal(existsSync(join(gateway.data, path)), false);
    assert.equal((await gateway.api('GET', `/api/v1/snapshots/${id}`)).status, 404);
  });

  it('refuses a wrong session, what is no picture, a path for a name, and 20 MB', async () => {
    device().alarms.pictures = 'idle';
    const order = await gateway.api('POST', `${C}/control`, { command: 'snapshot', count: 1, intervalSeconds: 1 });
    const url = `${gateway.http}/snapshots/upload/${order.body.session}`;
    const post = (to: string, body: Uint8Array) =>
      fetch(to, { method: 'POST', body: new Uint8Array(body) }).then(
        ({ status }) => status,
        // a server that answers before it has read everything may cut the connection under the sender
        () => 413,
      );
    assert.equal(await post(`${gateway.http}/snapshots/upload/${'0'.repeat(32)}`, PICTURE), 403);
    assert.equal(await post(url, Buffer.from('<?php')), 400);
    assert.equal(await post(`${url}/${encodeURIComponent('../../gbgate.db')}`, PICTURE), 400);
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(PICTURE)]), '..\\evil.jpg');
    assert.equal((await fetch(url, { method: 'PUT', body: form })).status, 400);
    assert.equal(await post(url, Buffer.concat([PICTURE, Buffer.alloc(20 * 1024 * 1024)])), 413);
    assert.deepEqual((await get(`snapshots?session=${order.body.session}`)).items, []);
    assert.equal(await post(url, PICTURE), 200, 'the order still waits for its picture');
    assert.equal(await post(url, PICTURE), 409, 'and for no more');
    device().alarms.pictures = 'true';
  });

  it('makes the picture of the stream when the device refuses', async () => {
    device().alarms.pictures = 'error';
    const order = await gateway.api('POST', `${C}/control`, { command: 'snapshot' });
    device().alarms.pictures = 'true';
    assert.deepEqual([order.status, order.body.source], [200, 'stream'], JSON.stringify(order.body));
    const { items } = await get(`snapshots?session=${order.body.session}`);
    assert.equal(items[0].source, 'stream');
    assert.deepEqual([...readFileSync(join(gateway.data, items[0].path)).subarray(0, 3)], [0xff, 0xd8, 0xff]);
  });

  it('does what the rules say: records, and takes pictures, which name the alarm', async () => {
    assert.equal((await get('alarm-rules')).rules[0].record, 'plan', 'what holds when nobody has set any');
    const rules = [{ name: 'fault', methods: [6], record: 5, snapshot: { count: 1 } }];
    assert.equal((await gateway.api('PUT', '/api/v1/alarm-rules', { rules })).status, 200);
    await device().alarms.alarm({ method: 6, type: 2 });
    const alarm = (await until('the alarm', async () => {
      const [newest] = (await get('alarms?method=6&type=2')).items;
      return newest;
    })) as any;
    const picture = (await until('its picture', async () => {
      const { items } = await get(`snapshots?alarmId=${alarm.id}`);
      return items[0];
    })) as any;
    assert.deepEqual([picture.channelId, picture.alarmId], [channel(), alarm.id]);
    await until('its recording', async () => {
      const { items } = await get(`recordings?deviceId=${device().id}`);
      return items.some((recording: any) => recording.reason === 'alarm');
    });
  });

  it('records by plan what came before an alarm when nobody has set rules', async () => {
    assert.equal((await gateway.api('DELETE', '/api/v1/alarm-rules')).body.rules[0].record, 'plan');
    const camera = await startCamera(gateway.sipPort, { id: '34020000001110000201' });
    const [{ id, channels, alarms }] = camera.devices as [Simulator['devices'][number]];
    const path = `/api/v1/devices/${id}/channels/${channels[0]!.id}`;
    try {
      await until('its channel', async () => (await gateway.api('GET', path)).status === 200);
      const plan = { mode: 'alarm', preRollSeconds: 5, postRollSeconds: 2 };
      assert.equal((await gateway.api('PUT', `${path}/plan`, plan)).status, 200);
      // kept in memory means pulled
      await until('its stream', async () => {
        const { items } = await get('streams');
        return items.some(({ deviceId, state }: any) => deviceId === id && state === 'playing');
      });
      assert.deepEqual((await get(`recordings?deviceId=${id}`)).items, []);
      await alarms.alarm({ method: 5, type: 2 });
      const alarm = (await until('the alarm', async () => (await get(`alarms?deviceId=${id}`)).items[0])) as any;
      const recording = (await until('its recording', async () => {
        const { items } = await get(`recordings?deviceId=${id}`);
        return items[0];
      })) as any;
      assert.equal(recording.reason, 'alarm');
      assert.ok(Date.parse(recording.start) <= Date.parse(alarm.receivedAt), `${recording.start} ${alarm.receivedAt}`);
    } finally {
      await camera.stop();
    }
  });

  it('answers every GET as its API document says, field by field', async (t) => {
    // a whole configuration is too long for one datagram (SIP-7)
    const camera = await startCamera(gateway.sipPort, { id: '34020000001110000301', sip: 'tcp' });
    t.after(() => camera.stop());
    const [{ id, channels }] = camera.devices as [Simulator['devices'][number]];
    const channelId = channels[0]!.id;
    const place = `/api/v1/devices/${id}/channels/${channelId}`;
    await until('its channel', async () => (await gateway.api('GET', place)).status === 200);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const { paths } = await get('openapi.json');
    const document = new Document(paths);
    const newest = async (list: string) => (await get(list)).items[0].id as string;
    const { id: stream } = (await gateway.api('POST', `${place}/live`)).body;
    const ids: Record<string, string> = {
      streams: stream,
      recordings: await newest('recordings'),
      alarms: await newest('alarms'),
      snapshots: await newest('snapshots'),
    };
    const times: Record<string, string> = {
      start: '1767571200',
      end: '1767574800',
      month: '2026-01',
      time: '1767571200',
    };
    const wellDone: string[] = [];
    for (const [path, { get: call }] of Object.entries<any>(paths)) {
      // of calls that never end there is another test
      if (call === undefined || path === '/api/v1/events') continue;
      const list = path.split('/')[3] ?? '';
      const filled = path
        .replace('{deviceId}', id)
        .replace('{channelId}', channelId)
        .replace('{number}', '1')
        .replace('{id}', ids[list] ?? 'none');
      const needed = (call.parameters ?? []).filter((each: any) => each.in === 'query' && each.required);
      const query = needed.map(({ name }: any) => `${name}=${times[name]}`).join('&');
      const answer = await fetch(`${gateway.http}${filled}?${query}`, { headers });
      const type = answer.headers.get('content-type') ?? '';
      document.check('GET', filled, { status: answer.status, type, text: await answer.text() });
      if (answer.ok) wellDone.push(path);
    }
    assert.ok(wellDone.length > 45, `only ${wellDone.length} of them went well: ${wellDone}`);
  });
});
