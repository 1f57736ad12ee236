import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SipAgent } from '../../src/simulator/agent.ts';
import { Allegiance } from '../../src/simulator/allegiance.ts';
import { behaviourOf } from '../../src/simulator/quirks.ts';
import { seededRandom } from '../../src/simulator/random.ts';
import { Registration } from '../../src/simulator/registration.ts';
import { RedirectDesk } from '../../src/sip/camera/redirect-desk.ts';
import { Redirects } from '../../src/sip/camera/redirects.ts';
import type { SipRequest } from '../../src/sip/wire/message.ts';
import { parseDatagram } from '../../src/sip/wire/parse.ts';
import { HandTurned } from './hand-turned.ts';

/** A thousand simulated cameras, a redirector and three gateways in simulated time: the rooms of both sides, without a socket between them. */

const DEVICES = 1000;
const KEEPALIVE_SECONDS = 60;
const REDIRECTOR = 5060;
const TARGETS = [5061, 5062, 5063] as const;
const STEP_MS = 250;

const target = (port: number) => ({ id: `3402000000200000${port}`, host: '10.0.0.1', port });
const OPEN = { devices: [], networks: [], maxDevices: null, fromLoad: null };

class World {
  readonly wheel = new HandTurned();
  readonly alive = new Set<number>(TARGETS);
  /** Where each device is registered, and since when. */
  readonly homes = new Map<string, { port: number; sinceMs: number }>();
  readonly desk: RedirectDesk;

  constructor() {
    const rules = TARGETS.map((port, index) => ({ ...OPEN, target: target(port), share: [1, 1, 2][index]! }));
    this.desk = new RedirectDesk(new Redirects(rules, () => 0), {
      ping: ({ port }, there) => {
        if (this.alive.has(port)) this.wheel.after(20, there);
      },
      nowMs: () => this.wheel.nowMs(),
    });
  }

  add(index: number): Registration {
    const id = `34020000001110${String(index).padStart(6, '0')}`;
    const random = seededRandom(index + 1);
    const behaviour = behaviourOf(new Set());
    const home = {
      address: { host: '10.0.0.1', port: REDIRECTOR },
      serverId: '34020000002000000001',
      domain: '3402000000',
    };
    const allegiance = new Allegiance(home);
    const agent = new SipAgent({
      id,
      server: () => allegiance.current.address,
      wheel: this.wheel,
      random,
      behaviour,
      onRequest: () => {},
    });
    agent.link = {
      transport: 'udp',
      local: { host: '10.0.1.1', port: 10_000 + index },
      send: (bytes, to) => {
        const message = parseDatagram(bytes);
        if (message.kind === 'request') this.#serve(id, message, to.port, (text) => answer(agent, message, text));
        return true;
      },
      close: () => {},
    };
    const registration: Registration = new Registration({
      agent,
      wheel: this.wheel,
      random,
      behaviour,
      id,
      password: '',
      allegiance,
      keepaliveSeconds: KEEPALIVE_SECONDS,
      expiresSeconds: 86_400,
      freshSocket: async () => {},
      moved: () => void registration.start(),
      retrySeconds: 60,
      onChange: () => {},
    });
    return registration;
  }

  #serve(id: string, request: SipRequest, port: number, reply: (text: string) => void): void {
    if (port === REDIRECTOR) {
      const place = (placed: Parameters<Parameters<RedirectDesk['receive']>[2]>[0]) => {
        assert.equal(placed.type, 'to', 'there is always a gateway that is well');
        if (placed.type !== 'to') return;
        const { id: serverId, host, port: at } = placed.target;
        reply(`302 Moved Temporarily\r\nContact: <sip:${serverId}@${host}:${at}>\r\nExpires: 36000`);
      };
      if (request.method === 'REGISTER') this.desk.receive(id, '10.0.1.1', place, this.wheel.nowMs());
      return;
    }
    if (!this.alive.has(port)) return;
    if (request.method === 'REGISTER') {
      assert.equal(request.uri.user, target(port).id, 'the id of the target is the server id now');
      this.homes.set(id, { port, sinceMs: this.wheel.nowMs() });
      reply('200 OK\r\nExpires: 86400');
    } else reply(this.homes.get(id)?.port === port ? '200 OK' : '403 Forbidden');
  }

  /** Lets time pass, with room for what waits for promises. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      this.wheel.pass(STEP_MS);
      this.desk.poll(this.wheel.nowMs());
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  counts(): number[] {
    return TARGETS.map((port) => [...this.homes.values()].filter((home) => home.port === port).length);
  }
}

function answer(agent: SipAgent, request: SipRequest, text: string): void {
  const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map((name) => `${name}: ${request.headers.get(name)}`);
  const message = parseDatagram(Buffer.from([`SIP/2.0 ${text}`, ...copied, '', ''].join('\r\n')));
  assert.equal(message.kind, 'response');
  if (message.kind === 'response') agent.receive(message, { host: '10.0.0.1', port: 0 });
}

test('a thousand cameras behind a redirector: shares of 1:1:2 hold, and those of a killed gateway are served elsewhere within five keepalive periods', async () => {
  const world = new World();
  for (let n = 0; n < DEVICES; n += 1) {
    void world.add(n).start();
    if (n % 5 === 4) await world.pass(STEP_MS);
  }
  await world.pass(2_000);
  assert.deepEqual(world.counts(), [250, 250, 500]);
  await world.pass(150_000);
  const killed = TARGETS[2];
  world.alive.delete(killed);
  const killedMs = world.wheel.nowMs();
  await world.pass(5 * KEEPALIVE_SECONDS * 1000);
  const [first, second, none] = world.counts();
  assert.equal(none, 0, 'nobody is left with the one that was killed');
  assert.deepEqual([first, second], [500, 500], 'the others share them');
  for (const [id, { sinceMs }] of world.homes) assert.ok(sinceMs < killedMs + 300_000, id);
});
