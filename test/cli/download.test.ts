import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { main } from '../../src/cli/main.ts';
import { until } from '../support/gbgate.ts';

const folders: string[] = [];
after(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'gbgate-download-'));
  folders.push(path);
  return path;
}

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251));
const D = '34020000001320000001';
const C = '34020000001310000001';
const RANGE = ['--from', '2026-01-05T14:00:00+08:00', '--to', '2026-01-05T14:10:00+08:00'];

type Body = Record<string, any>;

/** A gateway that does what the test says. `looks`: what a job says at each look, the last one from then on. */
class Scripted {
  readonly asked: { method: string; path: string; body: Body; headers: IncomingMessage['headers'] }[] = [];
  readonly jobs: Body[] = [];
  looks: Body[] = [{ state: 'complete', progress: 1, receivedMs: 600_000, bytes: CONTENT.length }];
  creation: { status: number; body: Body } | null = null;
  sendFile: (request: IncomingMessage, response: ServerResponse) => void = (request, response) =>
    whole(request, response);
  #looked = new Map<string, number>();
  readonly server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const { method = '', url = '', headers } = request;
    const path = url.replace('/api/v1/', '');
    this.asked.push({ method, path, body: text === '' ? {} : JSON.parse(text), headers });
    this.#answer(method, path, text === '' ? {} : JSON.parse(text), request, response);
  });

  #answer(method: string, path: string, body: Body, request: IncomingMessage, response: ServerResponse): unknown {
    const json = (status: number, value: Body) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (request.headers.authorization !== 'Bearer T') return json(401, { detail: 'no' });
    if (path === 'system') return json(200, { timeZone: 'Asia/Shanghai' });
    if (method === 'POST' && path.endsWith('/downloads')) {
      if (this.creation !== null) return json(this.creation.status, this.creation.body);
      const [, deviceId, , channelId] = path.split('/');
      const id = `j${this.jobs.length + 1}`;
      const name = `${body.start.slice(0, 19).replaceAll(/[-:]/g, '')}--x.mp4`;
      this.jobs.push({
        id,
        ...body,
        path: `downloads/${deviceId}/${channelId}/${name}`,
        state: 'queued',
        progress: 0,
        receivedMs: 0,
        bytes: 0,
        missing: [],
      });
      return json(202, this.jobs.at(-1) ?? {});
    }
    const [, id = '', rest] = /^downloads\/(\w+)(?:\/(\w+))?$/.exec(path) ?? [];
    const job = this.jobs.find((one) => one.id === id);
    if (job === undefined) return json(404, { detail: `There is no ${path}.` });
    if (rest === 'cancel') {
      job.state = 'cancelled';
      return json(200, job);
    }
    if (rest === 'file') return this.sendFile(request, response);
    const looked = this.#looked.get(id) ?? 0;
    this.#looked.set(id, looked + 1);
    if (job.state !== 'cancelled') Object.assign(job, this.looks[Math.min(looked, this.looks.length - 1)]);
    return json(200, job);
  }
}

/** The file, or the range that is asked for when it is still the same. */
function whole(request: IncomingMessage, response: ServerResponse, o: { etag?: string; cutAfter?: number } = {}): void {
  const etag = o.etag ?? '"one"';
  const from = request.headers['if-range'] === etag ? Number(/=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
  const rest = CONTENT.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    etag,
    'content-length': rest.length,
    ...(from > 0 ? { 'content-range': `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}` } : {}),
  });
  if (o.cutAfter === undefined) response.end(rest);
  else response.write(rest.subarray(0, o.cutAfter), () => setTimeout(() => response.destroy(), 50));
}

