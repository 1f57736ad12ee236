import type { Page } from 'playwright-core';
import type { Browser } from './browser.ts';
import { until } from './browser.ts';
import { type RunningGateway, TOKEN } from './gbgate.ts';

/**
 * Runs in the page before its own program: without a worker the player's socket is the page's, and every fragment can be read. Each
 * picture of the simulated recorder carries its own time (an SEI); here it is kept by the media time of the picture.
 */
export const WITNESS = `
  Object.defineProperty(MediaSource, 'canConstructInDedicatedWorker', { value: undefined });
  window.times = new Map();
  window.seen = [];
  const decoder = new TextDecoder('latin1');
  const witness = (bytes) => {
    const view = new DataView(bytes);
    const text = decoder.decode(bytes);
    // box by box: 'tfhd' says which track, 'tfdt' when, 'trun' how much later it is shown, the mark when it was filmed
    for (let moof = text.indexOf('moof'); moof >= 0; moof = text.indexOf('moof', moof + 4)) {
      const [tfhd, tfdt, trun] = ['tfhd', 'tfdt', 'trun'].map((name) => text.indexOf(name, moof) + 4);
      const mark = /gbgate-footage-1t=(\\d{15})/.exec(text.slice(trun));
      const next = text.indexOf('moof', moof + 4);
      if (mark === null || (next >= 0 && trun + mark.index > next)) continue;
      const dts = view.getUint32(tfdt + 4) * 2 ** 32 + view.getUint32(tfdt + 8);
      const pts = dts + view.getInt32(trun + 24);
      window.times.set(Math.round(pts / 90), Number(mark[1]));
    }
  };
  const Plain = WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => typeof data === 'string' ? window.seen.push(JSON.parse(data)) : witness(data));
    }
  };
`;

/** Watches the picture on the screen beside the clock that the player shows: in each frame that the browser draws. */
const JUDGE = `
  window.judged = { pictures: 0, worstMs: 0, unknown: 0, newest: 0, clock: 0 };
  window.begin = () => Object.assign(window.judged, { pictures: 0, worstMs: 0, unknown: 0 });
  const player = document.querySelector('gb-player');
  const look = (_, { mediaTime }) => {
    player.video.requestVideoFrameCallback(look);
    const ms = Math.round(mediaTime * 1000);
    const own = [0, 1, -1].map((off) => window.times.get(ms + off)).find((time) => time !== undefined);
    const { judged } = window;
    if (own === undefined) { judged.unknown += 1; return; }
    judged.pictures += 1;
    judged.newest = own;
    // the player is told of the picture in the same moment, before or after this
    setTimeout(() => {
      if (judged.newest !== own) return;
      judged.clock = player.contentTime.getTime();
      const error = Math.abs(judged.clock - own);
      if (error > judged.worstMs) { judged.worstMs = error; judged.worst = [own, judged.clock, mediaTime]; }
    });
  };
  player.video.requestVideoFrameCallback(look);
`;

/** What was seen since the last `begin`. */
export interface Judged {
  readonly pictures: number;
  /** How far the player's clock was from the picture's own time, at the worst. */
  readonly worstMs: number;
  /** Pictures whose own time is not known. */
  readonly unknown: number;
  /** Own time of the picture on the screen, and what the player says. */
  readonly newest: number;
  readonly clock: number;
  readonly worst?: readonly number[];
}

/** A playback in Chromium, and a judge who holds the player's clock against the pictures themselves. */
export class PlaybackPage {
  readonly page: Page;
  readonly streamId: string;

  private constructor(page: Page, streamId: string) {
    this.page = page;
    this.streamId = streamId;
  }

  /** Asks for the range and shows it. `address` makes the viewer's address of the stream's id; with the token when not said. */
  static async open(
    browser: Browser,
    gateway: RunningGateway,
    o: {
      deviceId: string;
      channelId: string;
      startEpochMs: number;
      endEpochMs: number;
      transport?: string;
      address?: (stream: { id: string; urls: { ws: string } }) => string;
      attributes?: string;
    },
  ): Promise<PlaybackPage> {
    const path = `/api/v1/devices/${o.deviceId}/channels/${o.channelId}/playback?waitSeconds=40`;
    const range = { start: new Date(o.startEpochMs).toISOString(), end: new Date(o.endEpochMs).toISOString() };
    const { status, body } = await gateway.api('POST', path, { ...range, transport: o.transport ?? 'tcp-passive' });
    if (status !== 201) throw new Error(`no playback: ${status} ${JSON.stringify(body)}`);
    const src = o.address?.(body) ?? `/streams/${body.id}.mp4?token=${TOKEN}`;
    const page = await browser.open(`${gateway.http}/healthz`, WITNESS);
    await page.evaluate(`document.body.innerHTML = '<gb-player muted ${o.attributes ?? ''} src="${src}"></gb-player>'`);
    await page.addScriptTag({ url: '/player.js', type: 'module' });
    await page.waitForFunction("document.querySelector('gb-player').video !== undefined");
    await page.evaluate(JUDGE);
    return new PlaybackPage(page, body.id);
  }

  /** The value of an expression over `player`. */
  ask<T>(expression: string): Promise<T> {
    return this.page.evaluate(
      `(async () => { const player = document.querySelector('gb-player'); return ${expression}; })()`,
    ) as Promise<T>;
  }

  judged(): Promise<Judged> {
    return this.ask<Judged>('({ ...window.judged })');
  }

  /** Forgets what was seen so far. */
  begin(): Promise<void> {
    return this.ask('void window.begin()');
  }

  /** Waits for pictures that were filmed within so many milliseconds after `epochMs`. */
  shows(what: string, epochMs: number, withinMs: number, limitMs = 60_000): Promise<Judged> {
    return until(
      what,
      () => this.judged(),
      (seen) => seen.newest >= epochMs && seen.newest < epochMs + withinMs,
      limitMs,
    );
  }
}
