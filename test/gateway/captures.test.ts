/** Captures on a simulated clock: when they end, how many there may be, what the disk may refuse. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Captures, MAX_CAPTURE_SECONDS, MAX_KEPT_CAPTURES, MAX_RUNNING_CAPTURES } from '../../src/gateway/captures.ts';
import type { Live } from '../../src/gateway/live/live.ts';
import { type CaptureView, isProblem, type Problem } from '../../src/gateway/views.ts';
import { PcapngReader } from '../../src/inspect/read/pcapng.ts';
import { Dialogues } from '../../src/inspect/write/dialogues.ts';
import { Stream } from '../../src/media/live/stream.ts';
import type { MediaTap } from '../../src/media/receiver.ts';
import { FakeClock } from '../support/clock.ts';
import { until } from '../support/gbgate.ts';

const root = mkdtempSync(join(tmpdir(), 'gbgate-captures-'));
after(() => rmSync(root, { recursive: true }));
let folders = 0;

/** A stream as captures see it. */
class FakeLive {
  readonly id: string;
  state = 'playing';
  callIds: string[] = [];
  transport = 'udp';
  localPort = 30000;
  tap: MediaTap | null = null;
  readonly stream: Stream;

  constructor(id: string, clock: FakeClock) {
    this.id = id;
    this.stream = new Stream({ id, loss: 'deliver', clock });
  }

  listen(tap: MediaTap | null): void {
    this.tap = tap;
  }

  send(bytes = 100): void {
    this.tap?.datagram(Buffer.alloc(bytes), '10.0.0.2', 9000, 30000);
  }
}

function world(o: { maxBytes?: number; folder?: string } = {}) {
  const clock = new FakeClock();
  const dialogues = new Dialogues(() => clock.epochMs());
  const folder = o.folder ?? join(root, String(++folders), 'captures');
  let id = 0;
  const logged: string[] = [];
  const captures = new Captures({
    folder,
    clock,
    dialogues,
    sipEnd: () => ({ host: '10.0.0.1', port: 5060 }),
    iso: (epochMs) => new Date(epochMs).toISOString(),
    newId: () => `c${++id}`,
    log: (message) => logged.push(message),
    ...(o.maxBytes === undefined ? {} : { maxBytes: o.maxBytes }),
  });
  const live = (name: string) => new FakeLive(name, clock);
  const start = (one: FakeLive, seconds = 10, redact = false) =>
    captures.start(one as unknown as Live, { seconds, redact });
  return { clock, dialogues, captures, folder, live, start, logged };
}

const ok = (answer: CaptureView | Problem): CaptureView => {
  assert.ok(!isProblem(answer), JSON.stringify(answer));
  return answer;
};

/** Packets of a file, and that it is whole. */
function packetsIn(path: string): number {
  let packets = 0;
  const reader = new PcapngReader({ packet: () => (packets += 1) });
  assert.equal(reader.push(readFileSync(path)), null);
  assert.equal(reader.isCut, false);
  return packets;
}

const complete = (captures: Captures, id: string) =>
  until(`capture ${id}`, () => {
    const view = ok(captures.get(id));
    return view.state !== 'running' && view;
  });

