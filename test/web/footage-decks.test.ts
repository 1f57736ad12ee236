import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiFault } from '../../web/page/api.ts';
import type { FoundFiles, PlaybackStream } from '../../web/page/footage/api.ts';
import { SPEEDS, speedBeside } from '../../web/page/footage/deck.ts';
import { DeviceDeck } from '../../web/page/footage/device-deck.ts';
import { DeviceLane } from '../../web/page/footage/device-lane.ts';
import { Gesture, type Move } from '../../web/page/footage/gesture.ts';
import { NO_MARK } from '../../web/page/footage/mark.ts';
import { newestDay } from '../../web/page/footage/newest.ts';
import { OwnLane } from '../../web/page/footage/own-lane.ts';
import { timeAt } from '../../web/page/footage/scale.ts';
import { stillName } from '../../web/page/footage/still.ts';
import { weeksOf, Zone } from '../../web/page/footage/zone.ts';

/** The module of addresses follows the address bar from the start; here there is none. */
Object.assign(globalThis, { location: { hash: '' }, window: { addEventListener: () => {} } });
const { footageHref, readAddress } = await import('../../web/page/footage/address.ts');

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.parse('2026-11-21T04:00:00Z');
const ZONE = new Zone('Asia/Shanghai');
const iso = (epochMs: number) => new Date(epochMs).toISOString();
/** Everything that was begun and needs no time has ended. */
const rest = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A playback as a gateway without a device makes it. */
function deckAt() {
  const said: string[] = [];
  let number = 0;
  let stream: PlaybackStream | null = null;
  const view = (some: Partial<PlaybackStream> = {}, playback: Partial<PlaybackStream['playback']> = {}) => {
    assert.ok(stream?.playback !== undefined);
    stream = { ...stream, ...some, playback: { ...stream.playback, ...playback } };
    return stream;
  };
  const timers: (() => void)[] = [];
  let refusal: ApiFault | null = null;
  const deck = new DeviceDeck({
    async start(startMs, endMs) {
      said.push(`start ${iso(startMs)}`);
      if (refusal !== null) throw refusal;
      stream = {
        id: `s${++number}`,
        kind: 'playback',
        deviceId: 'D',
        channelId: 'C',
        state: 'playing',
        viewers: 1,
        steps: [{ name: 'first fragment', ms: 1 }],
        playback: { start: iso(startMs), end: iso(endMs), time: iso(startMs), speed: 1, speeds: SPEEDS },
      };
      return stream;
    },
    async read() {
      return stream;
    },
    async control(id, command) {
      said.push(`${command.action} ${id}${'speed' in command ? ` ${command.speed}` : ''}`);
      if (refusal !== null) throw refusal;
      return command.action === 'speed'
        ? view({ state: 'playing' }, { speed: command.speed })
        : view({ state: command.action === 'pause' ? 'paused' : 'playing' });
    },
    async stop(id) {
      said.push(`stop ${id}`);
    },
    epochMs: () => NOW,
    nowMs: () => 0,
    after(_, action) {
      timers.push(action);
      return () => {};
    },
    refused: (fault) => said.push(`refused ${fault.status}`),
    onRangeEnd: (endMs) => said.push(`over ${iso(endMs)}`),
  });
  return {
    deck,
    said,
    view,
    refuse: (fault: ApiFault | null) => {
      refusal = fault;
    },
    /** The gateway is looked at again. */
    async look() {
      timers.splice(0).at(-1)?.();
      await rest();
    },
  };
}

test('a seek begins a playback, the next one in its range moves it, one before it takes its place', async () => {
  const { deck, said } = deckAt();
  deck.seek(NOW - 5 * HOUR_MS);
  await rest();
  deck.seek(NOW - 4 * HOUR_MS);
  await rest();
  deck.seek(NOW - 6 * HOUR_MS);
  await rest();
  assert.deepEqual(said, [`start ${iso(NOW - 5 * HOUR_MS)}`, 'seek s1', 'stop s1', `start ${iso(NOW - 6 * HOUR_MS)}`]);
  assert.equal(deck.stream.value?.id, 's2');
  assert.equal(deck.shown.value.phase, 'playing');
  deck.stop();
  assert.equal(said.at(-1), 'stop s2', 'the recorder has its session back');
});

test('of many seeks in a row the newest counts', async () => {
  const { deck, said } = deckAt();
  for (let i = 0; i < 30; i++) deck.seek(NOW - 5 * HOUR_MS + i * 1_000);
  await rest();
  assert.equal(said.length, 2, said.join());
  assert.equal(said[1], 'seek s1');
});

