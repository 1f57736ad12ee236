import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lease, PortPool } from '../../../src/media/ingest/port-pool.ts';

/** A pool under a hand-made clock whose "sockets" are plain objects. */
function scene(first: number, last: number, occupied: readonly number[] = []) {
  const clock = { nowMs: 1000 };
  const pool = new PortPool({ host: '127.0.0.1', first, last, now: () => clock.nowMs });
  const closed: number[] = [];
  const lease = async (shape: 'pair' | 'single') => {
    const got = await pool.lease(shape, async (port) =>
      occupied.includes(port) || (shape === 'pair' && occupied.includes(port + 1))
        ? { bind: 'occupied', detail: 'EADDRINUSE' }
        : { port },
    );
    return 'fault' in got ? got : got.lease;
  };
  const release = (held: Lease, byeAnswered: boolean) =>
    held.release({ byeAnswered, close: () => void closed.push(held.port) });
  return { clock, pool, lease, release, closed };
}

async function ports(s: ReturnType<typeof scene>, shape: 'pair' | 'single', count: number): Promise<Lease[]> {
  const out: Lease[] = [];
  for (let i = 0; i < count; i += 1) {
    const got = await s.lease(shape);
    assert.ok(got instanceof Lease, JSON.stringify(got));
    out.push(got);
  }
  return out;
}

test('UDP takes even/odd pairs, TCP the single ports left over, and exhaustion says why', async () => {
  const s = scene(30001, 30008);
  const [udp] = await ports(s, 'pair', 1);
  assert.equal(udp!.port, 30002);
  const tcp = await ports(s, 'single', 2);
  assert.deepEqual(
    tcp.map(({ port }) => port),
    [30001, 30008],
    'pairs stay whole as long as there are odd ones',
  );
  await ports(s, 'pair', 2);
  assert.deepEqual(s.pool.counts(), { total: 8, leased: 8, heldOff: 0, occupied: 0 });
  const fault = await s.lease('single');
  assert.ok(!(fault instanceof Lease));
  assert.equal(fault.fault, 'port-exhausted');
  assert.match(fault.detail, /of 8 ports 8 are in use/);
});

test('ports of other programs are skipped and asked for again later', async () => {
  const occupied = [30001, 30002];
  const s = scene(30000, 30005, occupied);
  assert.equal((await ports(s, 'pair', 1))[0]!.port, 30004);
  assert.equal(s.pool.counts().occupied, 4);
  assert.equal((await s.lease('pair')) instanceof Lease, false);
  occupied.length = 0;
  s.clock.nowMs += 10_000;
  assert.equal((await ports(s, 'pair', 1))[0]!.port, 30000);
});

test('a refusal of the system is no exhaustion', async () => {
  const pool = new PortPool({ host: '127.0.0.1', first: 30000, last: 30009 });
  const got = await pool.lease('single', async () => ({ bind: 'failed', detail: 'EMFILE' }));
  assert.deepEqual(got, { fault: 'socket', detail: 'EMFILE' });
  assert.equal(pool.counts().leased, 0);
});

test('a released port is the last to be leased again', async () => {
  const s = scene(30000, 30003);
  const [first] = await ports(s, 'single', 1);
  s.release(first!, true);
  s.clock.nowMs += 2000;
  s.pool.tick();
  assert.deepEqual(
    (await ports(s, 'single', 4)).map(({ port }) => port),
    [30001, 30002, 30003, 30000],
  );
});

test('answered BYE: the sockets listen for 2 s, silence frees the port', async () => {
  const s = scene(30000, 30001);
  const [held] = await ports(s, 'pair', 1);
  s.release(held!, true);
  s.release(held!, false);
  assert.deepEqual(s.pool.counts(), { total: 2, leased: 0, heldOff: 2, occupied: 0 });
  s.clock.nowMs += 500;
  held!.heard();
  s.clock.nowMs += 1499;
  s.pool.tick();
  assert.deepEqual(s.closed, []);
  assert.equal((await s.lease('pair')) instanceof Lease, false);
  s.clock.nowMs += 1;
  s.pool.tick();
  assert.deepEqual(s.closed, [30000]);
  assert.equal(s.pool.counts().heldOff, 0);
  await ports(s, 'pair', 1);
});

test('answered BYE, but the camera goes on: 90 s', async () => {
  const s = scene(30000, 30001);
  const [held] = await ports(s, 'pair', 1);
  s.release(held!, true);
  s.clock.nowMs += 1500;
  held!.heard();
  s.pool.tick();
  assert.deepEqual(s.closed, [30000]);
  s.clock.nowMs += 89_999;
  assert.equal(s.pool.counts().heldOff, 2);
  s.clock.nowMs += 1;
  assert.equal(s.pool.counts().heldOff, 0);
});

test('BYE not answered: closed at once, 90 s', async () => {
  const s = scene(30000, 30001);
  const [held] = await ports(s, 'pair', 1);
  s.release(held!, false);
  assert.deepEqual(s.closed, [30000]);
  s.clock.nowMs += 89_999;
  const fault = await s.lease('pair');
  assert.ok(!(fault instanceof Lease));
  assert.match(fault.detail, /2 rest after a call/);
  s.clock.nowMs += 1;
  await ports(s, 'pair', 1);
});

test('closing the pool closes what still listens', async () => {
  const s = scene(30000, 30003);
  const [a, b] = await ports(s, 'pair', 2);
  s.release(a!, true);
  s.pool.close();
  assert.deepEqual(s.closed, [30000]);
  s.release(b!, true);
  assert.deepEqual(s.closed, [30000, 30002]);
  assert.equal((await s.lease('pair')) instanceof Lease, false);
});
