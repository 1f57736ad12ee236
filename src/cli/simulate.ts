import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { CameraCertificate } from '../simulator/certificate.ts';
import { type AudioCodec, ClipError, SHIPPED_VIDEOS } from '../simulator/clip.ts';
import { QUIRKS, unknownQuirks } from '../simulator/quirks.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator/simulator.ts';
import type { NoteHash } from '../sip/wire/note.ts';
import { EXIT_USAGE, type Io, stopAsked } from './io.ts';

interface Flags {
  server: string;
  serverId: string;
  domain?: string;
  id: string;
  password: string;
  channels: string;
  count: string;
  sip: 'udp' | 'tcp' | 'tls';
  file: string;
  audio: AudioCodec | 'none';
  footage?: string;
  alarms?: string;
  keepalive: string;
  expires: string;
  edition: string;
  note?: NoteHash;
  key?: string;
  platformKey?: string;
  quirk?: string[];
  listQuirks?: boolean;
}

/** Each device has a socket of its own and each call another: this many need a raised limit of open files already. */
const MAX_COUNT = 10_000;
/** Serial numbers of channels have six digits. */
const MAX_CHANNELS = 10_000;
/** What cameras send unless another clip is asked for. */
const LIVE_CLIP = 'h264';
/** `X-GB-Ver` by edition (annex I); nothing is what most devices of before 2022 say. */
const VERSIONS: Readonly<Record<string, string | null>> = {
  2011: '1.0',
  2014: '1.1',
  2016: '2.0',
  2022: '3.0',
  none: null,
};
/** Ten years. */
const MAX_DAYS = 3650;
/** A day: the standard's own default for a registration. */
const MAX_SECONDS = 86_400 * 365;
/** Between two lines of counts while something changes. */
const REPORT_MS = 10_000;
/** Up to this many devices each gets its own lines. */
const MAX_TALKATIVE = 16;

/** `gbgate simulate`: runs until the process is asked to stop. What is wrong with its options is one sentence and exit status 2. */
export function addSimulate(
  program: Command,
  io: Pick<Io, 'stdout' | 'stderr' | 'signal'>,
  exit: (status: number) => void,
): void {
  program
    .command('simulate')
    .description('simulated GB/T 28181 cameras against any platform')
    .addOption(option('--server <host:port>', 'SIP address of the platform', '127.0.0.1:5060'))
    .addOption(option('--server-id <id>', 'SIP id of the platform', '34020000002000000001'))
    .addOption(option('--domain <domain>', 'SIP domain (default: first 10 digits of the platform id)'))
    .addOption(option('--id <id>', 'id of the first device; the others count on from it', '34020000001110000001'))
    .addOption(option('--password <password>', 'password of every device', '12345678'))
    .addOption(option('--channels <n>', 'channels of each device', '1'))
    .addOption(option('--count <n>', 'devices', '1'))
    .addOption(option('--sip <transport>', 'SIP over udp, tcp or tls', 'udp').choices(['udp', 'tcp', 'tls']))
    .addOption(
      option('--file <clip>', `a raw .h264 or .h265 file, or ${Object.keys(SHIPPED_VIDEOS).join(', ')}`, LIVE_CLIP),
    )
    .addOption(option('--audio <codec>', 'sound', 'pcma').choices(['pcma', 'pcmu', 'aac', 'none']))
    .addOption(option('--footage <days>', 'so many days of recordings, to be searched, played and downloaded'))
    .addOption(option('--alarms <seconds>', 'tell an alarm so often, one of each kind in turn'))
    .addOption(option('--keepalive <seconds>', 'between keepalives', '60'))
    .addOption(option('--expires <seconds>', 'of the registration', '3600'))
    .addOption(
      option('--edition <edition>', 'of the standard, as named in X-GB-Ver', '2022').choices(Object.keys(VERSIONS)),
    )
    .addOption(
      option('--note <hash>', 'signalling digests on everything but REGISTER').choices([
        'MD5',
        'SHA-1',
        'SHA-256',
        'SM3',
      ]),
    )
    .addOption(
      option('--key <file>', 'private RSA key of every device, to log in by certificate (with --platform-key)'),
    )
    .addOption(option('--platform-key <file>', 'public key or certificate of the platform'))
    .addOption(
      option('--quirk <codes>', 'deviations to show, separated by commas (see --list-quirks)').argParser(
        (value: string, before: string[] | undefined) => [
          ...(before ?? []),
          ...value.split(',').map((code) => code.trim()),
        ],
      ),
    )
    .option('--list-quirks', 'print the deviations that can be shown')
    .action(async (flags: Flags) => {
      if (flags.listQuirks) {
        io.stdout.write(listQuirks());
        exit(0);
        return;
      }
      const options = simulatorOptions(flags);
      const certificate = certificateOf(flags);
      const fault =
        typeof options === 'string'
          ? options
          : typeof certificate === 'string'
            ? certificate
            : await run({ ...options, certificate }, io);
      if (fault !== null) io.stderr.write(`${fault}\n`);
      exit(fault === null ? 0 : EXIT_USAGE);
    });
}