test('a playback of somebody else is moved, and left running', async () => {
  const { deck, said, view } = deckAt();
  deck.seek(NOW - 5 * HOUR_MS);
  await rest();
  const shared = deckAt();
  shared.deck.join({ ...view(), id: 'theirs' });
  shared.deck.stop();
  assert.deepEqual(shared.said, []);
  assert.ok(said.length > 0);
});

test('a speed that the device gives up is said, and one that it refuses', async () => {
  const { deck, view, look, refuse } = deckAt();
  deck.seek(NOW - 5 * HOUR_MS);
  await rest();
  deck.setSpeed(8);
  await rest();
  assert.equal(deck.shown.value.speed, 8);
  view({}, { speed: 1, speeds: SPEEDS.filter((speed) => speed !== 8) });
  await look();
  assert.deepEqual([deck.shown.value.speed, deck.shown.value.refusedSpeed], [1, 8]);
  refuse(new ApiFault(501, 'not_supported', 'The device does not play at speed -1.'));
  deck.setSpeed(-1);
  await rest();
  assert.equal(deck.shown.value.refusedSpeed, -1);
});

test('what ends is told apart: played to its end, and never begun', async () => {
  const { deck, view, look, said } = deckAt();
  deck.seek(NOW - 5 * HOUR_MS);
  await rest();
  view({ state: 'ended', endReason: 'the range has been played' }, { time: iso(NOW - 1_000) });
  await look();
  assert.equal(deck.shown.value.phase, 'ended');
  assert.equal(said.at(-1), `over ${iso(NOW)}`);
  const other = deckAt();
  other.deck.seek(NOW - 5 * HOUR_MS);
  await rest();
  other.view({ state: 'ended', endReason: 'The recorder is busy: stream s9.', steps: [] });
  await other.look();
  assert.equal(other.deck.shown.value.phase, 'failed');
  assert.match(other.deck.shown.value.trouble?.detail ?? '', /s9/);
  other.refuse(new ApiFault(403, 'forbidden', 'look only'));
  other.deck.seek(NOW - 3 * HOUR_MS);
  await rest();
  assert.ok(other.said.includes('refused 403'));
});

test('J and L choose the speed beside, among those that are offered', () => {
  assert.equal(speedBeside(SPEEDS, 1, 1), 2);
  assert.equal(speedBeside(SPEEDS, 0.25, -1), -1);
  assert.equal(speedBeside([0.5, 1, 2], 0.5, -1), 0.5);
  assert.equal(speedBeside([1, 4], 1, 1), 4);
});

function laneAt(answer: (startMs: number, queryId: string | undefined) => FoundFiles | ApiFault) {
  const asked: string[] = [];
  const lane = new DeviceLane(
    {
      async files(startMs, _, { queryId }) {
        asked.push(ZONE.date(startMs));
        const given = answer(startMs, queryId);
        if (given instanceof ApiFault) throw given;
        return given;
      },
      async days(month) {
        asked.push(month);
        const day = (date: string, footageSeconds: number) => ({
          date,
          hasFootage: footageSeconds > 0,
          footageSeconds,
        });
        return { complete: true, days: [day(`${month}-03`, 86_400), day(`${month}-04`, 600), day(`${month}-05`, 0)] };
      },
      epochMs: () => NOW,
      nowMs: () => 0,
      after: () => () => {},
    },
    ZONE,
  );
  return { lane, asked };
}
const fileAt = (startMs: number) => ({ start: iso(startMs), end: iso(startMs + HOUR_MS), type: 'time' });

test('the newest footage is found however old it is, in the device and among own recordings', async () => {
  const asked: string[] = [];
  const newest = (device: string | Error | null, own: string | null) => {
    asked.length = 0;
    const asks = {
      days: async (month: string) => {
        asked.push(month);
        if (device instanceof Error) throw device;
        const dates = device?.startsWith(month) ? [`${month}-01`, device] : [];
        return {
          days: [...dates, `${month}-31`].map((date) => ({
            date,
            hasFootage: date === device || date === dates[0],
            footageSeconds: 1,
          })),
        };
      },
      hasFiles: async (startMs: number, endMs: number) => {
        asked.push(`${ZONE.date(startMs)}…${ZONE.date(endMs)}`);
        assert.ok(endMs - startMs <= 366 * DAY_MS, 'as much as may be asked for at once');
        const day = typeof device === 'string' ? ZONE.day(device) : null;
        return day !== null && day.startMs >= startMs && day.startMs < endMs;
      },
      newestOwn: async () => (own === null ? null : Date.parse(own)),
    };
    return newestDay(asks, ZONE, NOW, new AbortController().signal);
  };
  assert.equal(await newest('2026-10-05', null), '2026-10-05');
  assert.deepEqual(asked, ['2026-11', '2026-10']);
  assert.equal(await newest('2023-03-09', null), '2023-03-09');
  assert.equal(asked.filter((one) => one.includes('…')).length, 3, 'older years as a whole');
  assert.ok(asked.includes('2024-12-01…2025-12-01') && asked.includes('2023-03'));
  assert.equal(await newest('2023-03-09', '2026-09-01T03:00:00Z'), '2026-09-01');
  assert.deepEqual(asked, ['2026-11', '2026-10', '2026-09'], 'the device is asked for nothing older');
  assert.equal(await newest('2026-09-20', '2026-09-01T03:00:00Z'), '2026-09-20');
  assert.equal(await newest(null, '2019-05-05T20:00:00Z'), '2019-05-06', 'by the day of the zone');
  assert.equal(await newest(new Error('offline'), '2024-05-05T03:00:00Z'), '2024-05-05');
  assert.deepEqual(asked, ['2026-11'], 'a device that cannot be asked is asked once');
  assert.equal(await newest(null, null), null);
  assert.equal(asked.filter((one) => one.includes('…')).length, 9);
});

