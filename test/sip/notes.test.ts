import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { registrationDate } from '../../src/sip/camera/beijing.ts';
import { setByHand } from '../../src/sip/camera/profile.ts';
import { deviceStatusQuestion } from '../../src/sip/manscdp/device-status.ts';
import { NOTE_WINDOW_MS } from '../../src/sip/notes.ts';
import type { SipMessage } from '../../src/sip/wire/message.ts';
import { type NoteForm, readNote, withNote } from '../../src/sip/wire/note.ts';
import { parseDatagram } from '../../src/sip/wire/parse.ts';
import { eventually, ID, invite, open } from './opened.ts';
import { DOMAIN, PLATFORM_ID, type ScriptedDevice } from './scripted-device.ts';

/** Signalling digests between a device and the server. */

const FORM: NoteForm = { hash: 'SM3', encoding: 'base64', parts: 'values' };
const NOBODY = null;

async function world(t: TestContext, mode: 'log' | 'enforce', userIdentity: string | null = NOBODY) {
  const complaints: Record<string, unknown>[] = [];
  const log = { warn: (data: Record<string, unknown>) => complaints.push(data), info() {}, debug() {} };
  const opened = await open(t, { note: { mode, userIdentity }, log });
  const camera = await opened.device();
  // its answers would have none
  if (mode === 'enforce') camera.onRequest = () => {};
  assert.equal((await camera.register('secret')).status, 200, 'the login needs none');
  return { ...opened, camera, complaints };
}

const now = (offsetMs = 0) => registrationDate(Date.now() + offsetMs, undefined)!.slice(0, 19);

