import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fragment } from '../../src/media/frame.ts';
import type { Download } from '../../src/record/download-row.ts';
import { Downloads, type DownloadsPorts, type DownloadWish } from '../../src/record/downloads.ts';
import type { FootageEvent, FootageRange, FootageSpan } from '../../src/record/source.ts';
import { FakeClock, settle } from '../support/clock.ts';
import { makeClip } from './clip.ts';

/** What the scripted device has filmed: 12 s, a key frame each second, 25 frames a second. */
export const START = Date.UTC(2026, 8, 30, 4);
export const clip = makeClip({ codec: 'libx264', seconds: 12, gop: 25, audio: 'flac' });
export const FRAMES = clip.fragments.length;
export const RANGE: FootageSpan = { startEpochMs: START, endEpochMs: START + 12_000 };

/** One call to the scripted device. */
export interface ScriptedCall {
  readonly range: FootageRange;
  readonly isStopped: boolean;
  /** Calls of `hold` and `release`, in order. */
  readonly holds: string[];
  on(event: FootageEvent): void;
  /** Pictures of these numbers; content time counts from what was asked, as it does for devices whose time stamps are no capture times. */
  play(from: number, to: number, o?: { firstEpochMs?: number; change?: (fragment: Fragment) => Fragment }): void;
  /** What a device without faults sends of the range, from the key frame before it on, and the end. */
  playRange(): void;
  end(why: Extract<FootageEvent, { type: 'end' }>['end']['why'], status?: number): void;
}

export type Script = (call: ScriptedCall, index: number, world: DownloadWorld) => void;

/** Downloads from a scripted device, on a simulated clock, into a folder of their own. */
export class DownloadWorld {
  readonly clock = new FakeClock(Date.UTC(2026, 10, 21));
  readonly folder = mkdtempSync(join(tmpdir(), 'gbgate-downloads-'));
  readonly rows = new Map<string, Download>();
  readonly calls: ScriptedCall[] = [];
  readonly told: { what: string; row: Download }[] = [];
  readonly finds: FootageSpan[] = [];
  found: { spans: FootageSpan[]; complete: boolean } | { fault: string } = { spans: [RANGE], complete: true };
  isOnline = true;
  downloads: Downloads;
  #script: Script;
  readonly #o: Partial<DownloadsPorts>;
  #ids = 0;

  constructor(script: Script, o: Partial<DownloadsPorts> = {}) {
    this.#script = script;
    this.#o = o;
    this.downloads = this.reopen();
  }

  set script(script: Script) {
    this.#script = script;
  }

  /** As a process finds it that begins now. */
  reopen(): Downloads {
    this.downloads = new Downloads({
      find: async (_device, _channel, startEpochMs, endEpochMs) => {
        this.finds.push({ startEpochMs, endEpochMs });
        return this.found;
      },
      open: (range, on) => this.#open(range, on),
      clock: this.clock,
      isOnline: () => this.isOnline,
      absolutePath: (path) => join(this.folder, path),
      rows: {
        list: () => [...this.rows.values()].map((row) => structuredClone(row)),
        put: (row) => void this.rows.set(row.id, structuredClone(row)),
        delete: (id) => void this.rows.delete(id),
      },
      timeZone: 'Asia/Shanghai',
      newId: () => `d${++this.#ids}`,
      tell: (what, row) => void this.told.push({ what, row: structuredClone(row) }),
      ...this.#o,
    });
    return this.downloads;
  }

  ask(wish: Partial<DownloadWish> = {}): Download {
    const row = this.downloads.add({
      deviceId: '34020000001180000001',
      channelId: '34020000001310000001',
      ...RANGE,
      speed: 8,
      transport: 'auto',
      exact: false,
      priority: 0,
      ...wish,
    });
    if (row === null) throw new Error('refused');
    return row;
  }

  /** Lets everything happen that is due within this time. */
  async pass(ms = 0): Promise<void> {
    for (let i = 0; i < 3; i += 1) {
      await this.clock.advance(i === 0 ? ms : 0);
      await diskIsIdle();
    }
  }

  /** Until it is over, by small steps of the clock. */
  async over(row: Download, stepMs = 1000): Promise<Download> {
    for (let i = 0; i < 2000; i += 1) {
      if (['complete', 'partial', 'failed', 'cancelled'].includes(row.state)) return row;
      await this.clock.advance(stepMs);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error(`never over: ${JSON.stringify(row)}`);
  }

  pathOf(row: Download): string {
    return join(this.folder, row.path);
  }

  whats(): string[] {
    return this.told.map(({ what }) => what);
  }

  async close(): Promise<void> {
    await this.downloads.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #open(range: FootageRange, on: (event: FootageEvent) => void) {
    const index = this.calls.length;
    let isStopped = false;
    const holds: string[] = [];
    let isDescribed = false;
    // each call has a time base of its own
    const shift90k = index * 333_000;
    const call: ScriptedCall = {
      range,
      holds,
      get isStopped() {
        return isStopped;
      },
      on,
      play(from, to, o = {}) {
        if (!isDescribed) {
          on({ type: 'started', transport: 'tcp-passive', filesizeBytes: 0, offeredSpeeds: null });
          on({ type: 'init', init: { ...clip.init, generation: index + 1 } });
        }
        isDescribed = true;
        const firstEpochMs = o.firstEpochMs ?? range.startEpochMs;
        for (let n = from; n < to; n += 1) {
          const fragment = shifted(clip.fragments[n]!, shift90k, index + 1);
          on({
            type: 'fragment',
            fragment: o.change?.(fragment) ?? fragment,
            contentEpochMs: firstEpochMs + (n - from) * 40,
          });
        }
      },
      playRange() {
        const from = Math.max(0, Math.floor((range.startEpochMs - START) / 1000) * 25);
        call.play(from, Math.min(FRAMES, Math.ceil((range.endEpochMs - START) / 40)));
        call.end('media-status');
      },
      end(why, status) {
        on({ type: 'end', end: { why, detail: `it ended: ${why}`, ...(status === undefined ? {} : { status }) } });
      },
    };
    this.calls.push(call);
    void settle().then(() => {
      if (!isStopped) this.#script(call, index, this);
    });
    return {
      hold: () => void holds.push('hold'),
      release: () => void holds.push('release'),
      stop: async () => {
        isStopped = true;
      },
    };
  }
}

function shifted(fragment: Fragment, by90k: number, generation: number): Fragment {
  return {
    ...fragment,
    generation,
    dts90k: fragment.dts90k + by90k,
    samples: fragment.samples.map((sample) => ({
      ...sample,
      dts: sample.dts + (sample.track === 'video' ? by90k : (by90k * 8000) / 90_000),
    })),
  };
}

/** Until nothing is read or written any more: the disk is a real one, and takes what time it likes. */
async function diskIsIdle(): Promise<void> {
  for (let idle = 0; idle < 4; ) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const isBusy = process.getActiveResourcesInfo().some((kind) => /^(?:FSReq|FileHandle)/.test(kind));
    idle = isBusy ? 0 : idle + 1;
  }
}
