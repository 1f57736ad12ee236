/** Two hundred talks, begun and ended in every way: nothing is left of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/gateway/clock.ts';
import type { ChannelName, Speaker } from '../../../src/gateway/talk/talk-views.ts';
import { isProblem } from '../../../src/gateway/views.ts';
import { until } from '../../simulator/meet.ts';
import { tone } from '../../support/tone.ts';
import { wavOf } from '../../support/wav.ts';
import { begun, voiceSite } from './voice-site.ts';

const DEVICES = 10;
const ROUNDS = 20;
const SPEAKER: Speaker = { onTalking: () => {}, onHeard: () => {}, onEnd: () => {} };
/** What of the process a talk opens. */
const HANDLES = new Set(['UDPWrap', 'TCPSocketWrap', 'TCPServerWrap']);
const handles = () => process.getActiveResourcesInfo().filter((kind) => HANDLES.has(kind)).length;

test('200 talks over every transport, ended in every way, leave no port, no timer, no number and no dialogue', async (t) => {
  let timers = 0;
  const clock = {
    ...systemClock,
    after: (ms: number, action: () => void) => {
      timers += 1;
      let isOver = false;
      const over = () => {
        if (!isOver) timers -= 1;
        isOver = true;
      };
      const cancel = systemClock.after(ms, () => {
        over();
        action();
      });
      return () => {
        over();
        cancel();
      };
    },
  };
  const { server, simulator, desk, pool, ssrcs, voices, published, time } = await voiceSite(
    t,
    { count: DEVICES },
    { clock, firstPort: 27_500 },
  );
  const cameras = simulator.devices;
  const nameOf = (index: number): ChannelName => ({
    deviceId: cameras[index]!.id,
    channelId: cameras[index]!.channels[0]!.id,
  });
  await until('all catalogues', () =>
    cameras.every((_, i) => server.directory.channel(nameOf(i).deviceId, nameOf(i).channelId) !== undefined),
  );
  const before = handles();
  const wav = wavOf(tone(440, 0.04), 8000);
  /** Begins one and ends it in the way of its turn. */
  const once = async (index: number, round: number): Promise<void> => {
    const camera = cameras[index]!;
    const name = nameOf(index);
    camera.voice.transport = (['udp', 'tcp-active', 'tcp-passive'] as const)[round % 3]!;
    // a camera that listens takes no talk of ours: it is told only
    const mode = round % 3 === 2 || round % 2 === 0 ? 'broadcast' : 'talk';
    switch ((index + round) % 5) {
      case 0:
        begun(await desk.start(name, { mode, force: true }));
        assert.equal(desk.stop(name), null);
        break;
      case 1: {
        begun(await desk.start(name, { mode, force: true }));
        const standing = () => camera.voice.calls.findLast(({ isOver, heard }) => !isOver && heard.packets > 0);
        await until('packets', () => standing() !== undefined);
        await standing()?.hangUp();
        break;
      }
      case 2: {
        begun(await desk.start(name, { mode, force: true }));
        const handle = desk.attach(name, SPEAKER, { force: false });
        assert.ok(!isProblem(handle));
        handle.push(tone(440, 0.1));
        handle.close();
        break;
      }
      case 3:
        begun(await desk.speak(name, wav, { mode, force: true }));
        break;
      default: {
        // given up while it is still called
        const asked = desk.start(name, { mode, force: true });
        assert.equal(desk.stop(name), null);
        const answer = await asked;
        assert.ok(isProblem(answer) && answer.problem === 'conflict', JSON.stringify(answer));
      }
    }
    await until(
      `the end of ${index}, ${round}`,
      () => isProblem(desk.talk(name)) && camera.voice.calls.every(({ isOver }) => isOver),
    );
  };
  for (let round = 0; round < ROUNDS; round += 1) await Promise.all(cameras.map((_, index) => once(index, round)));

  const types = (wanted: string) => published.filter(([type]) => type === wanted).length;
  assert.equal(types('talk.ended'), DEVICES * ROUNDS);
  assert.equal(types('talk.started'), (DEVICES * ROUNDS * 4) / 5);
  await until('the cameras know', () => cameras.every(({ voice }) => voice.calls.every(({ isOver }) => isOver)));
  await until('numbers and ports', () => ssrcs.used === 0 && pool.counts().leased === 0 && pool.counts().heldOff === 0);
  await until('timers', () => timers === 0);
  assert.equal(voices.counters().talks, 0);
  const { sip_calls, sip_incoming_calls, sip_incoming_expected } = server.counters();
  assert.deepEqual([sip_calls, sip_incoming_calls, sip_incoming_expected], [0, 0, 0]);
  // what transactions remember for those who ask again runs out by itself
  time.offsetMs += 40_000;
  const left = () => {
    const { sip_server_transactions, sip_client_transactions, sip_outbox_tasks, sip_requests_waiting } =
      server.counters();
    return [sip_server_transactions, sip_client_transactions, sip_outbox_tasks, sip_requests_waiting];
  };
  await until('transactions', () => left().every((count) => count === 0));
  await until('sockets', () => handles() <= before);
});