/** Sends a keepalive with this Note, and answers what came back. */
async function keepalive(
  camera: ScriptedDevice,
  o: { seed?: string; form?: NoteForm; date?: string; more?: string[]; spoilt?: boolean } = {},
) {
  const body = `<?xml version="1.0"?><Notify><CmdType>Keepalive</CmdType><SN>1</SN><DeviceID>${ID}</DeviceID><Status>OK</Status></Notify>`;
  const callId = `n${Math.random().toString(36).slice(2)}`;
  const dialogue = [`From: <sip:${ID}@${DOMAIN}>;tag=t1`, `To: <sip:${PLATFORM_ID}@${DOMAIN}>`, `Call-ID: ${callId}`];
  const plain = parseDatagram(
    Buffer.from(
      `MESSAGE sip:x SIP/2.0\r\n${dialogue.join('\r\n')}\r\nCSeq: 1 MESSAGE\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    ),
  );
  assert.ok(plain.kind === 'request');
  const noted = withNote(plain, { date: o.date ?? now(), seed: o.seed ?? 'secret', form: o.form ?? FORM });
  const headers = [
    'Content-Type: Application/MANSCDP+xml',
    `Date: ${noted.headers.get('Date')}`,
    `Note: ${noted.headers.get('Note')}`,
    ...(o.more ?? []),
  ];
  return camera.send('MESSAGE', headers, o.spoilt ? body.replace('OK', 'NO') : body, { dialogue });
}

test('enforce: what has a good Note is taken; nothing else is, and the reason phrase says why', async (t) => {
  const { camera, complaints, server } = await world(t, 'enforce');
  const said = async (...o: Parameters<typeof keepalive> extends [unknown, ...infer R] ? R : never) => {
    const { status, reason } = await keepalive(camera, ...o);
    return `${status} ${reason}`;
  };
  assert.equal(await said(), '200 OK');
  assert.equal(await said({ form: { hash: 'MD5', encoding: 'hex', parts: 'uris' } }), '200 OK');
  assert.equal(await said({ seed: 'guess' }), '403 Note Wrong');
  assert.equal(await said({ spoilt: true }), '403 Note Wrong');
  assert.equal(await said({ date: now(-NOTE_WINDOW_MS - 5_000) }), '403 Date Out Of Window');
  assert.equal(await said({ date: now(NOTE_WINDOW_MS + 5_000) }), '403 Date Out Of Window');
  assert.equal(await said({ date: 'yesterday' }), '403 Date Out Of Window');
  assert.equal((await camera.keepalive()).reason, 'Note Missing');
  assert.equal(server.counters().sip_notes_good_total, 2);
  assert.equal(server.counters().sip_notes_missing_total, 1);
  assert.equal(server.counters().sip_notes_refused_total, 6);
  assert.deepEqual(
    complaints.map(({ wrong }) => wrong),
    ['false', 'out of time', 'missing'],
    'each is written down once',
  );
  assert.deepEqual(complaints[0], { deviceId: ID, from: '127.0.0.1', what: 'MESSAGE', wrong: 'false', taken: false });
});

test('the Date is read as devices write it, within ten minutes', async (t) => {
  const { camera } = await world(t, 'enforce');
  const utc = new Date().toISOString();
  for (const date of [
    now(-NOTE_WINDOW_MS + 30_000),
    now(NOTE_WINDOW_MS - 30_000),
    `${now()}.123`,
    utc,
    `${now()}+08:00`,
    new Date().toUTCString(),
  ])
    assert.equal((await keepalive(camera, { date })).status, 200, date);
  assert.equal((await keepalive(camera, { date: utc.slice(0, 19) })).status, 403, 'without a zone it is Beijing time');
});

test('a device in another zone writes its own time', async (t) => {
  const { camera, server } = await world(t, 'enforce');
  setByHand(server.directory.device(ID)!, { date: 'UTC' });
  assert.equal((await keepalive(camera, { date: new Date().toISOString().slice(0, 19) })).status, 200);
});

test('log: everything is taken, and what would not be is written down', async (t) => {
  const { camera, complaints, server } = await world(t, 'log');
  assert.equal((await camera.keepalive()).status, 200);
  assert.equal((await keepalive(camera, { seed: 'guess' })).status, 200);
  assert.equal((await keepalive(camera)).status, 200);
  const { sip_notes_missing_total, sip_notes_bad_total, sip_notes_refused_total } = server.counters();
  assert.ok((sip_notes_missing_total ?? 0) >= 1, 'answers to our questions had none either');
  assert.deepEqual([sip_notes_bad_total, sip_notes_refused_total], [1, 0]);
  const kinds = complaints.map(({ what, wrong, taken }) => `${what} ${wrong} ${taken}`);
  assert.ok(kinds.some((kind) => /missing true$/.test(kind)));
  assert.ok(kinds.includes('MESSAGE false true'));
});

test('an answer has a Note for who registered there or knows the password: a stranger could try passwords against it', async (t) => {
  const { camera, device, server } = await world(t, 'log');
  assert.match((await keepalive(camera)).headers.get('Note') ?? '', /^Digest /);
  assert.match((await camera.send('OPTIONS')).headers.get('Note') ?? '', /^Digest /, 'it is registered there');
  const stranger = await device('34020000001180000099', '127.0.0.2');
  assert.equal((await stranger.send('OPTIONS')).headers.get('Note'), undefined);
  const liar = await device(ID, '127.0.0.2');
  assert.equal((await liar.send('OPTIONS')).headers.get('Note'), undefined);
  assert.equal((await keepalive(liar, { seed: 'guess' })).headers.get('Note'), undefined);
  assert.match((await keepalive(liar)).headers.get('Note') ?? '', /^Digest /, 'it knows the password');
  assert.equal(server.counters().sip_notes_good_total, 2);
});

test('whoever invents ids does not fill the log', async (t) => {
  const { camera, complaints } = await world(t, 'log');
  for (let i = 0; i < 130; i += 1) {
    const dialogue = [`From: <sip:${'9'.repeat(80)}${i}@x>;tag=1`, `To: <sip:${PLATFORM_ID}@x>`, `Call-ID: s${i}`];
    await camera.send('OPTIONS', [], '', { dialogue });
  }
  const ofStrangers = () => complaints.filter(({ deviceId }) => String(deviceId).startsWith('9')).length;
  assert.equal(ofStrangers(), 1, 'so long an id is cut, so these are one');
  for (let i = 0; i < 130; i += 1) {
    const dialogue = [`From: <sip:9${i}@x>;tag=1`, `To: <sip:${PLATFORM_ID}@x>`, `Call-ID: t${i}`];
    await camera.send('OPTIONS', [], '', { dialogue });
  }
  assert.equal(complaints.length, 100);
  assert.ok(ofStrangers() > 90);
});

test('what we say has a Note: in SM3 for 2022, else in SHA-256, and then in the form in which the device makes its own', async (t) => {
  const { camera, server } = await world(t, 'enforce');
  const form = (message: SipMessage) => readNote(message, 'secret');
  const question = () => camera.requests('MESSAGE').at(-1)!;
  await camera.untilRequest('MESSAGE');
  assert.deepEqual(form(question()), { ...FORM, hash: 'SHA-256' });
  const age = Date.parse(`${question().headers.get('Date')}+08:00`) - Date.now();
  assert.ok(Math.abs(age) < 60_000, 'Beijing time, to the second');
  const refused = await camera.keepalive();
  assert.deepEqual(form(refused), { ...FORM, hash: 'SHA-256' }, 'answers have one as well');
  await camera.register('secret', { headers: ['X-GB-Ver: 3.0'] });
  const login = camera.received.at(-1)!;
  assert.equal(login.headers.get('Note'), undefined, 'the login has its own digest');
  const older: NoteForm = { hash: 'SHA-1', encoding: 'hex', parts: 'uris' };
  assert.deepEqual(form(await camera.keepalive()), FORM);
  assert.deepEqual(form(await keepalive(camera, { form: older })), older);
  assert.equal(server.directory.device(ID)!.learned.noteForm, 'SHA-1 hex uris');
});

test('an answer without a Note counts as none, where that is enforced', async (t) => {
  const { camera, server } = await world(t, 'enforce');
  await keepalive(camera); // it is there
  const before = server.counters().sip_notes_refused_total!;
  const { outcome } = invite(server, { timeoutMs: 1_500 });
  const asked = await camera.untilRequest('INVITE');
  camera.reply(asked, 486);
  await eventually(() => server.counters().sip_notes_refused_total! > before, 'the answer was refused');
  await eventually(() => outcome.log.length > 0, 'nobody answered');
  assert.doesNotMatch(outcome.log.join(), /486/);
});

test('Monitor-User-Identity: ours goes out with our id in front; one that names no gateway is refused', async (t) => {
  const { camera } = await world(t, 'enforce', 'li.lei-police-2');
  const question = await camera.untilRequest('MESSAGE');
  assert.equal(question.headers.get('Monitor-User-Identity'), `${PLATFORM_ID}-li.lei-police-2`);
  assert.deepEqual(readNote(question, 'secret'), { ...FORM, hash: 'SHA-256' });
  const bad = await keepalive(camera, { more: ['Monitor-User-Identity: li.lei'] });
  assert.deepEqual([bad.status, bad.reason], [403, 'Bad Monitor-User-Identity']);
  assert.equal(bad.headers.get('Monitor-User-Identity'), undefined, 'an answer is nobody’s wish');
  const good = await keepalive(camera, { more: ['Monitor-User-Identity: 34020000002110000001-li.lei'] });
  assert.equal(good.status, 200);
});

test('without a password nobody can make one', async (t) => {
  const opened = await open(t, {
    note: { mode: 'enforce', userIdentity: null },
    password: null,
    authRequired: false,
    log: { warn() {}, info() {}, debug() {} },
  });
  const camera = await opened.device();
  await camera.send('REGISTER', ['Expires: 60']);
  const answer = await keepalive(camera, { seed: '' });
  assert.deepEqual([answer.status, answer.reason], [403, 'No Password Set']);
});

for (const hash of ['MD5', 'SHA-1', 'SHA-256', 'SM3'] as const)
  test(`the simulated camera lives with ${hash}: login, catalogue, questions, keepalives`, async (t) => {
    const { server } = await open(t, { note: { mode: 'enforce', userIdentity: null } });
    const simulator = await startSimulator({
      server: { host: '127.0.0.1', port: server.port },
      serverId: PLATFORM_ID,
      id: ID,
      password: 'secret',
      channels: 1,
      count: 1,
      sip: 'udp',
      keepaliveSeconds: 1,
      expiresSeconds: 3600,
      note: hash,
      quirks: new Set(),
    });
    t.after(() => simulator.stop());
    await eventually(() => server.directory.channelCount(ID) === 1, 'its catalogue');
    const status = await server.ask(ID, deviceStatusQuestion(ID));
    assert.ok(!('fault' in status), JSON.stringify(status));
    await eventually(() => simulator.counts.keepalives > 1, 'keepalives');
    assert.equal(server.counters().sip_notes_refused_total, 0);
    const [device] = simulator.devices;
    assert.equal(device!.notes.bad, 0, 'and every message of ours was good');
    assert.ok(device!.notes.good > 5);
  });
