import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { Display } from './download-display.ts';
import { placeOf, readList, type WantedRange } from './download-list.ts';
import { clock, type Item, megabytes } from './download-progress.ts';
import { type Outcome, type Range, runRange } from './download-run.ts';
import { endOf, timeOf } from './download-times.ts';
import { faultSentence, GatewayClient } from './gateway-client.ts';
import type { Io } from './io.ts';
import { complain } from './serve.ts';
import { printable } from './tables.ts';

/** Nothing came, or the gateway cannot be asked. */
const EXIT_FAILED = 1;
/** The file is there, but the device does not have all of the range. */
const EXIT_PARTIAL = 3;
/** What a shell says of a command that Ctrl-C ended. */
const EXIT_CANCELLED = 130;
/** Ranges of a list that are asked for at once; the gateway knows how many each device bears, and keeps the others in its queue. */
const AT_ONCE = 8;
/** What the API takes at most; devices offer 4 or 8. */
const MAX_SPEED = 64;

interface Flags {
  from?: string;
  to?: string;
  speed?: string;
  output?: string;
  list?: string;
  transport?: string;
  exact?: boolean;
  force?: boolean;
  json?: boolean;
  url: string;
  token?: string;
}

/** `gbgate download`: ranges of a device's footage as files, through a running gateway. */
export function addDownload(program: Command, io: Io, exit: (status: number) => void): void {
  program
    .command('download')
    .description('one recorded range of a device to one MP4, through a running gateway')
    .argument('[DEVICE/CHANNEL]', 'the ids of device and channel')
    .option(
      '--from <TIME>',
      'begin: 2026-01-05T14:00:00+08:00, "2026-01-05 14:00" (zone of the gateway) or epoch seconds',
    )
    .option('--to <TIME>', 'end, in the same forms or as +30m')
    .option('--speed <N>', 'times real time, 1 to 64 (default: 8); devices give less, or more')
    .option('-o, --output <FILE>', 'the file, or a folder (default: the name that the gateway gives, here)')
    .option('--list <FILE>', 'ranges of a file instead: DEVICE/CHANNEL FROM TO [FILE] a line')
    .addOption(
      new Option('--transport <WORD>', 'how media comes').choices(['auto', 'udp', 'tcp-passive', 'tcp-active']),
    )
    .option('--exact', 'cut to the frame; else the groups of pictures at both ends stay whole')
    .option('--force', 'write over files that are there')
    .option('--json', 'what happens as JSON, one object a line, on stdout')
    .option('--url <URL>', 'address of the gateway [GBGATE_URL]', io.env.GBGATE_URL || 'http://127.0.0.1:8080')
    .option('--token <TOKEN>', 'its token [GBGATE_TOKEN]')
    .addHelpText(
      'after',
      `
Exit status: 0 complete, 3 there are gaps in it (they are named), 1 failed, 2 wrong options, 130 cancelled with Ctrl-C.
Of several ranges the worst counts.`,
    )
    .action(async (place: string | undefined, flags: Flags) => exit(await download(place, flags, io)));
}

async function download(place: string | undefined, flags: Flags, io: Io): Promise<number> {
  const wanted = await wantedRanges(place, flags);
  if ('fault' in wanted) return complain(io, wanted.fault);
  const speed = flags.speed === undefined ? null : Number(flags.speed);
  if (speed !== null && !(speed >= 1 && speed <= MAX_SPEED))
    return complain(io, `--speed must be a number from 1 to ${MAX_SPEED}.`);

  const client = new GatewayClient(flags.url, flags.token ?? io.env.GBGATE_TOKEN);
  let timeZone: string;
  try {
    ({ timeZone } = (await client.ask('GET', 'system')) as { timeZone: string });
  } catch (error) {
    complain(io, faultSentence(client, error));
    return EXIT_FAILED;
  }
  const ranges = rangesOf(wanted, timeZone, flags);
  if ('fault' in ranges) return complain(io, ranges.fault);
  const folder = await folderOf(flags);
  const named = ranges.map((range) => {
    if (range.file !== null) return { ...range, file: join(folder, range.file) };
    return flags.list === undefined && folder === '' ? { ...range, file: flags.output ?? null } : range;
  });
  for (const { file } of named) {
    if (file === null) continue;
    if (flags.force !== true && (await isThere(file)))
      return complain(io, `${file} is there already; --force writes over it.`);
    if (!(await isMade(dirname(file)))) return complain(io, `The folder ${dirname(file)} cannot be made.`);
  }
  if (folder !== '' && !(await isMade(folder))) return complain(io, `The folder ${folder} cannot be made.`);
  return run(client, named, { ...flags, speed, folder }, io);
}

