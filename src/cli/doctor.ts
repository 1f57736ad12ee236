import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CHECK_NAMES, type Facts, type Warning, warningsOf } from '../gateway/system/health.ts';
import { diskOf, ownNetworks, receiveBufferMaxBytes } from '../gateway/system/machine.ts';
import { advertisedBy, askSlowFacts } from '../gateway/system/system.ts';
import { readConfig, type ServeConfig } from './config.ts';
import { faultSentence, GatewayClient, Unreachable } from './gateway-client.ts';
import type { Io } from './io.ts';
import { complain, flagsOf } from './serve.ts';
import { addSettings } from './settings-help.ts';
import { printable } from './tables.ts';

/** Something is wrong (contract, commands). */
const EXIT_WRONG = 1;
const USUAL_URL = 'http://127.0.0.1:8080';
/** The devices are asked for their time meanwhile. */
const ANSWER_MS = 20_000;
const DEVICES_WAIT_SECONDS = 5;
/** Sockets tried at once: well below the 1,024 files that some systems give a process. */
const TRIED_AT_ONCE = 128;

/** What each check looks at, in the words of the report. */
const CHECKED: Readonly<Record<(typeof CHECK_NAMES)[number], string>> = {
  addresses: 'addresses that devices are told',
  ports: 'ports',
  buffers: 'receive buffers (net.core.rmem_max)',
  clock: 'clock',
  disk: 'disk',
  recordings: 'recordings that should run, and those that are kept',
  loop: 'event loop',
  webhooks: 'webhooks',
  ffmpeg: 'ffmpeg',
};

/** One device as the report names it. */
interface Told {
  readonly deviceId: string;
  readonly name: string;
  readonly source: string | null;
  readonly via: string;
  readonly contact: string;
  readonly sdp: { readonly origin: string; readonly connection: string };
  readonly says: readonly string[];
  readonly clockOffsetSeconds: number | null;
}

/** What was found, and who was asked: a running gateway, or this machine alone. */
export interface Findings {
  readonly gateway: string | null;
  readonly warnings: readonly Warning[];
  readonly devices: readonly Told[];
}

/** `gbgate doctor`. */
export function addDoctor(program: Command, io: Io, exit: (status: number) => void): void {
  const command = program
    .command('doctor')
    .description('what is wrong with addresses, ports, buffers, clock, disk, ffmpeg, and what each device is told')
    .option('--url <URL>', `a running gateway; ${USUAL_URL} is tried when none is named [GBGATE_URL]`)
    .option('--json', 'everything as one JSON object');
  addSettings(command);
  command.action(async (options: { url?: string; json?: boolean }, self: Command) => {
    const { url: _url, json: _json, ...flags } = flagsOf(self);
    const config = readConfig(flags, io.env);
    if ('fault' in config) return exit(complain(io, config.fault));
    const named = options.url ?? io.env.GBGATE_URL;
    const asked = await askGateway(named || usualUrl(config), config.http.token, io.signal);
    if ('fault' in asked && (named || asked.isThere)) {
      complain(io, asked.fault);
      return exit(EXIT_WRONG);
    }
    const findings = 'fault' in asked ? await examine(config) : asked;
    io.stdout.write(options.json ? `${JSON.stringify(findings, null, 2)}\n` : report(findings));
    exit(findings.warnings.some(({ severity }) => severity !== 'note') ? EXIT_WRONG : 0);
  });
}

/** The gateway that would be configured like this, on this machine. */
function usualUrl({ http }: ServeConfig): string {
  const isAny = /^(0\.0\.0\.0|::|\[::\])$/.test(http.host);
  const scheme = http.tls.cert !== null || http.tls.selfSigned ? 'https' : 'http';
  return `${scheme}://${isAny ? '127.0.0.1' : http.host}:${http.port}`;
}

/** Asks a running gateway; a sentence when it cannot be asked, and whether somebody answered at all. */
async function askGateway(
  url: string,
  token: string | null,
  signal: AbortSignal,
): Promise<Findings | { fault: string; isThere: boolean }> {
  const client = new GatewayClient(url, token ?? undefined, { answerMs: ANSWER_MS });
  try {
    const path = `system?askDevices=true&waitSeconds=${DEVICES_WAIT_SECONDS}`;
    const system = (await client.ask('GET', path, { signal })) as { warnings?: Warning[] } | null;
    if (system?.warnings === undefined)
      return { fault: `${client.url} answers without warnings: this is no gateway.`, isThere: true };
    const list = 'system/devices?online=true&limit=1000';
    const devices = (await client.ask('GET', list, { signal })) as { items: Told[] };
    return { gateway: url, warnings: system.warnings, devices: devices.items };
  } catch (error) {
    return { fault: faultSentence(client, error), isThere: !(error instanceof Unreachable) };
  }
}

