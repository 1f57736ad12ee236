import type { Command } from 'commander';
import { faultSentence, GatewayClient } from './gateway-client.ts';
import type { Io } from './io.ts';
import { complain } from './serve.ts';

/** A running gateway that cannot be asked, or refuses. */
const EXIT_FAILED = 1;
const PAGE_LENGTH = 1000;

type Row = Record<string, unknown>;
type Page = { items?: Row[]; next?: string | null };
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
        const rows = await fetchAll(new GatewayClient(options.url, token), resource, io.signal);
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
async function fetchAll(client: GatewayClient, resource: string, signal: AbortSignal): Promise<Row[] | string> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  try {
    do {
      const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const body = (await client.ask('GET', `${resource}?limit=${PAGE_LENGTH}${after}`, { signal })) as Page | null;
      if (!Array.isArray(body?.items)) return `${client.url} answers without a list: this is no gateway.`;
      rows.push(...body.items);
      cursor = body.next ?? null;
    } while (cursor !== null);
  } catch (error) {
    return faultSentence(client, error);
  }
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
