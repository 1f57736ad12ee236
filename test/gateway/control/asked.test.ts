import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Asked, MAX_NOT_SUPPORTED, SILENCES } from '../../../src/gateway/control/asked.ts';
import { isProblem } from '../../../src/gateway/views.ts';
import { Directory } from '../../../src/sip/camera/directory.ts';
import type { QueryFault } from '../../../src/sip/camera/query.ts';
import type { Question } from '../../../src/sip/manscdp/question.ts';
import { memoryStores } from '../../sip/memory-stores.ts';

/** What a device cannot do is remembered; whom a body names, too. */

const ID = '34020000001180000001';
const CHANNEL = '34020000001320000001';

function world(answer: (targetId: string) => string | QueryFault) {
  const stores = memoryStores();
  const directory = new Directory(stores.devices, stores.channels);
  const device = directory.ensureDevice(ID)!;
  const targets: string[] = [];
  const found: string[] = [];
  const asked = new Asked({
    directory,
    ask: async <A>(_: string, { targetId }: Question<A>) => {
      targets.push(targetId);
      return answer(targetId) as A | QueryFault;
    },
    found: (_, code) => found.push(code),
  });
  const question = (targetId: string): Question<string> => ({
    command: 'DeviceControl',
    targetId,
    write: () => Buffer.alloc(0),
    answer: 'response',
    read: () => '',
  });
  const ask = (what = 'GuardCmd', force = false) => asked.ask(ID, what, question(ID), { force });
  const askChannel = (force = false) => asked.askChannel(ID, CHANNEL, 'GuardCmd', question, { force });
  return { asked, ask, askChannel, directory, device, targets, found };
}

const codeOf = (answer: object) => (isProblem(answer) ? answer.problem : 'answered');
const rejected = (status: number): QueryFault => ({ fault: 'rejected', detail: `${status}`, status });
const silent: QueryFault = { fault: 'timeout', detail: 'quiet', taken: true };
const lost: QueryFault = { fault: 'timeout', detail: 'not taken', taken: false };

test('a refusal of the method is remembered at once, any other is not', async () => {
  for (const [status, remembered] of [
    [403, true],
    [405, true],
    [415, true],
    [488, true],
    [501, true],
    [400, false],
    [404, false],
    [486, false],
    [500, false],
  ] as const) {
    const { ask, device, targets } = world(() => rejected(status));
    assert.equal(codeOf(await ask()), remembered ? 'not_supported' : 'device_error', String(status));
    assert.deepEqual(device.learned.notSupported ?? [], remembered ? ['GuardCmd'] : []);
    await ask();
    assert.equal(targets.length, remembered ? 1 : 2, 'what is remembered is not asked again');
  }
});

test('silence counts when it comes again; a device that was not reached has not been silent', async () => {
  const { ask, device } = world(() => silent);
  for (let i = 1; i < SILENCES; i += 1) assert.equal(codeOf(await ask()), 'device_timeout');
  assert.deepEqual(device.learned.notSupported ?? [], []);
  assert.equal(codeOf(await ask()), 'device_timeout');
  assert.deepEqual(device.learned.notSupported, ['GuardCmd']);
  assert.equal(codeOf(await ask()), 'not_supported');
  const away = world(() => lost);
  for (let i = 0; i <= SILENCES; i += 1) assert.equal(codeOf(await away.ask()), 'device_timeout');
  assert.deepEqual(away.device.learned.notSupported ?? [], []);
});

test('an answer between two silences makes them none', async () => {
  let answer: string | QueryFault = silent;
  const { ask, device } = world(() => answer);
  await ask();
  answer = 'OK';
  await ask();
  answer = silent;
  await ask();
  assert.deepEqual(device.learned.notSupported ?? [], []);
});

