import type { Command } from 'commander';
import type { Io } from './io.ts';
import { complain } from './serve.ts';

/** A running gateway that cannot be asked, or refuses. */
const EXIT_FAILED = 1;
/** A gateway that does not answer its own API within this is not there. */
const ANSWER_MS = 10_000;
const PAGE_LENGTH = 1000;

type Row = Record<string, unknown>;
type Column = readonly [title: string, cell: (row: Row) => unknown];

const TABLES: Record<string, { about: string; columns: readonly Column[] }> = {
  devices: {
    about: 'devices that a running gateway knows',
    columns: [
      ['ID', (d) => d.id],
      ['NAME', (d) => d.name],
      ['ONLINE', (d) => (d.online ? 'yes' : 'no')],
      ['ADDRESS', (d) => d.address],
      ['TRANSPORT', (d) => d.transport],
      ['CHANNELS', (d) => d.channelCount],
      ['MODEL', (d) => [d.manufacturer, d.model].filter(Boolean).join(' ')],
    ],
  },
  channels: {
    about: 'channels that a running gateway knows',
    columns: [
      ['DEVICE', (c) => c.deviceId],
      ['CHANNEL', (c) => c.id],
      ['NAME', (c) => c.name],
      ['STATUS', (c) => c.status],
      ['MODEL', (c) => [c.manufacturer, c.model].filter(Boolean).join(' ')],
    ],
  },
  streams: {
    about: 'streams of a running gateway',
    columns: [
      ['ID', (s) => s.id],
      ['KIND', (s) => s.kind],
      ['CHANNEL', (s) => `${s.deviceId}/${s.channelId}`],
      ['STATE', (s) => s.state],
      ['TRANSPORT', (s) => s.transport],
      ['VIDEO', (s) => videoWords(s.video as Row | null)],
      ['VIEWERS', (s) => s.viewers],
      ['KBIT/S', (s) => Math.round(Number((s.stats as Row).bitrateBps) / 1000)],
    ],
  },
};

/** `gbgate devices`, `channels`, `streams`: thin clients of the API. */
export function addTables(program: Command, io: Io, exit: (status: number) => void): void {
  for (const [resource, { about, columns }] of Object.entries(TABLES)) {
    program
      .command(resource)
      .description(about)
      .option('--url <URL>', 'address of the gateway [GBGATE_URL]', io.env.GBGATE_URL || 'http://127.0.0.1:8080')
      .option('--token <TOKEN>', 'its token [GBGATE_TOKEN]')
      .option('--json', 'the answers of the API as one JSON array')
      .action(async (options: { url: string; token?: string; json?: boolean }) => {
        const token = options.token ?? io.env.GBGATE_TOKEN;
        const rows = await fetchAll(options.url, resource, token, io.signal);
        if (typeof rows === 'string') {
          complain(io, rows);
          return exit(EXIT_FAILED);
        }
        io.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : table(columns, rows));
        exit(0);
      });
  }
}

/** Every page of a list; a sentence when there is none to be had. */
async function fetchAll(
  url: string,
  resource: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Row[] | string> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    let answer: Response;
    try {
      const address = new URL(`${url.replace(/\/+$/, '')}/api/v1/${resource}`);
      address.searchParams.set('limit', String(PAGE_LENGTH));
      if (cursor !== null) address.searchParams.set('cursor', cursor);
      answer = await fetch(address, {
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      });
      const body = (await answer.json()) as { items?: Row[]; next?: string | null; detail?: string };
      if (answer.status === 401) return `${url} wants its token: give it with --token or GBGATE_TOKEN (401).`;
      if (!answer.ok || body.items === undefined) {
        return `${url} answers ${answer.status}: ${body.detail ?? 'this is no gateway'}`;
      }
      rows.push(...body.items);
      cursor = body.next ?? null;
    } catch (error) {
      const { cause, message } = error as Error;
      return `${url} cannot be asked: ${(cause as { code?: string } | undefined)?.code ?? message}.`;
    }
  } while (cursor !== null);
  return rows;
}

/** Columns as wide as their widest cell; a wide (Chinese) character takes two places in a terminal. */
export function table(columns: readonly Column[], rows: readonly Row[]): string {
  const lines = [
    columns.map(([title]) => title),
    ...rows.map((row) => columns.map(([, cell]) => printable(cell(row)))),
  ];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => places(line[i] ?? ''))));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - places(cell)))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** Names come from devices: control characters must not reach the terminal. */
export function printable(value: unknown): string {
  return String(value ?? '-').replace(/[\u0000-\u001f\u007f-\u009f]/g, '?') || '-';
}

function places(text: string): number {
  let count = 0;
  for (const character of text)
    count += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
      character,
    )
      ? 2
      : 1;
  return count;
}

function videoWords(video: Row | null): string {
  return video === null ? '-' : `${video.codec} ${video.width}x${video.height}`;
}