test('a window is asked for by days, once; a long one by months, whose days are whole or not', async () => {
  const { lane, asked } = laneAt((startMs) => ({ items: [fileAt(startMs)], complete: true, queryId: 'q' }));
  const noon = NOW - 10 * DAY_MS;
  lane.show({ startMs: noon - DAY_MS, endMs: noon + DAY_MS });
  for (let i = 0; i < 5; i++) await rest();
  assert.deepEqual([...asked].sort(), ['2026-11-10', '2026-11-11', '2026-11-12']);
  assert.equal(asked[0], '2026-11-11', 'the middle first');
  assert.equal(lane.shown.value.files.length, 3);
  assert.equal(lane.shown.value.known.length, 1);
  lane.show({ startMs: noon - DAY_MS, endMs: noon + DAY_MS });
  await rest();
  assert.equal(asked.length, 3);
  lane.show({ startMs: NOW - 19 * DAY_MS, endMs: NOW });
  for (let i = 0; i < 5; i++) await rest();
  assert.ok(asked.includes('2026-11'));
  assert.equal(lane.shown.value.wholeDays.length, 1);
  assert.equal(lane.shown.value.partDays.length, 1);
  lane.close();
});

test('parts of an answer are shown as they come; a device that is away is asked no more until it is back', async () => {
  let isWhole = false;
  const day = ZONE.day('2026-11-11');
  assert.ok(day !== null);
  const { lane, asked } = laneAt((startMs, queryId) => ({
    items: isWhole ? [fileAt(startMs), fileAt(startMs + 3 * HOUR_MS)] : [fileAt(startMs)],
    complete: isWhole,
    queryId: queryId ?? 'search',
  }));
  lane.show({ startMs: day.startMs + HOUR_MS, endMs: day.endMs - HOUR_MS });
  await rest();
  assert.equal(lane.shown.value.files.length, 1);
  assert.equal(lane.shown.value.pending.length, 1);
  isWhole = true;
  lane.progressed('another');
  await rest();
  assert.equal(lane.shown.value.files.length, 1, 'a search of somebody else');
  lane.progressed('search');
  await rest();
  assert.equal(lane.shown.value.files.length, 2);
  assert.deepEqual(lane.shown.value.pending, []);
  assert.equal(asked.length, 2);
  lane.close();

  let isAway = true;
  const away = laneAt((startMs) =>
    isAway
      ? new ApiFault(503, 'device_offline', 'It is offline.')
      : { items: [fileAt(startMs)], complete: true, queryId: 'q' },
  );
  const window = { startMs: day.startMs, endMs: day.endMs };
  away.lane.show(window);
  await rest();
  away.lane.show({ startMs: day.startMs - 5 * DAY_MS, endMs: day.endMs - 5 * DAY_MS });
  await rest();
  assert.equal(away.asked.length, 1);
  assert.equal(away.lane.shown.value.fault?.code, 'device_offline');
  isAway = false;
  away.lane.retry(window);
  await rest();
  assert.equal(away.lane.shown.value.fault, null);
  assert.equal(away.lane.shown.value.files.length, 1);
  away.lane.close();
});