test('by force it is asked again, and believed', async () => {
  let answer: string | QueryFault = rejected(501);
  const { ask, device } = world(() => answer);
  await ask();
  answer = 'OK';
  assert.equal(codeOf(await ask('GuardCmd', true)), 'answered');
  assert.deepEqual(device.learned.notSupported, []);
  assert.equal(codeOf(await ask()), 'answered');
});

test('the list of what a device cannot do is bounded', async () => {
  const { ask, device } = world(() => rejected(501));
  for (let i = 0; i < MAX_NOT_SUPPORTED + 5; i += 1) await ask(`Command${i}`);
  assert.equal(device.learned.notSupported?.length, MAX_NOT_SUPPORTED);
});

test('every other fault has its code', async () => {
  for (const [fault, code] of [
    ['not-found', 'device_not_found'],
    ['offline', 'device_offline'],
    ['unreachable', 'device_offline'],
    ['busy', 'rate_limited'],
    ['closed', 'shutting_down'],
  ] as const) {
    const { ask } = world(() => ({ fault, detail: 'x' }));
    assert.equal(codeOf(await ask()), code);
  }
});

test('PTZ-5: a camera deaf to its channel id is asked by its own, which is remembered', async () => {
  for (const deaf of [rejected(404), silent]) {
    const { askChannel, device, targets, found } = world((target) => (target === ID ? 'OK' : deaf));
    assert.equal(codeOf(await askChannel()), 'answered');
    assert.deepEqual(targets, [CHANNEL, ID]);
    assert.equal(device.learned.controlIdForm, 'device');
    assert.deepEqual(found, ['PTZ-5']);
    await askChannel();
    assert.deepEqual(targets.slice(2), [ID]);
  }
});

test('PTZ-5: by hand there is one form only, and an offline device is not asked twice', async () => {
  const byHand = world(() => rejected(404));
  Object.assign(byHand.device, { byHand: { idForm: 'channel' } });
  await byHand.askChannel();
  assert.deepEqual(byHand.targets, [CHANNEL]);
  const offline = world(() => ({ fault: 'offline', detail: 'x' }));
  await offline.askChannel();
  assert.deepEqual(offline.targets, [CHANNEL]);
});

test('what the edition that a device names does not have is not asked of it; with force it is, and what it takes counts', async () => {
  const { ask, asked, device, targets } = world(() => 'OK');
  device.version = '2.0';
  const refused = await ask('PTZPosition');
  assert.equal(codeOf(refused), 'not_supported');
  assert.match((refused as { detail: string }).detail, /speaks an edition of before 2022, which has no PTZPosition/);
  assert.deepEqual(targets, []);
  assert.equal(asked.isBeyond(ID, 'PTZPosition'), false, 'it has not shown that it cannot');
  assert.equal(codeOf(await ask('PTZPosition', true)), 'answered');
  assert.deepEqual(device.learned.beyondEdition, ['PTZPosition']);
  assert.equal(codeOf(await ask('PTZPosition')), 'answered');
  assert.equal(codeOf(await ask('SDCardStatus')), 'not_supported', 'that says nothing of other things');
  assert.equal(codeOf(await ask('GuardCmd')), 'answered');
  device.version = '3.0';
  assert.equal(codeOf(await ask('SDCardStatus')), 'answered');
  assert.equal(device.learned.edition, undefined, 'it says it itself');
});

test('a device that names no edition is asked everything, and shows its edition by what it answers', async () => {
  const { ask, device } = world(() => 'OK');
  await ask('GuardCmd');
  assert.equal(device.learned.edition, undefined);
  await ask('HomePosition');
  assert.equal(device.learned.edition, '2016');
  await ask('CruiseTrackQuery');
  assert.equal(device.learned.edition, '2022');
  await ask('HomePosition');
  assert.equal(device.learned.edition, '2022', 'what an older one has as well shows nothing');
  const quiet = world(() => rejected(501));
  await quiet.ask('CruiseTrackQuery');
  assert.equal(quiet.device.learned.edition, undefined);
});
