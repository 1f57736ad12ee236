import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { FootageOptions } from '../simulator/footage/footage.ts';
import { type Simulator, startSimulator } from '../simulator/simulator.ts';
import { readConfig, type ServeConfig } from './config.ts';
import { type Io, stopAsked } from './io.ts';
import { complain, pageAddress, type Running, start } from './serve.ts';

const HOST = '127.0.0.1';
/** The address people know; any free one when it is taken. */
const USUAL_HTTP_PORT = 8080;
/** Registration over loopback takes milliseconds; after this something is broken and the page will show it. */
const REGISTRATION_MS = 10_000;

/** The cameras of the demo: between them every codec that a first look should see. */
const CAMERAS = [
  { id: '34020000001320000001', name: 'Entrance (H.264, G.711A)', video: 'h264', audio: 'pcma' },
  { id: '34020000001320000101', name: 'Yard (H.265)', video: 'h265', audio: 'none' },
] as const;

const HOUR_MS = 3_600_000;

/** And a recorder: a day of footage that ends now, with an hour of it missing, so that a time line has something to show. */
const RECORDER = {
  id: '34020000001180000201',
  name: 'Recorder (a day of footage)',
  video: 'h264',
  audio: 'pcma',
} as const;

function recorded(): FootageOptions {
  const gapEpochMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 9 * HOUR_MS;
  return { days: 1, clip: RECORDER.video, gaps: [{ startEpochMs: gapEpochMs, endEpochMs: gapEpochMs + HOUR_MS }] };
}

/** `gbgate demo`: a gateway on loopback with simulated cameras; nothing is left behind. */
export function addDemo(program: Command, io: Io, exit: (status: number) => void): void {
  program
    .command('demo')
    .description('a gateway with simulated cameras and a recorder on this machine, to look at; nothing else to install')
    .option('--http-port <PORT>', `port of the page (default: ${USUAL_HTTP_PORT} if it is free, else any)`)
    .option('--log-level <LEVEL>', 'level of the log', 'warn')
    .action(async (options: { httpPort?: string; logLevel: string }) => exit(await demo(options, io)));
}

async function demo(options: { httpPort?: string; logLevel: string }, io: Io): Promise<number> {
  const data = await mkdtemp(join(tmpdir(), 'gbgate-demo-'));
  try {
    const httpPort = options.httpPort ?? String(await freeHttpPort());
    const config = demoConfig(data, httpPort, options.logLevel);
    if ('fault' in config) return complain(io, config.fault);
    const running = await start(config, io);
    if ('fault' in running) return complain(io, running.fault);
    const cameras = await startCameras(config, running);
    try {
      await Promise.race([Promise.all(cameras.map((c) => c.whenRegistered(REGISTRATION_MS))), stopAsked(io.signal)]);
      if (!io.signal.aborted) io.stdout.write(`${pageAddress(HOST, running.httpPort, running.token, null)}\n`);
      await stopAsked(io.signal);
    } finally {
      // The gateway first: it owes its cameras a BYE while they can still answer.
      await running.close();
      await Promise.all(cameras.map((camera) => camera.stop()));
    }
    return 0;
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

/** Only what the demo needs: the user's own environment and files stay out of it. */
function demoConfig(data: string, httpPort: string, logLevel: string): ServeConfig | { fault: string } {
  return readConfig(
    { 'http-host': HOST, 'http-port': httpPort, 'sip-host': HOST, 'sip-port': '0', data, 'log-level': logLevel },
    {},
  );
}

async function startCameras(config: ServeConfig, running: Running): Promise<Simulator[]> {
  const { id: serverId, domain } = config.gateway.sip;
  return Promise.all(
    [...CAMERAS, RECORDER].map(({ id, name, video, audio }) =>
      startSimulator({
        server: { host: HOST, port: running.sipPort },
        serverId,
        domain,
        id,
        password: running.sipPassword ?? '',
        channels: 1,
        count: 1,
        sip: 'udp',
        video,
        audio,
        keepaliveSeconds: 60,
        expiresSeconds: 3600,
        quirks: new Set(),
        names: [name],
        footage: id === RECORDER.id ? recorded() : undefined,
      }),
    ),
  );
}

/** The usual port when nobody has it, else 0. */
async function freeHttpPort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen({ host: HOST, port: USUAL_HTTP_PORT, exclusive: true }, () =>
      probe.close(() => resolve(USUAL_HTTP_PORT)),
    );
  });
}