describe('captures', () => {
  it('run for their seconds, with the dialogue before them and as it goes on', async () => {
    const { clock, dialogues, captures, folder, live, start } = world();
    const one = live('s1');
    const peer = { transport: 'udp', host: '10.0.0.2', port: 5060 } as const;
    const message = Buffer.from('BYE sip:1@d SIP/2.0\r\nCall-ID: c\r\n\r\n');
    for (const callId of ['c', 'other']) dialogues.begin(callId);
    dialogues.message('out', message, peer);
    one.callIds = ['c'];
    const { id } = ok(start(one, 10));
    assert.equal(captures.file(id) instanceof Object && 'problem' in captures.file(id), true, 'not before it is whole');
    one.send();
    dialogues.message('in', message, peer);
    dialogues.message('in', Buffer.from('BYE sip:1@d SIP/2.0\r\nCall-ID: other\r\n\r\n'), peer);
    await clock.advance(9999);
    one.send();
    assert.equal(ok(captures.get(id)).state, 'running');
    await clock.advance(1);
    const view = await complete(captures, id);
    assert.equal(one.tap, null, 'nobody listens any more');
    assert.deepEqual([view.packets, view.dropped, view.seconds, view.redacted], [4, 0, 10, false]);
    assert.equal(packetsIn(join(folder, `s1-${id}.pcapng`)), 4);
    assert.equal(view.bytes, readFileSync(join(folder, `s1-${id}.pcapng`)).length);
    assert.equal(clock.pending, 0);
  });

  it('end soon after their stream, and at once when it had ended before', async () => {
    const { clock, captures, live, start } = world();
    const one = live('s1');
    const { id } = ok(start(one, 600));
    one.stream.end('stopped', 4409);
    await clock.advance(1000);
    assert.equal(ok(captures.get(id)).state, 'running', 'BYE and its answer are still to come');
    await clock.advance(1000);
    await complete(captures, id);
    const gone = live('s2');
    gone.state = 'ended';
    await complete(captures, ok(start(gone, 600)).id);
    assert.equal(clock.pending, 0);
  });

  it('end when the file is as large as it may be', async () => {
    const { clock, captures, live, start } = world({ maxBytes: 10_000 });
    const one = live('s1');
    const { id } = ok(start(one, 600));
    for (let i = 0; i < 100; i += 1) {
      one.send(1000);
      await Promise.resolve();
    }
    const { bytes } = await complete(captures, id);
    assert.ok(bytes >= 10_000 && bytes < 15_000, `${bytes} bytes`);
    assert.equal(clock.pending, 0);
  });

  it('one a stream, and a few at a time', async () => {
    const { captures, live, start } = world();
    const lives = Array.from({ length: MAX_RUNNING_CAPTURES + 1 }, (_, i) => live(`s${i}`));
    for (const one of lives.slice(0, MAX_RUNNING_CAPTURES)) ok(start(one));
    const code = (answer: CaptureView | Problem) => (isProblem(answer) ? answer.problem : 'begun');
    assert.equal(code(start(lives[0]!)), 'conflict');
    assert.equal(code(start(lives.at(-1)!)), 'rate_limited');
    for (const seconds of [0, MAX_CAPTURE_SECONDS + 1, Number.NaN])
      assert.equal(code(start(lives.at(-1)!, seconds)), 'bad_request');
    await captures.close();
    ok(start(lives.at(-1)!));
    await captures.close();
  });

  it('keep a bounded number of files, those of earlier runs included', async () => {
    const { captures, folder, live, start } = world();
    for (let i = 0; i < MAX_KEPT_CAPTURES + 3; i += 1) {
      const one = live('s1');
      one.state = 'ended';
      await complete(captures, ok(start(one)).id);
    }
    assert.equal(readdirSync(folder).length, MAX_KEPT_CAPTURES);
    assert.equal(captures.all().length, MAX_KEPT_CAPTURES);
    writeFileSync(join(folder, 'notes of somebody.txt'), '');
    const again = world({ folder });
    assert.equal(again.captures.all().length, MAX_KEPT_CAPTURES);
    const [oldest] = again.captures.all();
    assert.deepEqual([oldest?.streamId, oldest?.state, oldest?.seconds], ['s1', 'complete', null]);
    assert.ok(!isProblem(again.captures.file(oldest!.id)));
    assert.equal(await again.captures.delete(oldest!.id), null);
    assert.equal(readdirSync(folder).length, MAX_KEPT_CAPTURES, 'the notes are not ours to delete');
    assert.equal((await again.captures.delete(oldest!.id))?.problem, 'capture_not_found');
  });

  it('deleting one that runs ends it', async () => {
    const { clock, captures, folder, live, start } = world();
    const one = live('s1');
    const { id } = ok(start(one));
    assert.equal(await captures.delete(id), null);
    assert.deepEqual([one.tap, readdirSync(folder), clock.pending], [null, [], 0]);
  });

  it('say what the disk refused', async () => {
    const { captures, folder, live, start, logged } = world();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 's1-c1.pcapng'), 'taken');
    const { id } = ok(start(live('s1')));
    const view = await complete(captures, id);
    assert.equal(view.state, 'failed');
    assert.match(view.error ?? '', /cannot be written: EEXIST/);
    assert.deepEqual(logged, ['a capture failed']);
    assert.ok(isProblem(captures.file(id)));
    const blocked = world({ folder: join(folder, 's1-c1.pcapng', 'captures') });
    assert.ok(isProblem(blocked.start(blocked.live('s1'))));
    assert.equal(existsSync(join(folder, 's1-c1.pcapng')), true);
  });
});
