import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Asked } from '../../../src/gateway/control/asked.ts';
import { isProblem } from '../../../src/gateway/views.ts';
import { startSimulator } from '../../../src/simulator/simulator.ts';
import { deviceStatusQuestion } from '../../../src/sip/manscdp/device-status.ts';
import { presetQuestion } from '../../../src/sip/manscdp/preset-query.ts';
import { storageCardsQuestion } from '../../../src/sip/manscdp/storage-card.ts';
import { eventually, ID, open } from '../../sip/opened.ts';
import { PLATFORM_ID } from '../../sip/scripted-device.ts';

/** Cameras of every edition at one gateway: what is sent to each, and what is remembered of it. */

async function site(t: TestContext, version: string | null) {
  const sent: string[] = [];
  const { server } = await open(t, {
    trace: (direction, message) => {
      if (direction === 'out') sent.push(Buffer.from(message).toString('latin1'));
    },
  });
  const simulator = await startSimulator({
    server: { host: '127.0.0.1', port: server.port },
    serverId: PLATFORM_ID,
    id: ID,
    password: 'secret',
    channels: 1,
    count: 1,
    sip: 'udp',
    keepaliveSeconds: 60,
    expiresSeconds: 3600,
    version,
    quirks: new Set(),
  });
  t.after(() => simulator.stop());
  await eventually(() => server.directory.channelCount(ID) === 1, 'its catalogue');
  const asked = new Asked({
    directory: server.directory,
    ask: (deviceId, question) => server.ask(deviceId, question),
    found: () => {},
  });
  const cards = async (force: boolean) => {
    const said = await asked.ask(ID, 'SDCardStatus', storageCardsQuestion(ID), { force });
    return isProblem(said) ? said.problem : 'answered';
  };
  const sentCards = () => sent.filter((text) => text.includes('SDCardStatus')).length;
  return { asked, cards, device: server.directory.device(ID)!, sent, sentCards };
}

for (const [version, declared] of [
  ['1.0', 'GB2312'],
  ['1.1', 'GB2312'],
  ['2.0', 'GB2312'],
  ['3.0', 'GB18030'],
] as const)
  test(`a camera that says ${version}: our XML declares ${declared}, and it is asked what it has`, async (t) => {
    const { asked, cards, device, sent, sentCards } = await site(t, version);
    assert.equal(device.version, version);
    await asked.ask(ID, 'DeviceStatus', deviceStatusQuestion(ID), { force: false });
    const question = sent.findLast((text) => text.includes('<CmdType>DeviceStatus<')) ?? '';
    assert.ok(question.includes(`<?xml version="1.0" encoding="${declared}"?>`), question);
    const isNew = version === '3.0';
    assert.equal(await cards(false), isNew ? 'answered' : 'not_supported');
    assert.equal(sentCards() > 0, isNew, 'what its edition does not have is not sent');
    assert.equal(await cards(true), isNew ? 'answered' : 'not_supported');
    assert.ok(sentCards() > 0, 'unless it is forced');
    assert.deepEqual(device.learned.notSupported ?? [], isNew ? [] : ['SDCardStatus'], 'and it said 501');
  });

test('a camera that says nothing is asked everything, and shows what it speaks', async (t) => {
  const { asked, cards, device, sent } = await site(t, null);
  assert.equal(device.version, null);
  assert.equal(await cards(false), 'answered');
  assert.equal(device.learned.edition, '2022');
  await asked.ask(ID, 'PresetQuery', presetQuestion(ID, 'PresetQuery'), { force: false });
  const question = sent.findLast((text) => text.includes('<CmdType>PresetQuery<')) ?? '';
  assert.match(question, /encoding="GB18030"/, 'from then on it is written to as in 2022');
});
