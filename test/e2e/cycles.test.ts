/** A thousand calls begin and end; what is left is counted by the system, not by us. */
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import Database from 'libsql';
import { openGateway } from '../../src/gateway/gateway.ts';
import type { Gateway } from '../../src/gateway/port.ts';
import { isProblem } from '../../src/gateway/views.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { startCamera } from '../support/camera.ts';
import { gatewayConfig, SILENT } from '../support/config.ts';
import { until } from '../support/gbgate.ts';

const CYCLES = 1000;
const CHANNELS = 8;
const TRANSPORTS = ['udp', 'tcp-passive', 'tcp-active'] as const;
const DEVICE_ID = '34020000001110000001';

describe('start and stop', { timeout: 300_000 }, () => {
  let gateway: Gateway;
  let simulator: Simulator;
  let data: string;

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'gbgate-cycles-'));
    const opened = await openGateway(gatewayConfig({ data }), SILENT);
    assert.ok(!('fault' in opened), JSON.stringify(opened));
    gateway = opened;
    simulator = await startCamera(gateway.sipPort, { id: DEVICE_ID, channels: CHANNELS });
  });

  after(async () => {
    await simulator.stop();
    await gateway.close();
    await rm(data, { recursive: true, force: true });
  });

  it(`leaves nothing behind after ${CYCLES} calls`, async () => {
    const channels = await until('the catalogue', () => {
      const list = gateway.channels(DEVICE_ID);
      return !isProblem(list) && list.length === CHANNELS && list;
    });
    // Once over each transport first, so that what is opened once and kept is not counted as left behind.
    for (const transport of TRANSPORTS) await cycle(channels[0]!.id, transport);
    await quiet();
    const before = resources();
    let next = 0;
    await Promise.all(
      channels.map(async (channel) => {
        while (next < CYCLES) await cycle(channel.id, TRANSPORTS[next++ % TRANSPORTS.length]!);
      }),
    );
    await quiet();
    assert.deepEqual(resources(), before);
    assert.equal(rowsOf('dialogues'), 0, 'no dialogue is left in the database');
  });

  async function cycle(channelId: string, transport: (typeof TRANSPORTS)[number]): Promise<void> {
    const answer = await gateway.live(DEVICE_ID, channelId, { transport });
    assert.ok(!isProblem(answer), JSON.stringify(answer));
    assert.equal(answer.stream.state, 'playing');
    assert.equal(await gateway.stopStream(answer.stream.id), null);
  }

  /** The hold-off of released ports (2 s) and the transactions' last timers (32 s, RFC 3261 timers D, H and J) are over. */
  async function quiet(): Promise<void> {
    await until('every port to be free', () => {
      const counters = gateway.counters();
      return counters.ports_leased === 0 && counters.ports_held_off === 0 && counters.ssrcs_used === 0;
    });
  }

  function rowsOf(table: string): number {
    const db = new Database(join(data, 'gbgate.db'), { readonly: true } as never);
    try {
      return (db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;
    } finally {
      db.close();
    }
  }
});

/** Sockets of this process, and everything that keeps its event loop alive, by kind. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  const count = (kind: string) => {
    counts[kind] = (counts[kind] ?? 0) + 1;
  };
  for (const fd of readdirSync('/proc/self/fd')) {
    let target = '';
    try {
      target = readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      continue; // the descriptor that read the folder
    }
    if (target.startsWith('socket:')) count('socket');
  }
  for (const kind of process.getActiveResourcesInfo()) if (!/Immediate|TickObject|Promise|FS/.test(kind)) count(kind);
  return counts;
}
