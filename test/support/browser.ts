import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** The distribution's Chromium; playwright-core brings none. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** No flag here lets media play by itself: sound starts by a click, as for a person. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Browser {
  /**
   * A new tab; everything the page writes to its console as an error, and every exception, goes to `faults`. `before` is a script
   * that runs in the page before its own.
   */
  open(address: string, before?: string): Promise<Page>;
  readonly faults: string[];
  close(): Promise<void>;
}

export interface BrowserOptions {
  language?: string;
  width?: number;
  height?: number;
  /** A WAV file that is what the microphone hears, again and again; the page may use it without being asked. */
  microphone?: string;
  /** A name that leads to this machine: a page under it is none of "this computer", as for everybody else in the house. */
  host?: string;
  /** As if its user had said yes to every warning. */
  trustsAnyCertificate?: boolean;
}

/** Chromium without a window, with a fresh profile. */
export async function launchBrowser(o: BrowserOptions = {}): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'gbgate-chromium-'));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    ignoreHTTPSErrors: o.trustsAnyCertificate ?? false,
    args: [
      ...FLAGS,
      ...microphoneFlags(o.microphone),
      ...(o.host === undefined ? [] : [`--host-resolver-rules=MAP ${o.host} 127.0.0.1`]),
    ],
    locale: o.language ?? 'en-US',
    viewport: { width: o.width ?? 1280, height: o.height ?? 860 },
  });
  const faults: string[] = [];
  return {
    faults,
    async open(address, before) {
      const page = await context.newPage();
      if (before !== undefined) await page.addInitScript(before);
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(message.text());
      });
      page.on('pageerror', (error) => faults.push(String(error)));
      await page.goto(address);
      return page;
    },
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

function microphoneFlags(file: string | undefined): string[] {
  return file === undefined
    ? []
    : [
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        `--use-file-for-fake-audio-capture=${file}`,
      ];
}

export interface PlayerFacts {
  readonly currentTime: number;
  readonly bufferedEnd: number;
  readonly playbackRate: number;
  readonly videoWidth: number;
  readonly muted: boolean;
  /** Chromium's own count of what its audio decoder has eaten. */
  readonly audioBytes: number;
  readonly error: string | null;
}

/** What the video element of the page says of itself; the one inside a `<gb-player>` is found as well. */
export function playerFacts(page: Page, testId = 'player'): Promise<PlayerFacts> {
  // As text: the tests are compiled without the browser's types.
  return page.evaluate(`(() => {
    const players = [...document.querySelectorAll('gb-player')];
    const found = [document, ...players.map((player) => player.shadowRoot ?? player)]
      .map((root) => root.querySelector('[data-testid="${testId}"]'));
    const video = found.find((one) => one !== null);
    const ranges = video?.buffered;
    return {
      currentTime: video?.currentTime ?? 0,
      bufferedEnd: ranges && ranges.length > 0 ? ranges.end(ranges.length - 1) : 0,
      playbackRate: video?.playbackRate ?? 1,
      videoWidth: video?.videoWidth ?? 0,
      muted: video?.muted ?? true,
      audioBytes: video?.webkitAudioDecodedByteCount ?? 0,
      error: video?.error ? video.error.message : null,
    };
  })()`) as Promise<PlayerFacts>;
}

/** Asks until `holds`, or fails with what it saw last. */
export async function until<T>(
  what: string,
  read: () => Promise<T>,
  holds: (value: T) => boolean,
  timeoutMs = 30_000,
): Promise<T> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (performance.now() > endMs)
      throw new Error(`not within ${timeoutMs} ms: ${what}; last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

/** The words the page, or else its first `<gb-player>`, shows over the picture; empty when there are none. */
export function messageWords(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const box = document.querySelector('[data-testid="message"]')
      ?? document.querySelector('gb-player')?.shadowRoot.querySelector('.message');
    return box && getComputedStyle(box).visibility === 'visible' && box.offsetParent !== null ? box.innerText : '';
  })()`) as Promise<string>;
}
