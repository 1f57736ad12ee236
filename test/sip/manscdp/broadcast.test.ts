import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { broadcastNotice } from '../../../src/sip/manscdp/broadcast.ts';
import { bodyStyle, readEnvelope } from '../../../src/sip/manscdp/envelope.ts';

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/manscdp/${name}.xml`, import.meta.url));
const OUTPUT = '34020000001370000001';

test('Broadcast: exact bytes, without a DeviceID', () => {
  const question = broadcastNotice('34020000002000000001', OUTPUT);
  assert.equal(question.write(992, bodyStyle('2.0', null)).toString('latin1'), fixture('broadcast').toString('latin1'));
  assert.match(question.write(1, bodyStyle('3.0', null)).toString(), /encoding="GB18030"/);
});

test('Broadcast: OK, and whatever is no refusal, is OK; ERROR in every spelling is one', () => {
  const { read } = broadcastNotice('1', OUTPUT);
  const answered = (xml: Buffer | string) => {
    const envelope = readEnvelope(Buffer.from(xml as string));
    assert.ok(!('fault' in envelope));
    return read(envelope);
  };
  const said = (result: string) => `<Response><CmdType>Broadcast</CmdType><SN>1</SN>${result}</Response>`;
  assert.equal(answered(fixture('broadcast-response')), 'OK');
  assert.equal(answered(said('<Result>ERROR</Result>')), 'ERROR');
  assert.equal(answered(said('<Result>error</Result>')), 'ERROR');
  assert.equal(answered(said('')), 'OK');
});