/** What was typed: one range, or those of a list. */
async function wantedRanges(place: string | undefined, flags: Flags): Promise<WantedRange[] | { fault: string }> {
  if (flags.list !== undefined) {
    if (place !== undefined || flags.from !== undefined || flags.to !== undefined)
      return { fault: 'Ranges come from --list or from DEVICE/CHANNEL, --from and --to, not from both.' };
    const text = await readFile(flags.list, 'utf8').catch((error: NodeJS.ErrnoException) => error);
    if (text instanceof Error) return { fault: `The list ${flags.list} cannot be read: ${text.code ?? text.message}.` };
    const ranges = readList(text);
    return 'fault' in ranges ? { fault: `In the list ${flags.list} ${ranges.fault}.` } : ranges;
  }
  const ids = placeOf(place ?? '');
  if (ids === null || flags.from === undefined || flags.to === undefined)
    return { fault: 'A download needs DEVICE/CHANNEL, --from TIME and --to TIME, or --list FILE.' };
  return [{ ...ids, from: flags.from, to: flags.to, file: null }];
}

function rangesOf(wanted: readonly WantedRange[], timeZone: string, flags: Flags): Range[] | { fault: string } {
  const ranges: Range[] = [];
  for (const { from, to, ...range } of wanted) {
    const startEpochMs = timeOf(from, timeZone);
    const endEpochMs = startEpochMs === null ? null : endOf(to, startEpochMs, timeZone);
    const wrong = startEpochMs === null ? from : to;
    if (startEpochMs === null || endEpochMs === null)
      return { fault: `${wrong} is no time such as 2026-01-05T14:00:00+08:00 or "2026-01-05 14:00" (${timeZone}).` };
    if (endEpochMs <= startEpochMs) return { fault: `The range from ${from} to ${to} ends before it begins.` };
    ranges.push({ ...range, startEpochMs, endEpochMs });
  }
  const names = ranges.flatMap(({ file }) => (file === null ? [] : [file]));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? ranges : { fault: `The list ${flags.list} names the file ${twice} twice.` };
}

/** The folder that `-o` names: always for a list, else when it is one. */
async function folderOf({ output, list }: Flags): Promise<string> {
  if (output === undefined) return '';
  const isFolder = await stat(output).then(
    (found) => found.isDirectory(),
    () => output.endsWith('/'),
  );
  return isFolder || list !== undefined ? output : '';
}

async function isMade(folder: string): Promise<boolean> {
  return mkdir(folder, { recursive: true }).then(
    () => true,
    () => false,
  );
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function run(
  client: GatewayClient,
  ranges: readonly Range[],
  flags: Omit<Flags, 'speed'> & { speed: number | null; folder: string },
  io: Io,
): Promise<number> {
  const items: Item[] = ranges.map(({ startEpochMs, endEpochMs }) => ({
    lengthMs: endEpochMs - startEpochMs,
    job: null,
    file: null,
    isEnded: false,
    isAway: false,
  }));
  const say = (event: string, data: Record<string, unknown>): void => {
    if (flags.json === true) io.stdout.write(`${JSON.stringify({ event, ...data })}\n`);
  };
  const show = new Display(io, items, flags.json === true);
  const taken = new Set<string>();
  const outcomes: Outcome[] = [];
  let next = 0;
  const startMs = performance.now();
  const work = async (): Promise<void> => {
    for (let index = next++; index < ranges.length; index = next++) {
      const [range, item] = [ranges[index], items[index]];
      if (range === undefined || item === undefined) return;
      let said = '';
      const outcome = await runRange(client, range, item, {
        speed: flags.speed,
        transport: flags.transport ?? null,
        exact: flags.exact === true,
        folder: flags.folder,
        signal: io.signal,
        taken,
        onJob(job) {
          const news = `${job.state} ${job.progress} ${job.bytes}`;
          if (news !== said) say('download', { range: index + 1, download: job });
          said = news;
        },
      });
      outcomes.push(outcome);
      say(outcome.state, { range: index + 1, ...jsonOf(outcome) });
      if (flags.json !== true) show.above(wordsOf(range, outcome, performance.now() - startMs));
      if (flags.json !== true && 'file' in outcome) io.stdout.write(`${outcome.file}\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  show.end();
  return statusOf(outcomes, io.signal.aborted);
}

/** The worst of all ranges. */
function statusOf(outcomes: readonly Outcome[], isCalledOff: boolean): number {
  if (isCalledOff) return EXIT_CANCELLED;
  if (outcomes.some(({ state }) => state === 'failed' || state === 'cancelled')) return EXIT_FAILED;
  return outcomes.some(({ state }) => state === 'partial') ? EXIT_PARTIAL : 0;
}

function jsonOf(outcome: Outcome): Record<string, unknown> {
  if ('error' in outcome) return { id: outcome.job?.id ?? null, error: outcome.error };
  const { job, file, bytes } = outcome;
  return { id: job.id, file, bytes, missing: job.missing };
}

/** What became of a range, for people. */
function wordsOf(range: Range, outcome: Outcome, tookMs: number): string {
  const name = `${range.deviceId}/${range.channelId}`;
  if ('error' in outcome) return `${name} ${outcome.state}: ${printable(outcome.error)}\n`;
  const { job, bytes } = outcome;
  const gaps = job.missing.map(({ start, end }) => `  missing ${printable(start)} to ${printable(end)}\n`).join('');
  return `${name} ${outcome.state}: ${clock(job.receivedMs)} of content, ${megabytes(bytes)}, after ${clock(tookMs)}\n${gaps}`;
}