test('own recordings: asked for with as much again on both sides, one that runs reaches to now', async () => {
  const asked: string[] = [];
  const lane = new OwnLane({
    async runs(startMs, endMs) {
      asked.push(`${iso(startMs)} ${iso(endMs)}`);
      return [
        { start: iso(NOW - 3 * HOUR_MS), end: iso(NOW - 2 * HOUR_MS), state: 'complete', locked: true },
        { start: iso(NOW - HOUR_MS), end: null, state: 'recording', locked: false },
      ];
    },
    epochMs: () => NOW,
    nowMs: () => 0,
  });
  const window = { startMs: NOW - 4 * HOUR_MS, endMs: NOW };
  lane.show(window);
  await rest();
  assert.deepEqual(asked, [`${iso(NOW - 8 * HOUR_MS)} ${iso(NOW + 4 * HOUR_MS)}`]);
  assert.deepEqual(lane.shown.value.runs.at(-1), { startMs: NOW - HOUR_MS, endMs: NOW });
  assert.equal(lane.shown.value.locked.length, 1);
  lane.show({ startMs: NOW - 6 * HOUR_MS, endMs: NOW - 3 * HOUR_MS });
  await rest();
  assert.equal(asked.length, 1, 'that is known already');
  lane.changed(window);
  await rest();
  assert.equal(asked.length, 2);
});

test('a hand: a click seeks, a drag moves, Shift marks, two fingers zoom, the head and the ends of a mark are held', () => {
  const scale = { startMs: NOW - HOUR_MS, msPerPx: 3_600, widthPx: 1_000 };
  const point = (x: number, id = 1, y = 50) => ({ id, x, y });
  const drag = (
    from: number,
    to: number,
    o: { isShift?: boolean; headMs?: number; inMs?: number } = {},
  ): (Move | null)[] => {
    const held = { scale, mark: { ...NO_MARK, inMs: o.inMs ?? null }, headMs: o.headMs ?? null };
    const gesture = new Gesture();
    gesture.down(point(from), held, { isShift: o.isShift ?? false, isTouch: false });
    return [gesture.move(point(to), held, NOW), gesture.up(point(to), held)];
  };
  const [still, click] = drag(500, 502);
  assert.equal(still, null, 'an unsteady hand');
  assert.ok(click?.type === 'seek' && Math.abs(click.epochMs - timeAt(scale, 502)) < 1);
  const [moved, none] = drag(500, 600);
  assert.ok(moved?.type === 'window' && Math.abs(timeAt(moved.scale, 600) - timeAt(scale, 500)) < 1);
  assert.equal(none, null);
  const [marked] = drag(600, 500, { isShift: true });
  assert.ok(marked?.type === 'mark' && (marked.mark.inMs ?? 0) < (marked.mark.outMs ?? 0));
  const [scrubbed, sought] = drag(300, 700, { headMs: timeAt(scale, 302) });
  assert.ok(scrubbed?.type === 'scrub' && sought?.type === 'seek');
  const [end] = drag(200, 400, { inMs: timeAt(scale, 200) });
  assert.ok(end?.type === 'mark' && Math.abs((end.mark.inMs ?? 0) - timeAt(scale, 400)) <= 1_000);
  const pinch = new Gesture();
  const held = { scale, mark: NO_MARK, headMs: null };
  pinch.down(point(400), held, { isShift: false, isTouch: true });
  pinch.down(point(600, 2), held, { isShift: false, isTouch: true });
  const wider = pinch.move(point(800, 2), held, NOW);
  assert.ok(wider?.type === 'window' && wider.scale.msPerPx < scale.msPerPx * 0.6);
  assert.equal(pinch.up(point(800, 2), held), null);
  assert.equal(pinch.up(point(400), held), null, 'fingers that zoomed seek nothing');
});

test('addresses: a moment, a lane, a playback; what is none is none', () => {
  const href = footageHref({ deviceId: 'D', channelId: 'C' }, { atMs: NOW, lane: 'own', stream: 's1' });
  assert.equal(href, '#/footage/D/C?at=2026-11-21T04:00:00Z&lane=own&stream=s1');
  const query = (text: string) => readAddress(new URLSearchParams(text));
  assert.deepEqual(query(href.split('?')[1] ?? ''), { atMs: NOW, lane: 'own', stream: 's1' });
  assert.equal(query('at=2026-11-21T12:00:00%2B08:00').atMs, NOW);
  assert.equal(query(`at=${NOW / 1000}`).atMs, NOW);
  for (const odd of ['at=', 'at=noon', 'at=2026-11-21T12:00:00', 'lane=third', 'at=1']) {
    const { atMs, lane } = query(odd);
    assert.deepEqual([atMs, lane], [null, null], odd);
  }
});

test('a month in weeks from Monday; the name of a picture', () => {
  const weeks = weeksOf('2026-11');
  assert.deepEqual(weeks[0], [null, null, null, null, null, null, '2026-11-01']);
  assert.equal(weeks.flat().filter(Boolean).length, 30);
  assert.equal(stillName('North/door: 1', NOW, ZONE), 'North_door_ 1-20261121T120000.jpg');
});
