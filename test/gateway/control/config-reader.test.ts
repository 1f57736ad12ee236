import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Asked } from '../../../src/gateway/control/asked.ts';
import { ConfigReader } from '../../../src/gateway/control/config-reader.ts';
import { ConfigRestarts, RESTART_MS } from '../../../src/gateway/control/config-restarts.ts';
import { Directory } from '../../../src/sip/camera/directory.ts';
import type { QueryFault } from '../../../src/sip/camera/query.ts';
import type { ConfigAnswer } from '../../../src/sip/manscdp/config-download.ts';
import type { ConfigType } from '../../../src/sip/manscdp/config-sections.ts';
import type { Question } from '../../../src/sip/manscdp/question.ts';
import { memoryStores } from '../../sip/memory-stores.ts';
import { FakeClock } from '../../support/clock.ts';

/** How long somebody who reads a configuration waits, and whoever changed one. */

const ID = '34020000001180000001';
const TYPES: readonly ConfigType[] = ['BasicParam', 'FrameMirror', 'OSDConfig', 'AlarmReport', 'PictureMask'];

function world(answer: (types: readonly string[]) => ConfigAnswer | QueryFault, answerMs: number) {
  const clock = new FakeClock();
  const stores = memoryStores();
  const directory = new Directory(stores.devices, stores.channels);
  directory.ensureDevice(ID);
  const asks: string[] = [];
  const asked = new Asked({
    directory,
    found: () => undefined,
    ask: async <A>(_: string, question: Question<A>) => {
      const body = question.write(1, { charset: 'UTF-8', declared: 'UTF-8' }).toString();
      const types = /<ConfigType>(.*)<\/ConfigType>/.exec(body)?.[1] ?? '';
      asks.push(types);
      await clock.advance(answerMs);
      return answer(types.split('/')) as A | QueryFault;
    },
  });
  const reader = new ConfigReader({ asked, directory, clock });
  return { asks, read: (types = TYPES) => reader.read(ID, null, types, { force: false }) };
}

test('who asks for many sections of a slow device gets those that came in half a minute', async () => {
  const silent: QueryFault = { fault: 'timeout', detail: 'quiet', taken: true };
  const ok = (type: string): ConfigAnswer => ({ result: 'OK', sections: new Map([[type as ConfigType, 1]]) });
  const { asks, read } = world((types) => (types.length > 1 ? silent : ok(types[0]!)), 8_000);
  const { sections, failures } = await read();
  assert.deepEqual(asks, [TYPES.join('/'), 'BasicParam', 'FrameMirror', 'OSDConfig']);
  assert.deepEqual([...sections.keys()], ['BasicParam', 'FrameMirror', 'OSDConfig']);
  assert.deepEqual([...failures.keys()], ['AlarmReport', 'PictureMask']);
  assert.match(failures.get('AlarmReport')?.detail ?? '', /ask for AlarmReport alone/);
});

test('a device that is gone is not asked for the next section', async () => {
  const { asks, read } = world(() => ({ fault: 'offline', detail: 'gone' }), 0);
  const { failures } = await read();
  assert.deepEqual(asks, [TYPES.join('/')]);
  assert.deepEqual(
    [...failures.values()].map(({ problem }) => problem),
    TYPES.map(() => 'device_offline'),
  );
});

test('a restart is waited for as long as one takes, one registration before does not count', async () => {
  const clock = new FakeClock();
  const restarts = new ConfigRestarts(clock);
  const watch = restarts.watch(ID)!;
  assert.equal(restarts.watch(ID), null, 'one at a time');
  restarts.registered(ID);
  watch.begin();
  const late = watch.restarted();
  await clock.advance(RESTART_MS);
  assert.equal(await late, false);
  const soon = watch.restarted();
  restarts.registered('34020000001180000002');
  restarts.registered(ID);
  assert.equal(await soon, true);
  assert.equal(clock.pending, 0);
  assert.equal(await watch.restarted(), true, 'it was back before anybody asked');
  watch.end();
  assert.notEqual(restarts.watch(ID), null);
});
