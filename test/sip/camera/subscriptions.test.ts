import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Directory } from '../../../src/sip/camera/directory.ts';
import { MAX_LOOKS } from '../../../src/sip/camera/subscription-lane.ts';
import { Subscriptions } from '../../../src/sip/camera/subscriptions.ts';
import type { Waiting } from '../../../src/sip/exchange.ts';
import { bodyStyle } from '../../../src/sip/manscdp/envelope.ts';
import type { SubscriptionKind, SubscriptionWishes } from '../../../src/sip/subscription-words.ts';
import { Headers } from '../../../src/sip/wire/headers.ts';
import { callIdOf, NO_BODY, type SipRequest } from '../../../src/sip/wire/message.ts';
import { memoryStores } from '../memory-stores.ts';

/** All subscriptions of many devices on a clock of the test's own: what leaves, and when. */

const PEER = { transport: 'udp', host: '10.0.0.1', port: 5060 } as const;
const idOf = (index: number) => `3402000000118${String(index).padStart(7, '0')}`;
const ID = idOf(0);

interface Sent {
  readonly atMs: number;
  readonly deviceId: string;
  readonly callId: string;
  readonly event: string;
  readonly expires: number;
  readonly cseq: string;
  /** DeviceID of the body. */
  readonly about: string;
  /** 200 with that Expires, another status, or nothing until it fails. */
  answer(status: number, headers?: [string, string][], body?: string): void;
  fail(): void;
}

/** A small generator: the same run each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function make(o: { stores?: ReturnType<typeof memoryStores>; devices?: number; nowMs?: number } = {}) {
  const stores = o.stores ?? memoryStores();
  const directory = new Directory(stores.devices, stores.channels);
  const time = { nowMs: o.nowMs ?? 1_000, epochBaseMs: Date.UTC(2026, 0, 5) };
  const sent: Sent[] = [];
  const found: string[] = [];
  const events: { subscription: string; state: string }[] = [];
  let onSent: (sent: Sent) => void = () => {};
  let tokens = 0;
  const subscriptions = new Subscriptions({
    exchange: {
      contactFor: () => 'sip:34020000002000000001@10.0.0.9:5060',
      request(request: SipRequest, _: unknown, waiting: Waiting) {
        const respond = (status: number, headers: [string, string][], body: string) =>
          waiting.onResponse(
            {
              kind: 'response',
              status,
              reason: 'X',
              headers: Headers.of([['To', `${request.headers.get('To')};tag=dev`], ...headers]),
              body: body === '' ? NO_BODY : Buffer.from(body),
            },
            PEER,
            time.nowMs,
          );
        const entry: Sent = {
          atMs: time.nowMs,
          deviceId: request.uri.user ?? '',
          callId: callIdOf(request),
          event: request.headers.get('Event') ?? '',
          expires: Number(request.headers.get('Expires')),
          about: /<DeviceID>(\d+)</.exec(Buffer.from(request.body).toString('latin1'))?.[1] ?? '',
          cseq: request.headers.get('CSeq') ?? '',
          answer: (status, headers = [], body = '') => respond(status, headers, body),
          fail: () => waiting.onFailed('timeout', time.nowMs),
        };
        sent.push(entry);
        onSent(entry);
        return 1 as unknown as ReturnType<ConstructorParameters<typeof Subscriptions>[0]['exchange']['request']>;
      },
    },
    outbox: {
      add(_, task, nowMs) {
        task.run(() => {}, nowMs);
        return true;
      },
    },
    directory,
    platformId: '34020000002000000001',
    domain: '3402000000',
    peerOf: () => PEER,
    seen: () => {},
    found: (_, code) => void found.push(code),
    emit: ({ data }) => void events.push({ subscription: data.subscription, state: data.state }),
    body: (_, write) => write(1, bodyStyle('2.0', null)),
    nowMs: () => time.nowMs,
    epochMs: () => time.epochBaseMs + time.nowMs,
    token: () => `call-${++tokens}-${time.nowMs}`,
    random: seeded(7),
  });
  const come = (deviceId: string) => {
    const device = directory.ensureDevice(deviceId);
    assert.ok(device !== null);
    device.online = true;
    directory.save(device);
    subscriptions.online(deviceId);
  };
  /** Moves the clock on, in steps of the slow tick. */
  const advance = (ms: number, stepMs = 500) => {
    for (const endMs = time.nowMs + ms; time.nowMs < endMs; ) {
      time.nowMs += stepMs;
      subscriptions.poll(time.nowMs);
    }
  };
  const notify = (callId: string, state: string, to = 'tag=x') =>
    subscriptions.notified(ID, {
      kind: 'request',
      method: 'NOTIFY',
      uri: { user: 'p' } as SipRequest['uri'],
      headers: Headers.of([
        ['Call-ID', callId],
        ['To', `<sip:p@h>;${to}`],
        ['CSeq', '1 NOTIFY'],
        ['Subscription-State', state],
      ]),
      body: NO_BODY,
    });
  const device = () => directory.device(ID)!;
  return {
    subscriptions,
    directory,
    device,
    stores,
    time,
    sent,
    found,
    events,
    come,
    advance,
    notify,
    onSent: (handler: (sent: Sent) => void) => (onSent = handler),
  };
}