/** Runs the command against a scripted gateway. */
async function world() {
  const gateway = new Scripted();
  gateway.server.listen(0, '127.0.0.1');
  await once(gateway.server, 'listening');
  const url = `http://127.0.0.1:${(gateway.server.address() as AddressInfo).port}`;
  const cwd = folder();
  const stop = new AbortController();
  const out = { stdout: '', stderr: '' };
  return {
    gateway,
    url,
    cwd,
    stop,
    out,
    run(args: string[], o: { isTTY?: boolean } = {}) {
      return main(['download', '--url', url, '--token', 'T', ...args], {
        env: {},
        stdout: { write: (text: string) => (out.stdout += text) },
        stderr: { write: (text: string) => (out.stderr += text), isTTY: o.isTTY === true },
        signal: stop.signal,
        version: '0',
      });
    },
    lines: () =>
      out.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Body),
    files: () => readdirSync(cwd).sort(),
    close() {
      gateway.server.closeAllConnections();
      gateway.server.close();
    },
  };
}

describe('gbgate download', { timeout: 60_000 }, () => {
  it('asks for the range, waits for the job and fetches its file: status 0, the name on stdout', async () => {
    const o = await world();
    o.gateway.looks = [
      { state: 'running', progress: 0.5, receivedMs: 300_000, bytes: 1000 },
      { state: 'complete', progress: 1, receivedMs: 600_000, bytes: CONTENT.length },
    ];
    const file = join(o.cwd, 'new', 'a.mp4');
    const status = await o.run([`${D}/${C}`, ...RANGE, '--speed', '8', '--transport', 'udp', '--exact', '-o', file]);
    o.close();
    assert.equal(status, 0, o.out.stderr);
    assert.deepEqual(readFileSync(file), CONTENT);
    assert.equal(o.out.stdout, `${file}\n`);
    assert.match(o.out.stderr, /complete: 10:00 of content, 0\.3 MB/);
    const asked = o.gateway.asked.find(({ method }) => method === 'POST');
    assert.equal(asked?.path, `devices/${D}/channels/${C}/downloads`);
    assert.deepEqual(asked?.body, {
      start: '2026-01-05T06:00:00.000Z',
      end: '2026-01-05T06:10:00.000Z',
      speed: 8,
      transport: 'udp',
      exact: true,
    });
    assert.match(String(asked?.headers['idempotency-key']), /^[0-9a-f-]{36}$/);
    assert.deepEqual(readdirSync(join(o.cwd, 'new')), ['a.mp4'], 'no part is left');
  });

  it('takes the name of the gateway in a folder, beside one that is there', async () => {
    const o = await world();
    assert.equal(await o.run([`${D}/${C}`, ...RANGE, '-o', o.cwd]), 0, o.out.stderr);
    assert.equal(await o.run([`${D}/${C}`, ...RANGE, '-o', o.cwd]), 0, o.out.stderr);
    o.close();
    assert.deepEqual(o.files(), ['20260105T060000--x-2.mp4', '20260105T060000--x.mp4']);
  });

  it('says 3 and names the gaps when the device does not have all of it', async () => {
    const missing = [{ start: '2026-01-05T14:03:00+08:00', end: '2026-01-05T14:04:00+08:00' }];
    for (const args of [[], ['--json']]) {
      const o = await world();
      o.gateway.looks = [{ state: 'partial', progress: 1, receivedMs: 540_000, bytes: CONTENT.length, missing }];
      const file = join(o.cwd, 'a.mp4');
      assert.equal(await o.run([`${D}/${C}`, ...RANGE, '-o', file, ...args]), 3);
      o.close();
      assert.deepEqual(readFileSync(file), CONTENT);
      if (args.length === 0) assert.match(o.out.stderr, /missing 2026-01-05T14:03:00\+08:00 to 2026-01-05T14:04:00/);
      else
        assert.deepEqual(o.lines().at(-1), {
          event: 'partial',
          range: 1,
          id: 'j1',
          file,
          bytes: CONTENT.length,
          missing,
        });
    }
  });

  it('says 1 and why when the job fails, is cancelled by somebody, or is refused', async () => {
    for (const [script, words] of [
      [
        { looks: [{ state: 'failed', error: { code: 'disk_full', detail: 'The disk is full.' } }] },
        /failed: The disk is full\./,
      ],
      [{ looks: [{ state: 'failed', error: 'no\u001b[31m media' }] }, /failed: no\?\[31m media/],
      [{ looks: [{ state: 'cancelled' }] }, /cancelled: somebody cancelled it/],
      [{ creation: { status: 404, body: { detail: 'No such device.' } } }, /answers 404: No such device\./],
    ] as [Partial<Scripted>, RegExp][]) {
      const o = await world();
      Object.assign(o.gateway, script);
      assert.equal(await o.run([`${D}/${C}`, ...RANGE, '-o', join(o.cwd, 'a.mp4')]), 1);
      o.close();
      assert.match(o.out.stderr, words);
      assert.equal(o.out.stdout, '');
      assert.deepEqual(o.files(), []);
    }
    const o = await world();
    assert.equal(await o.run([`${D}/${C}`, ...RANGE, '--token', 'wrong']), 1);
    assert.match(o.out.stderr, /wants its token.*401/);
    o.close();
    await once(o.gateway.server, 'close');
    assert.equal(await o.run([`${D}/${C}`, ...RANGE]), 1);
    assert.match(o.out.stderr, /cannot be asked: ECONNREFUSED/);
  });

  it('says 2 for options that make no sense, before anything is asked for', async () => {
    const o = await world();
    const list = join(o.cwd, 'list');
    writeFileSync(list, `${D}/${C} 2026-01-05T14:00 +10m a.mp4\n\n# nothing\n${D}/${C} 2026-01-05T15:00\n`);
    const twice = join(o.cwd, 'twice');
    writeFileSync(twice, `${D}/${C} 2026-01-05T14:00 +1m a.mp4\n${D}/${C} 2026-01-05T15:00 +1m a.mp4\n`);
    const empty = join(o.cwd, 'empty');
    writeFileSync(empty, '# nothing\n');
    for (const [args, words] of [
      [[], /needs DEVICE\/CHANNEL, --from TIME and --to TIME/],
      [[D, ...RANGE], /needs DEVICE\/CHANNEL/],
      [[`${D}/${C}`, '--from', '0'], /needs DEVICE\/CHANNEL/],
      [[`${D}/${C}`, '--from', 'noon', '--to', '1'], /noon is no time such as .*Asia\/Shanghai/],
      [[`${D}/${C}`, '--from', '100', '--to', '2026-02-30 10:00'], /2026-02-30 10:00 is no time/],
      [[`${D}/${C}`, '--from', '100', '--to', '100'], /ends before it begins/],
      [[`${D}/${C}`, ...RANGE, '--speed', 'fast'], /--speed must be a number/],
      [[`${D}/${C}`, ...RANGE, '--speed', '0'], /--speed must be a number/],
      [[`${D}/${C}`, ...RANGE, '--speed', '0.5'], /--speed must be a number from 1 to 64/],
      [[`${D}/${C}`, ...RANGE, '--speed', '65'], /--speed must be a number from 1 to 64/],
      [[`${D}/${C}`, ...RANGE, '--transport', 'pigeon'], /transport/],
      [[`${D}/${C}`, ...RANGE, '-o', list], /is there already; --force writes over it/],
      [[`${D}/${C}`, ...RANGE, '-o', join(list, 'x.mp4')], /cannot be made/],
      [['--list', list], /In the list .* line 4 is not DEVICE\/CHANNEL FROM TO/],
      [['--list', twice], /names the file a\.mp4 twice/],
      [['--list', empty], /there is no range in it/],
      [['--list', join(o.cwd, 'none')], /cannot be read: ENOENT/],
      [['--list', list, ...RANGE], /not from both/],
    ] as [string[], RegExp][]) {
      o.out.stderr = '';
      assert.equal(await o.run(args), 2, `${args}`);
      assert.match(o.out.stderr, words);
      assert.match(o.out.stderr, /^gbgate: [^\n]+\n$/);
    }
    assert.deepEqual(o.gateway.jobs, []);
    o.close();
  });

  it('Ctrl-C cancels the job at the gateway, leaves no file, and says 130', async () => {
    const o = await world();
    o.gateway.looks = [{ state: 'running', progress: 0.2, receivedMs: 1, bytes: 1 }];
    const ended = o.run([`${D}/${C}`, ...RANGE, '-o', join(o.cwd, 'a.mp4'), '--json']);
    await until('the job to run', () => o.gateway.jobs[0]?.state === 'running');
    o.stop.abort();
    assert.equal(await ended, 130);
    assert.equal(o.gateway.jobs[0]?.state, 'cancelled');
    assert.deepEqual(o.lines().at(-1), { event: 'cancelled', range: 1, id: 'j1', error: 'called off' });
    o.close();
    assert.deepEqual(o.files(), []);
  });

  it('Ctrl-C in the middle of the file leaves no part of it', async () => {
    const o = await world();
    let began = false;
    o.gateway.sendFile = (_request, response) => {
      response.writeHead(200, { etag: '"one"', 'content-length': CONTENT.length });
      response.write(CONTENT.subarray(0, 1000), () => {
        began = true;
      });
    };
    const ended = o.run([`${D}/${C}`, ...RANGE, '-o', join(o.cwd, 'a.mp4')]);
    await until('the file to come', () => began && o.files().includes('a.mp4.part'));
    o.stop.abort();
    assert.equal(await ended, 130);
    o.close();
    assert.deepEqual(o.files(), []);
  });

  it('goes on with the file where a transfer broke', async () => {
    const o = await world();
    let times = 0;
    o.gateway.sendFile = (request, response) => {
      times += 1;
      whole(request, response, times < 3 ? { cutAfter: 100_000 } : {});
    };
    const file = join(o.cwd, 'a.mp4');
    assert.equal(await o.run([`${D}/${C}`, ...RANGE, '-o', file]), 0, o.out.stderr);
    o.close();
    assert.deepEqual(readFileSync(file), CONTENT);
    const ranges = o.gateway.asked.filter(({ path }) => path.endsWith('/file')).map(({ headers }) => headers.range);
    assert.equal(ranges.length, 3);
    assert.equal(ranges[0], undefined);
    const starts = ranges.slice(1).map((range) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]));
    assert.ok(starts[0]! > 0 && starts[1]! > starts[0]!, `${ranges}`);
  });

  it('takes a file of unknown length for whole only when it ends as it should', async () => {
    const o = await world();
    let times = 0;
    o.gateway.sendFile = (_request, response) => {
      times += 1;
      response.writeHead(200, { etag: '"one"' });
      if (times === 1) response.write(CONTENT.subarray(0, 1000), () => setTimeout(() => response.destroy(), 50));
      else response.end(CONTENT);
    };
    const file = join(o.cwd, 'a.mp4');
    assert.equal(await o.run([`${D}/${C}`, ...RANGE, '-o', file]), 0, o.out.stderr);
    o.close();
    assert.deepEqual(readFileSync(file), CONTENT);
    assert.equal(times, 2);
  });

  it('begins the file anew when it is another one by then', async () => {
    const o = await world();
    let times = 0;
    o.gateway.sendFile = (request, response) => {
      times += 1;
      whole(request, response, times === 1 ? { cutAfter: 150_000 } : { etag: '"two"' });
    };
    const file = join(o.cwd, 'a.mp4');
    assert.equal(await o.run([`${D}/${C}`, ...RANGE, '-o', file]), 0, o.out.stderr);
    o.close();
    assert.deepEqual(readFileSync(file), CONTENT);
    assert.equal(times, 2);
  });

  it('waits for a gateway that restarts', async () => {
    const o = await world();
    o.gateway.looks = [{ state: 'running', progress: 0.1, receivedMs: 1, bytes: 1 }];
    const file = join(o.cwd, 'a.mp4');
    const ended = o.run([`${D}/${C}`, ...RANGE, '-o', file], { isTTY: true });
    await until('the job to run', () => o.gateway.jobs[0]?.state === 'running');
    const { port } = o.gateway.server.address() as AddressInfo;
    o.close();
    await once(o.gateway.server, 'close');
    await until('the words about it', () => o.out.stderr.includes('the gateway does not answer, waiting for it'));
    o.gateway.looks = [{ state: 'complete', progress: 1, receivedMs: 600_000, bytes: CONTENT.length }];
    o.gateway.server.listen(port, '127.0.0.1');
    assert.equal(await ended, 0, o.out.stderr);
    o.close();
    assert.deepEqual(readFileSync(file), CONTENT);
    assert.ok(o.out.stderr.includes('\r\u001b[K['), 'a line that is drawn anew');
  });

  it('waits with the next range of a list, too, when the gateway goes away between two, and asks under one key', async () => {
    const o = await world();
    const list = join(o.cwd, 'list.txt');
    writeFileSync(list, Array.from({ length: 20 }, (_, i) => `${D}/${C} ${1_767_592_800 + i * 60} +1m\n`).join(''));
    const away = [
      { status: 503, body: { code: 'shutting_down', detail: 'The gateway is shutting down.' } },
      { status: 502, body: {} },
    ];
    const keys = () =>
      o.gateway.asked.filter(({ method }) => method === 'POST').map((a) => a.headers['idempotency-key']);
    o.gateway.creation = away[0]!;
    const ended = o.run(['--list', list, '-o', o.cwd]);
    await until('eight that are asked', () => new Set(keys()).size === 8);
    o.gateway.creation = away[1]!;
    await until('that they are asked again', () => keys().length >= 32);
    assert.equal(new Set(keys()).size, 8, 'nobody has gone on to the next range');
    o.gateway.creation = null;
    assert.equal(await ended, 0, o.out.stderr);
    o.close();
    assert.equal(new Set(keys()).size, 20);
    assert.equal(o.gateway.jobs.length, 20);
  });

  it('two commands at once that want the same name get a file each', async () => {
    const [a, b] = [await world(), await world()];
    a.gateway.sendFile = (_request, response) => response.writeHead(200, { etag: '"x"' }).write('begun'); // and no more
    const first = a.run([`${D}/${C}`, ...RANGE, '-o', `${a.cwd}/`]);
    await until('the first to have begun its file', () => a.files().length === 1);
    const [part = ''] = a.files();
    assert.equal(await b.run([`${D}/${C}`, ...RANGE, '-o', `${a.cwd}/`]), 0, b.out.stderr);
    b.close();
    const name = part.replace(/\.part$/, '');
    assert.deepEqual(a.files(), [part, name.replace('.mp4', '-2.mp4')].sort());
    assert.deepEqual(readFileSync(join(a.cwd, name.replace('.mp4', '-2.mp4'))), CONTENT);
    a.stop.abort();
    assert.equal(await first, 130);
    a.close();
    assert.deepEqual(a.files(), [name.replace('.mp4', '-2.mp4')]);
  });

  it('a list: every range a file, the worst of all as status', async () => {
    const o = await world();
    const list = join(o.cwd, 'list.txt');
    const lines = Array.from(
      { length: 12 },
      (_, i) => `${D}/${C} 2026-01-05T${String(i + 8).padStart(2, '0')}:00 +10m`,
    );
    writeFileSync(list, `# morning\r\n${lines.join('\r\n')} named.mp4  # the last\r\n`);
    const target = join(o.cwd, 'out');
    assert.equal(await o.run(['--list', list, '-o', target, '--json']), 0, o.out.stderr);
    assert.equal(o.gateway.jobs.length, 12);
    assert.equal(
      o.gateway.jobs.find(({ start }) => start === '2026-01-05T00:00:00.000Z')?.end,
      '2026-01-05T00:10:00.000Z',
    );
    const names = readdirSync(target).sort();
    assert.equal(names.length, 12);
    assert.ok(names.includes('named.mp4'));
    for (const name of names) assert.deepEqual(readFileSync(join(target, name)), CONTENT, name);
    const ends = o.lines().filter(({ event }) => event === 'complete');
    assert.deepEqual(
      ends.map(({ range }) => range).sort((a, b) => a - b),
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    assert.equal(
      o.lines().find(({ event, download }) => event === 'download' && download.state === 'queued')?.range,
      1,
    );

    const answer = o.gateway.looks[0];
    let count = 0;
    Object.defineProperty(o.gateway, 'looks', {
      get: () => {
        count += 1;
        return [{ ...answer, state: count < 20 ? 'partial' : 'failed' }];
      },
    });
    assert.equal(await o.run(['--list', list, '-o', join(o.cwd, 'out2'), '--json']), 1);
    o.close();
  });
});