function option(flags: string, description: string, value?: string): Option {
  const made = new Option(flags, description);
  if (value !== undefined) made.default(value);
  return made.env(`GBGATE_${made.name().replaceAll('-', '_').toUpperCase()}`);
}

/** One line a quirk: code and sentence. */
export function listQuirks(): string {
  const width = Math.max(...QUIRKS.map((quirk) => quirk.code.length));
  return QUIRKS.map((quirk) => `${quirk.code.padEnd(width)}  ${quirk.sentence}\n`).join('');
}

/** The simulator's options, or one sentence that says which option cannot be used. */
export function simulatorOptions(flags: Flags): SimulatorOptions | string {
  const server = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(flags.server);
  const port = Number(server?.[3]);
  if (server === null || port < 1 || port > 65_535) return `--server ${flags.server} is not HOST:PORT.`;
  const bad = [
    wrongNumber('--channels', flags.channels, MAX_CHANNELS),
    wrongNumber('--count', flags.count, MAX_COUNT),
    flags.footage === undefined ? null : wrongNumber('--footage', flags.footage, MAX_DAYS),
    flags.alarms === undefined ? null : wrongNumber('--alarms', flags.alarms, MAX_SECONDS),
    wrongNumber('--keepalive', flags.keepalive, MAX_SECONDS),
    wrongNumber('--expires', flags.expires, MAX_SECONDS),
    wrongId('--id', flags.id),
    wrongId('--server-id', flags.serverId),
  ].find((sentence) => sentence !== null);
  if (bad !== undefined && bad !== null) return bad;
  const quirks = (flags.quirk ?? []).filter((code) => code !== '');
  const unknown = unknownQuirks(quirks);
  if (unknown.length > 0) return `--quirk ${unknown.join(',')} is not known; --list-quirks prints those that are.`;
  return {
    server: { host: server[1] ?? server[2] ?? '', port },
    serverId: flags.serverId,
    domain: flags.domain,
    id: flags.id,
    password: flags.password,
    channels: Number(flags.channels),
    count: Number(flags.count),
    sip: flags.sip,
    clip: flags.file,
    audio: flags.audio,
    footage: flags.footage === undefined ? undefined : { days: Number(flags.footage), clip: footageClip(flags.file) },
    alarmSeconds: flags.alarms === undefined ? undefined : Number(flags.alarms),
    keepaliveSeconds: Number(flags.keepalive),
    expiresSeconds: Number(flags.expires),
    version: VERSIONS[flags.edition] ?? null,
    note: flags.note,
    quirks: new Set(quirks),
  };
}

/** The keys of `--key` and `--platform-key`; null: none are given; a sentence: they cannot be used. */
function certificateOf({ key, platformKey }: Flags): CameraCertificate | null | string {
  if (key === undefined && platformKey === undefined) return null;
  if (key === undefined || platformKey === undefined) return '--key and --platform-key belong together.';
  try {
    return { key: createPrivateKey(readFileSync(key)), platformKey: createPublicKey(readFileSync(platformKey)) };
  } catch (error) {
    return `--key and --platform-key cannot be used: ${(error as Error).message}.`;
  }
}

/** Recordings are of the clip that is asked for; without one, of a small clip that was made for them. */
function footageClip(file: string): string | undefined {
  return file === LIVE_CLIP ? undefined : file;
}

function wrongNumber(name: string, text: string, most: number): string | null {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= 1 && value <= most
    ? null
    : `${name} ${text} is not a whole number from 1 to ${most}.`;
}

/** REG-5: ids are 20 digits by the standard, 1 to 64 letters and digits in the field. */
function wrongId(name: string, text: string): string | null {
  return /^[A-Za-z0-9]{1,64}$/.test(text) ? null : `${name} ${text} is not an id of up to 64 letters and digits.`;
}

/** Null when it ran and was stopped; else one sentence that says why it could not start. */
async function run(options: SimulatorOptions, io: Pick<Io, 'stderr' | 'signal'>): Promise<string | null> {
  const say = (line: Record<string, unknown>) =>
    io.stderr.write(io.stderr.isTTY === true ? `${spoken(line)}\n` : `${JSON.stringify(line)}\n`);
  let simulator: Simulator;
  try {
    simulator = await startSimulator({ ...options, ...(options.count <= MAX_TALKATIVE ? { log: say } : {}) });
  } catch (error) {
    const { message } = error as Error;
    return error instanceof ClipError ? `${message}.` : `The cameras cannot start: ${message}.`;
  }
  let before = '';
  const report = setInterval(() => {
    const { devices, registered, calls, callsTotal, packets, bytes } = simulator.counts;
    const line = { event: 'counts', devices, registered, calls, callsTotal, packets, bytes };
    if (JSON.stringify(line) !== before) say(line);
    before = JSON.stringify(line);
  }, REPORT_MS);
  await stopAsked(io.signal);
  clearInterval(report);
  await simulator.stop();
  say({ event: 'stopped', ...simulator.counts });
  return null;
}

function spoken(line: Record<string, unknown>): string {
  const { event, ...rest } = line;
  return `${String(event)}: ${Object.entries(rest)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')}`;
}