/** Looks at this machine as a gateway with this configuration would find it. */
async function examine(config: ServeConfig): Promise<Findings> {
  const { sip, media, data } = config.gateway;
  const listeners = [
    { name: 'SIP, UDP', host: sip.host, port: sip.port, kind: 'udp' },
    { name: 'SIP, TCP', host: sip.host, port: sip.port, kind: 'tcp' },
    { name: 'HTTP', host: config.http.host, port: config.http.port, kind: 'tcp' },
  ] as const;
  const taken: { name: string; port: number }[] = [];
  for (const { name, host, port, kind } of listeners)
    if (port !== 0 && (await isTaken(kind, host, port))) taken.push({ name, port });
  const [ports, disk, slow] = await Promise.all([
    tryPorts(media.host, media.firstPort, media.lastPort),
    nearestDisk(resolve(data)),
    askSlowFacts(),
  ]);
  const facts: Facts = {
    advertised: advertisedBy(config.gateway),
    networks: ownNetworks(),
    devices: [],
    ports,
    taken,
    receiveBufferMaxBytes: receiveBufferMaxBytes(),
    disk,
    recordingBps: 0,
    retention: null,
    notRecorded: [],
    loopDelayP99Ms: null,
    webhooks: [],
    ...slow,
  };
  return { gateway: null, warnings: warningsOf(facts), devices: [] };
}

/** The disk of a folder that the first start would make. */
async function nearestDisk(path: string): Promise<Facts['disk']> {
  const found = await diskOf(path);
  const above = resolve(path, '..');
  return found !== null || above === path ? found : nearestDisk(above);
}

/** How many ports of a range, both UDP and TCP, other programs hold. */
async function tryPorts(host: string, first: number, last: number): Promise<NonNullable<Facts['ports']>> {
  const left = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const total = left.length;
  let occupied = 0;
  const tryNext = async (): Promise<void> => {
    for (let port = left.shift(); port !== undefined; port = left.shift())
      if ((await isTaken('udp', host, port)) || (await isTaken('tcp', host, port))) occupied += 1;
  };
  await Promise.all(Array.from({ length: TRIED_AT_ONCE }, tryNext));
  return { total, occupied, free: total - occupied };
}

/** True when a socket cannot be bound there because somebody else holds the port. */
function isTaken(kind: 'udp' | 'tcp', host: string, port: number): Promise<boolean> {
  return new Promise((answer) => {
    const isInUse = (error: NodeJS.ErrnoException) => answer(error.code === 'EADDRINUSE' || error.code === 'EACCES');
    if (kind === 'udp') {
      const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
      socket.once('error', (error) => {
        socket.close();
        isInUse(error);
      });
      socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => answer(false)));
      return;
    }
    const server = createServer();
    server.once('error', isInUse);
    server.listen({ port, host, exclusive: true }, () => server.close(() => answer(false)));
  });
}

const MARKS = { error: '✗', warning: '!', note: '·' } as const;

/** The report for people: each check, what is wrong with it and what helps; then what each device is told. */
export function report({ gateway, warnings, devices }: Findings): string {
  const lines = [
    gateway === null
      ? 'No gateway runs here: this machine, and the configuration a gateway would get.'
      : `The gateway at ${gateway}.`,
    '',
  ];
  for (const check of CHECK_NAMES) {
    if (gateway === null && ['recordings', 'loop', 'webhooks'].includes(check)) continue; // of a process that does not run
    const found = warnings.filter((warning) => warning.check === check);
    if (found.every(({ severity }) => severity === 'note')) lines.push(`✓ ${CHECKED[check]}`);
    for (const { severity, sentence, cure, deviceId } of found) {
      lines.push(`${MARKS[severity]} ${deviceId === undefined ? '' : `${deviceId}: `}${printable(sentence)}`);
      lines.push(`    ${printable(cure)}`);
    }
  }
  for (const device of devices) {
    lines.push('', `${device.deviceId} ${printable(device.name)}`.trimEnd());
    lines.push(`    its packets come from   ${device.source ?? 'nowhere yet'}`);
    for (const said of device.says) lines.push(`    it says                 ${printable(said)}`);
    lines.push(`    our Via                 ${device.via}`);
    lines.push(`    our Contact             ${device.contact}`);
    lines.push(`    o= and c= of our offer  ${device.sdp.origin}, ${device.sdp.connection}`);
    if (device.clockOffsetSeconds !== null)
      lines.push(`    its clock minus ours    ${Math.round(device.clockOffsetSeconds)} s`);
  }
  return `${lines.join('\n')}\n`;
}