const granted = (seconds: number): [string, string][] => [['Expires', String(seconds)]];
/** A device that takes everything. */
const agreeing = (sent: Sent) => sent.answer(200, granted(sent.expires));

test('2,000 devices with all four subscriptions: refreshes are spread out, none lapses in an hour', () => {
  const { subscriptions, come, advance, onSent, sent, time } = make();
  subscriptions.defaultTo({ catalog: 600, alarm: 600, position: 600, ptzPosition: 600 });
  const endsMs = new Map<string, number>();
  let lapsed = 0;
  let refreshes = 0;
  const perSecond = new Map<number, number>();
  onSent((each) => {
    const known = endsMs.get(each.callId);
    if (known === undefined) assert.equal(each.cseq, '1 SUBSCRIBE');
    else {
      refreshes += 1;
      if (time.nowMs >= known) lapsed += 1;
      const second = Math.floor(time.nowMs / 1000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    endsMs.set(each.callId, time.nowMs + each.expires * 1000);
    each.answer(200, granted(each.expires));
    sent.length = 0;
  });
  // the mains come back: all of them at the same moment
  for (let index = 0; index < 2_000; index += 1) come(idOf(index));
  advance(3_600_000, 1_000);
  assert.equal(endsMs.size, 8_000, 'each was subscribed once');
  assert.equal(subscriptions.active, 8_000);
  assert.equal(lapsed, 0);
  for (const ends of endsMs.values()) assert.ok(ends > time.nowMs, 'each still lasts');
  assert.ok(refreshes > 8_000 * 7, `${refreshes} refreshes`);
  // at 450 s each the mean of the hour is 18 a second; nobody is to see a wall of them
  const most = Math.max(...perSecond.values());
  assert.ok(most < 120, `${most} in one second`);
});

test('a refresh is in the dialogue: the same Call-ID and Event, the next CSeq; long before the end', () => {
  const { subscriptions, come, advance, onSent, sent } = make();
  onSent(agreeing);
  subscriptions.defaultTo({ catalog: 600 });
  come(ID);
  advance(620_000);
  assert.equal(sent.length >= 2, true);
  const [first, second] = sent as [Sent, Sent];
  assert.match(first.event, /^Catalog;id=\d+$/);
  assert.deepEqual([second.callId, second.event, second.cseq], [first.callId, first.event, '2 SUBSCRIBE']);
  assert.ok(second.atMs - first.atMs >= 300_000 && second.atMs - first.atMs <= 451_000);
  assert.equal(subscriptions.standing(ID).catalog.state, 'active');
});

test('a device that grants less is refreshed by what it grants', () => {
  const { subscriptions, come, advance, onSent, sent } = make();
  onSent((each) => each.answer(200, granted(60)));
  subscriptions.defaultTo({ catalog: 600 });
  come(ID);
  advance(100_000);
  assert.ok(sent[1]!.atMs - sent[0]!.atMs < 50_000);
});

test('a NOTIFY that names a shorter time moves the refresh forward', () => {
  const { subscriptions, come, advance, onSent, sent, notify } = make();
  onSent(agreeing);
  subscriptions.defaultTo({ catalog: 3600 });
  come(ID);
  advance(5_000);
  notify(sent[0]!.callId, 'active;expires=100');
  advance(80_000);
  assert.equal(sent.length, 2);
});

test('SUB-1: an Event header that is refused is spelled otherwise, and what was taken is remembered', () => {
  const world = make();
  world.onSent((each) => (each.event === 'presence' ? agreeing(each) : each.answer(489)));
  world.subscriptions.defaultTo({ catalog: 600 });
  world.come(ID);
  world.advance(10_000);
  assert.deepEqual(
    world.sent.map(({ event }) => event.replace(/\d+/, 'N')),
    ['Catalog;id=N', 'Catalog', 'presence'],
  );
  assert.deepEqual(world.found, ['SUB-1']);
  // another process, another day
  const later = make({ stores: world.stores, nowMs: 2_000_000 });
  later.onSent(agreeing);
  later.subscriptions.defaultTo({ catalog: 600 });
  later.come(ID);
  later.advance(10_000);
  assert.deepEqual(
    later.sent.map(({ event }) => event),
    ['presence'],
  );
});

test('SUB-2: a refresh that is refused is followed by a new dialogue at once', () => {
  const { subscriptions, come, advance, onSent, sent, found, events } = make();
  onSent((each) => (each.cseq === '1 SUBSCRIBE' ? agreeing(each) : each.answer(481)));
  subscriptions.defaultTo({ alarm: 600 });
  come(ID);
  advance(500_000);
  assert.equal(sent.length >= 3, true, 'a refresh, and a new dialogue');
  assert.equal(sent[1]!.callId, sent[0]!.callId);
  assert.notEqual(sent[2]!.callId, sent[0]!.callId);
  assert.ok(sent[2]!.atMs - sent[1]!.atMs <= 1_000);
  assert.equal(found.includes('SUB-2'), true);
  assert.equal(events.at(-1)?.state, 'active');
});

test('SUB-3: an un-SUBSCRIBE waits for the answer to the SUBSCRIBE before it, and one for another kind too', () => {
  const { subscriptions, device, come, advance, sent } = make();
  subscriptions.defaultTo({ catalog: 600 });
  come(ID);
  advance(4_000);
  assert.equal(sent.length, 1);
  subscriptions.setWishes(device(), { catalog: 0, alarm: 600 });
  advance(20_000);
  assert.equal(sent.length, 1, 'nothing overtakes what is under way');
  agreeing(sent[0]!);
  advance(1_000);
  assert.deepEqual([sent[1]!.callId, sent[1]!.expires, sent[1]!.cseq], [sent[0]!.callId, 0, '2 SUBSCRIBE']);
  agreeing(sent[1]!);
  advance(1_000);
  assert.deepEqual([sent[2]!.event, sent[2]!.expires], ['Alarm', 600]);
  agreeing(sent[2]!);
  advance(1_000);
  assert.equal(sent.length, 3);
  const { catalog, alarm } = subscriptions.standing(ID);
  assert.deepEqual([catalog.state, alarm.state], ['off', 'active']);
});

test('after a new registration the old dialogue is ended and another one begun', () => {
  const { subscriptions, come, advance, onSent, sent } = make();
  onSent((each) => (each.expires === 0 ? each.answer(481) : agreeing(each)));
  subscriptions.defaultTo({ catalog: 600 });
  come(ID);
  advance(4_000);
  subscriptions.anew(ID);
  advance(5_000);
  assert.deepEqual(
    sent.map(({ expires }) => expires),
    [600, 0, 600],
  );
  assert.notEqual(sent[2]!.callId, sent[0]!.callId);
  assert.equal(subscriptions.active, 1);
});

test('a device that signed off has nothing left, one that was away still has its dialogue', () => {
  for (const forgotten of [true, false]) {
    const { subscriptions, device, come, advance, onSent, sent } = make();
    onSent(agreeing);
    subscriptions.defaultTo({ catalog: 600 });
    come(ID);
    advance(4_000);
    device().online = false;
    subscriptions.gone(ID, forgotten);
    advance(500_000);
    assert.equal(sent.length, 1, 'nothing is sent to a device that is away');
    come(ID);
    advance(21_000);
    assert.equal(sent.length, 2);
    assert.equal(sent[1]!.callId === sent[0]!.callId, !forgotten);
  }
});

test('after a restart a dialogue that still lasts is gone on with, one that ended is begun anew', () => {
  for (const laterMs of [100_000, 700_000]) {
    const first = make();
    first.onSent(agreeing);
    first.subscriptions.defaultTo({ catalog: 600 });
    first.come(ID);
    first.advance(4_000);
    first.subscriptions.close();
    first.advance(1_000_000);
    assert.equal(first.sent.length, 1, 'who is closed sends nothing');
    const second = make({ stores: first.stores, nowMs: laterMs });
    second.onSent(agreeing);
    second.subscriptions.defaultTo({ catalog: 600 });
    second.come(ID);
    second.advance(21_000);
    assert.equal(second.sent.length, 1);
    const [before, after] = [first.sent[0]!, second.sent[0]!];
    if (laterMs < 600_000) assert.deepEqual([after.callId, after.cseq], [before.callId, '2 SUBSCRIBE']);
    else assert.deepEqual([after.callId === before.callId, after.cseq], [false, '1 SUBSCRIBE']);
  }
});

test('a device that cannot is asked again after an hour, one that is silent after a minute, then less and less often', () => {
  const refusing = make();
  refusing.onSent((each) => each.answer(405));
  refusing.subscriptions.defaultTo({ catalog: 600 });
  refusing.come(ID);
  refusing.advance(3_500_000);
  assert.equal(refusing.sent.length, 1);
  const standing = refusing.subscriptions.standing(ID).catalog;
  assert.deepEqual([standing.state, standing.detail], ['refused', '405 X']);
  refusing.advance(200_000);
  assert.equal(refusing.sent.length, 2);

  const silent = make();
  silent.onSent((each) => each.fail());
  silent.subscriptions.defaultTo({ alarm: 600 });
  silent.come(ID);
  silent.advance(30_000);
  assert.deepEqual(
    silent.sent.map(({ event }) => event),
    ['Alarm', 'presence'],
  );
  assert.equal(silent.subscriptions.standing(ID).alarm.state, 'unanswered');
  silent.advance(40_000);
  assert.equal(silent.sent.length, 4);
  silent.advance(3_600_000);
  assert.ok(silent.sent.length < 24, `${silent.sent.length} in an hour`);
});

test('423 is answered with the time it names; a Result of ERROR in a 200 is a refusal', () => {
  const { subscriptions, come, advance, onSent, sent } = make();
  onSent((each) => (each.expires < 1_800 ? each.answer(423, [['Min-Expires', '1800']]) : agreeing(each)));
  subscriptions.defaultTo({ catalog: 600 });
  come(ID);
  advance(5_000);
  assert.deepEqual(
    sent.map(({ expires }) => expires),
    [600, 1_800],
  );
  const other = make();
  other.onSent((each) =>
    each.answer(
      200,
      granted(600),
      '<Response><CmdType>Catalog</CmdType><SN>1</SN><DeviceID>1</DeviceID><Result>ERROR</Result></Response>',
    ),
  );
  other.subscriptions.defaultTo({ catalog: 600 });
  other.come(ID);
  other.advance(5_000);
  assert.equal(other.subscriptions.standing(ID).catalog.state, 'refused');
});

test('what the device ends is subscribed again, later each time when it keeps doing so', () => {
  const { subscriptions, come, advance, onSent, sent, notify } = make();
  onSent(agreeing);
  subscriptions.defaultTo({ catalog: 600 });
  come(ID);
  advance(4_000);
  notify(sent[0]!.callId, 'terminated;reason=deactivated');
  assert.equal(subscriptions.standing(ID).catalog.state, 'waiting');
  advance(10_000);
  assert.equal(sent.length, 2);
  notify(sent[1]!.callId, 'terminated;reason=probation;retry-after=120');
  advance(110_000);
  assert.equal(sent.length, 2);
  advance(15_000);
  assert.equal(sent.length, 3);
  const before = sent.length;
  for (let again = 0; again < 30; again += 1) {
    notify(sent.at(-1)!.callId, 'terminated');
    advance(20_000);
  }
  assert.ok(sent.length - before < 10, 'no storm');
});

test('SUB-5: a NOTIFY of an unknown dialogue, or without a To tag, is a finding; the last one of a dialogue that ended is not', () => {
  const { subscriptions, device, come, advance, onSent, sent, notify, found } = make();
  onSent(agreeing);
  subscriptions.defaultTo({ catalog: 600 });
  come(ID);
  advance(4_000);
  const { callId } = sent[0]!;
  notify(callId, 'active;expires=590');
  assert.deepEqual(found, []);
  assert.notEqual(subscriptions.standing(ID).catalog.notifiedEpochMs, null);
  notify('another', 'active;expires=590');
  notify(callId, 'active;expires=590', 'x=1');
  assert.deepEqual(found, ['SUB-5', 'SUB-5']);
  subscriptions.setWishes(device(), { catalog: 0 });
  advance(1_000);
  notify(callId, 'active;expires=590');
  notify(callId, 'terminated;reason=timeout');
  assert.deepEqual(found, ['SUB-5', 'SUB-5']);
});

test('what is set for a device outlives a restart; what is left out has its default', () => {
  const { subscriptions, device, come, stores } = make();
  subscriptions.defaultTo({ catalog: 600 });
  come(ID);
  const all: Partial<SubscriptionWishes> = { position: 60, positionIntervalSeconds: 10 };
  subscriptions.setWishes(device(), all);
  const again = make({ stores });
  again.subscriptions.defaultTo({ catalog: 600 });
  assert.deepEqual(again.subscriptions.wishesOf(again.device()), {
    catalog: 600,
    alarm: 0,
    position: 60,
    ptzPosition: 0,
    positionIntervalSeconds: 10,
  });
  const kinds: SubscriptionKind[] = ['catalog', 'position', 'alarm'];
  const standing = again.subscriptions.standing(ID);
  assert.deepEqual(
    kinds.map((kind) => standing[kind].state),
    ['waiting', 'waiting', 'off'],
  );
});

test('a deleted device leaves nothing, and is told so in each dialogue that still lasts', () => {
  const { subscriptions, come, advance, onSent, sent, directory, time } = make();
  onSent(agreeing);
  subscriptions.defaultTo({ catalog: 600, alarm: 3600 });
  come(ID);
  advance(4_000);
  assert.equal(sent.length, 2);
  // one dialogue is over by now, unnoticed
  const dialogues = directory.device(ID)!.subscriptions!.dialogues!;
  assert.ok(dialogues.catalog !== undefined && dialogues.alarm !== undefined);
  onSent(() => {});
  time.nowMs += 700_000;
  subscriptions.forget(ID);
  directory.remove(ID, false);
  const last = sent.at(-1)!;
  assert.deepEqual(
    [sent.length, last.callId, last.expires, last.cseq],
    [3, dialogues.alarm.dialogue.callId, 0, '2 SUBSCRIBE'],
  );
  last.answer(200);
  advance(700_000);
  assert.deepEqual([sent.length, subscriptions.active, subscriptions.counters.unsubscribes], [3, 0, 1]);
});

test('a device that is away is not told that it was deleted', () => {
  const { subscriptions, come, advance, onSent, sent, device } = make();
  onSent(agreeing);
  subscriptions.defaultTo({ catalog: 600 });
  come(ID);
  advance(4_000);
  device().online = false;
  subscriptions.gone(ID, false);
  subscriptions.forget(ID);
  assert.deepEqual([sent.length, subscriptions.active], [1, 0]);
});

test('another interval of positions is told at once, in the dialogue', () => {
  const { subscriptions, come, advance, onSent, sent, device } = make();
  onSent(agreeing);
  come(ID);
  subscriptions.setWishes(device(), { position: 600, positionIntervalSeconds: 5 });
  advance(4_000);
  assert.equal(sent.length, 1);
  subscriptions.setWishes(device(), { position: 600, positionIntervalSeconds: 1 });
  advance(1_000);
  assert.deepEqual(
    [sent.length, sent[1]!.callId, sent[1]!.cseq, sent[1]!.expires],
    [2, sent[0]!.callId, '2 SUBSCRIBE', 600],
  );
  subscriptions.setWishes(device(), { position: 600, positionIntervalSeconds: 1 });
  advance(10_000);
  assert.equal(sent.length, 2, 'nothing new is nothing to tell');
});

const camera = (id: string, PTZType?: string) => ({
  id,
  event: '',
  on: true,
  fields: PTZType === undefined ? {} : { PTZType },
});
const LOOKS = ['34020000001310000001', '34020000001310000002', '34020000001310000003'] as const;

test('a recorder is asked of each of its cameras that turns where it looks; one that comes or goes counts', () => {
  const { subscriptions, come, advance, onSent, sent, directory, stores, time } = make();
  onSent(agreeing);
  directory.ensureDevice(ID);
  directory.upsert(ID, [camera(LOOKS[0], '1'), camera(LOOKS[1], '3'), camera(LOOKS[2])]);
  subscriptions.defaultTo({ ptzPosition: 600 });
  come(ID);
  advance(4_000);
  assert.deepEqual(sent.map(({ about }) => about).sort(), [LOOKS[0], LOOKS[2]]);
  assert.equal(new Set(sent.map(({ callId }) => callId)).size, 2);
  assert.equal(subscriptions.standing(ID).ptzPosition.state, 'active');

  directory.upsert(ID, [camera('34020000001310000004', '1')]);
  advance(1_000);
  assert.deepEqual([sent.length, sent[2]?.about, sent[2]?.expires], [3, '34020000001310000004', 600]);
  directory.removeChannel(ID, LOOKS[0]);
  advance(1_000);
  assert.deepEqual([sent.length, sent[3]?.about, sent[3]?.expires], [4, LOOKS[0], 0]);

  // the next process goes on with both
  const next = make({ stores, nowMs: time.nowMs + 10_000 });
  next.onSent(agreeing);
  next.subscriptions.defaultTo({ ptzPosition: 600 });
  next.come(ID);
  next.advance(30_000);
  assert.deepEqual(next.sent.map(({ about, cseq }) => `${about} ${cseq}`).sort(), [
    `${LOOKS[2]} 2 SUBSCRIBE`,
    '34020000001310000004 2 SUBSCRIBE',
  ]);
  next.subscriptions.setWishes(next.device(), { ptzPosition: 0 });
  next.advance(1_000);
  assert.deepEqual([next.subscriptions.active, next.device().subscriptions?.dialogues], [0, {}]);
});

test('one camera is asked by the id of the device; a recorder without end is asked up to a limit', () => {
  const one = make();
  one.onSent(agreeing);
  one.directory.ensureDevice(ID);
  one.directory.upsert(ID, [camera(LOOKS[0], '1')]);
  one.subscriptions.defaultTo({ ptzPosition: 600 });
  one.come(ID);
  one.advance(4_000);
  assert.deepEqual(
    one.sent.map(({ about }) => about),
    [ID],
  );

  const many = make();
  many.onSent(agreeing);
  many.directory.ensureDevice(ID);
  many.directory.upsert(
    ID,
    Array.from({ length: MAX_LOOKS + 10 }, (_, n) => camera(`3402000000131${String(n).padStart(7, '0')}`)),
  );
  many.subscriptions.defaultTo({ ptzPosition: 600 });
  many.come(ID);
  many.advance(120_000);
  assert.equal(many.subscriptions.active, MAX_LOOKS);
});
