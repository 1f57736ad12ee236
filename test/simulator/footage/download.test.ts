import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../support/gbgate.ts';
import { FOOTAGE_END } from '../../support/nvr.ts';
import { elementary } from '../receive.ts';
import { meetNvr, RecorderCall } from './recorder-call.ts';

const START = FOOTAGE_END / 1000 - 3600;

for (const transport of ['udp', 'tcp-passive', 'tcp-active'] as const) {
  test(`a download over ${transport}: every frame of the range once, bit for bit, then MediaStatus`, async (t) => {
    const meeting = await meetNvr(t);
    const { nvr } = meeting;
    const call = await RecorderCall.invite(meeting, {
      name: 'Download',
      startSeconds: START,
      endSeconds: START + 16,
      transport,
    });
    assert.equal(call.answer.status, 200);
    assert.match(call.answer.body, /\r\ns=Download\r\n/);
    assert.match(call.answer.body, /\r\na=filesize:\d+\r\n/);
    const status = await call.mediaStatus();
    assert.match(status.body, /<NotifyType>121<\/NotifyType>/);
    assert.equal(status.header('Call-ID'), call.callId);
    const expected = nvr.timesIn(START * 1000, (START + 16) * 1000);
    await until('all frames', () => call.times().length >= expected.length);
    assert.deepEqual(call.times(), expected);
    const video = Buffer.concat(expected.map((at) => nvr.unitAt(nvr.channels[0]!, at)));
    assert.ok(elementary(call.stream()).video.equals(video));
    await call.bye();
  });
}
