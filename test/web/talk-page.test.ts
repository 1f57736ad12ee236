/** The talk button with a scripted gateway: Chromium whose microphone hears a tone, a speaker's socket in the hands of the test. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launchBrowser, playerFacts, until } from '../support/browser.ts';
import { type Clip, makeClip } from '../support/clip.ts';
import { StandIn, type Viewer } from '../support/stand-in.ts';
import { frequencyOf, microphoneFile, tone } from '../support/tone.ts';

const DEVICE = {
  id: '34020000001320000001',
  name: 'Gate',
  manufacturer: 'Acme',
  model: 'C1',
  online: true,
  channelCount: 1,
};
const CHANNEL = { id: '34020000001310000001', deviceId: DEVICE.id, name: 'North door', status: 'on' };
const HZ = 440;
const FRAME_BYTES = 320;
const TALK = '[data-testid="talk"]';
const SAID = '[data-testid="talk-said"]';
/** Long enough for a few frames, when any are sent at all. */
const SEVERAL_FRAMES_MS = 400;
/** Keeps what the page gives to the loudspeaker, and whether it is loud. */
const LISTENER = `
  window.played = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (when) {
    window.played.push(...this.buffer.getChannelData(0));
    start.call(this, when);
  };
  const make = AudioContext.prototype.createGain;
  AudioContext.prototype.createGain = function () {
    window.loudness = make.call(this);
    return window.loudness;
  };
`;

/** One who speaks, as the gateway has him. */
interface Speaker {
  readonly viewer: Viewer;
  readonly frames: Buffer[];
  isClosed: boolean;
}

/** Of two colours as `rgb(r, g, b)` (WCAG 2.2). */
function contrast(...colours: [string, string]): number {
  const [light, dark] = colours
    .map((colour) => {
      const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
        const share = Number(part) / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    })
    .sort((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

describe('the talk button', { timeout: 180_000 }, () => {
  let browser: Browser;
  let folder: string;
  let clip: Clip;
  let standIn: StandIn;
  let page: Page;
  let speakers: Speaker[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gbgate-microphone-'));
    const microphone = join(folder, 'tone.wav');
    await writeFile(microphone, microphoneFile(HZ));
    [browser, clip] = await Promise.all([
      launchBrowser({ microphone }),
      makeClip({ seconds: 20, width: 320, height: 240, audio: true }),
    ]);
  });
  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    standIn = await StandIn.open();
    speakers = [];
    standIn.answers.set('GET devices', { items: [DEVICE], next: null });
    standIn.answers.set('GET channels', { items: [CHANNEL], next: null });
    standIn.answers.set('GET recordings', { items: [], next: null });
    standIn.answers.set('GET groups', { items: [], next: null });
    standIn.answers.set(`GET devices/${DEVICE.id}/profile`, { learned: {}, byHand: {} });
    standIn.answers.set(`POST devices/${DEVICE.id}/channels/${CHANNEL.id}/live`, { id: 's1' });
    standIn.onViewer = (viewer) => {
      if (!viewer.url.includes('/talk/')) {
        viewer.describe(clip);
        void viewer.play(clip, 0, 500, 25);
        return;
      }
      const speaker: Speaker = { viewer, frames: [], isClosed: false };
      speakers.push(speaker);
      viewer.socket.on('close', () => {
        speaker.isClosed = true;
      });
      viewer.socket.on('message', (data, isBinary) => isBinary && speaker.frames.push(data as Buffer));
      viewer.text({ type: 'state', state: 'calling' });
      viewer.text({ type: 'state', state: 'talking', id: 't1', mode: 'broadcast', codec: 'pcma', transport: 'udp' });
    };
  });
  afterEach(async () => {
    await page?.close();
    await standIn.close();
  });

  const open = async (script = '') => {
    page = await browser.open(
      `${standIn.address}#/live/${DEVICE.id}/${CHANNEL.id}`,
      `localStorage.setItem('gbgate.token', '${standIn.token}');${script}`,
    );
    await page.waitForSelector(TALK, { timeout: 30_000 });
  };
  const phase = (wanted: string) => page.waitForSelector(`[data-testid="talk-box"][data-phase="${wanted}"]`);
  const blocked = (wanted: string) =>
    page.waitForSelector(`[data-testid="talk-box"][data-blocked="${wanted}"]`, { timeout: 30_000 });
  const saidIs = (words: RegExp) =>
    until(
      `the words ${words}`,
      async () => (await page.textContent(SAID)) ?? '',
      (said) => words.test(said),
    );
  const middle = async () => {
    const box = await page.locator(TALK).boundingBox();
    assert.ok(box !== null);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
  const press = async () => {
    const { x, y } = await middle();
    await page.mouse.move(x, y);
    await page.mouse.down();
  };
  /** The loud second that has been said so far. */
  const heard = async (speaker: () => Speaker | undefined): Promise<void> => {
    const loud = () =>
      (speaker()?.frames ?? [])
        .map((frame) => Int16Array.from({ length: frame.length / 2 }, (_, i) => frame.readInt16LE(2 * i)))
        .filter((pcm) => pcm.some((sample) => Math.abs(sample) > 2000));
    await until(
      'half a second of the tone',
      async () => loud().length,
      (count) => count >= 25,
    );
    const hz = frequencyOf(
      Int16Array.from(
        loud()
          .slice(0, 25)
          .flatMap((pcm) => [...pcm]),
      ),
    );
    assert.ok(Math.abs(hz - HZ) <= 10, `${hz} Hz`);
    assert.ok(speaker()?.frames.every(({ length }) => length === FRAME_BYTES));
  };
  const falledSilent = async (speaker: Speaker) => {
    await page.waitForSelector(`${TALK}[aria-pressed="false"]`);
    // what was on its way when the button was let go
    await new Promise((resolve) => setTimeout(resolve, SEVERAL_FRAMES_MS));
    const before = speaker.frames.length;
    await new Promise((resolve) => setTimeout(resolve, SEVERAL_FRAMES_MS));
    assert.equal(speaker.frames.length, before);
  };

  test('held by a pointer, by a finger, by the space bar: speaks as long as that, and one call does for all of them', async () => {
    await open();
    await press();
    await phase('talking');
    await heard(() => speakers[0]);
    await saidIs(/Speak now/);
    // seen as well: how loud it is, on a ground on which the words can be read
    const look = `getComputedStyle(document.querySelector('${TALK}'))`;
    await until(
      'a level',
      () => page.evaluate(`Number(${look}.getPropertyValue('--talk-level'))`) as Promise<number>,
      (level) => level > 0.5,
    );
    const colours = (await page.evaluate(`[${look}.color, ${look}.backgroundColor]`)) as [string, string];
    assert.ok(contrast(...colours) > 4.5, colours.join(' on '));
    await page.mouse.up();
    await falledSilent(speakers[0]!);
    await saidIs(/Hold to speak/);

    const touch = await page.context().newCDPSession(page);
    const points = [await middle()];
    speakers[0]!.frames.length = 0;
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: points });
    await page.waitForSelector(`${TALK}[aria-pressed="true"]`);
    await heard(() => speakers[0]);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await falledSilent(speakers[0]!);

    await page.focus(TALK);
    speakers[0]!.frames.length = 0;
    await page.keyboard.down('Space');
    await page.keyboard.down('Space'); // a key that is held comes again and again
    await page.waitForSelector(`${TALK}[aria-pressed="true"]`);
    await heard(() => speakers[0]);
    await page.keyboard.up('Space');
    await falledSilent(speakers[0]!);
    assert.equal(speakers.length, 1);
    assert.equal(speakers[0]!.isClosed, false);
    // the line is given up when no word follows
    await until('the end', async () => speakers[0]!.isClosed, Boolean);
    await phase('idle');
    assert.equal(await page.textContent(SAID), '');
  });

  test('nobody goes on speaking unnoticed: a window that loses the focus, a hidden tab, a page that is left let the button go', async () => {
    await open();
    for (const [what, leave] of [
      ['blur', `window.dispatchEvent(new Event('blur'))`],
      ['hidden', `document.dispatchEvent(new Event('visibilitychange'))`],
    ] as const) {
      await press();
      await page.waitForSelector(`${TALK}[aria-pressed="true"]`);
      await phase('talking');
      await page.evaluate(leave);
      await page.waitForSelector(`${TALK}[aria-pressed="false"]`, { timeout: 30_000 }).catch(() => assert.fail(what));
      await page.mouse.up();
    }
    await press();
    await phase('talking');
    await page.evaluate(`location.hash = '#/devices'`);
    await until('the end of the line', async () => speakers[0]!.isClosed, Boolean);
    await page.mouse.up();
  });

  test('half duplex: while the button is held the sound of the picture is off, and then as it was before', async () => {
    await open(LISTENER);
    await page.click('[data-testid="sound"]');
    const muted = (wanted: boolean) =>
      until(
        `muted: ${wanted}`,
        async () => (await playerFacts(page)).muted,
        (is) => is === wanted,
      );
    await muted(false);
    await press();
    await phase('talking');
    await muted(true);
    const loudness = () => page.evaluate('window.loudness.gain.value');
    assert.equal(await loudness(), 0);
    await page.mouse.up();
    await muted(false);
    assert.equal(await loudness(), 1);
  });

  test('full duplex: hands-free speaks without a finger, and what the device says is played', async () => {
    await open(LISTENER);
    await page.click('[data-testid="hands-free"]');
    await phase('talking');
    await heard(() => speakers[0]);
    const own = tone(700, 1);
    for (let at = 0; at < own.length; at += 160) {
      speakers[0]!.viewer.socket.send(Buffer.from(own.slice(at, at + 160).buffer));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const count = () => page.evaluate('window.played.length') as Promise<number>;
    await until('its voice', count, (samples) => samples >= 4000);
    const played = (await page.evaluate('window.played.slice(0, 4000)')) as number[];
    assert.equal(frequencyOf(Int16Array.from(played, (value) => value * 32_767)), 700);
    assert.equal(await page.evaluate('window.loudness.gain.value'), 1);
    await page.click('[data-testid="hands-free"]');
    await until('the end', async () => speakers[0]!.isClosed, Boolean);
  });

  test('why it ended is said: who talks already, the device, its restart, the gateway', async () => {
    await open();
    const talking = standIn.onViewer;
    for (const [message, code, words] of [
      [{ cause: 'refused', code: 'talk_busy' }, 4486, /Somebody talks to this device already/],
      [{ cause: 'device_ended' }, 4410, /The device ended the talk/],
      [{ cause: 'device_restarted' }, 4410, /has restarted/],
      [{ cause: 'stopped' }, 4410, /Somebody else ended/],
      [{ cause: 'media_lost' }, 4410, /connection to the device broke/],
    ] as const) {
      standIn.onViewer = (viewer) => {
        talking(viewer);
        if (!viewer.url.includes('/talk/')) return;
        viewer.text({ type: 'end', reason: 'in words', ...message });
        viewer.socket.close(code, 'ended');
      };
      await press();
      await saidIs(words);
      await phase('idle');
      await page.mouse.up();
    }
    // without a word of the gateway: it is gone
    standIn.onViewer = (viewer) => {
      if (viewer.url.includes('/talk/')) viewer.socket.terminate();
    };
    await press();
    await saidIs(/The gateway does not answer/);
    await page.mouse.up();
  });

  test('a microphone that is pulled out ends the talk, and the page says so', async () => {
    await open(`
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (o) => (window.heard = await ask(o));
    `);
    await press();
    await phase('talking');
    await heard(() => speakers[0]);
    await page.evaluate(`window.heard.getTracks()[0].dispatchEvent(new Event('ended'))`);
    await saidIs(/microphone cannot be used/);
    await phase('idle');
    await until('the end of the line', async () => speakers[0]!.isClosed, Boolean);
    await page.mouse.up();
  });

  test('TK-5: where the browser gives no microphone the button says that HTTPS is needed, and calls nobody', async () => {
    await open(`Object.defineProperty(window, 'isSecureContext', { value: false });`);
    await blocked('microphone.insecure');
    assert.equal(await page.getAttribute(TALK, 'aria-disabled'), 'true');
    assert.match((await page.getAttribute(TALK, 'title')) ?? '', /HTTPS/);
    assert.equal(await page.textContent(SAID), '');
    await press();
    await saidIs(/HTTPS.*--tls-self-signed/s);
    await page.mouse.up();
    await page.focus(TALK);
    await page.keyboard.press('Space');
    assert.equal(await page.getAttribute(TALK, 'aria-pressed'), 'false');
    assert.equal(speakers.length, 0);
  });

  test('a device that takes no voice is not called, unless one wants to try all the same', async () => {
    standIn.answers.set(`GET devices/${DEVICE.id}/profile`, { notSupported: ['Talk', 'TargetTrack', 'Broadcast'] });
    await open();
    await blocked('not_supported');
    await saidIs(/takes no voice/);
    await press();
    await page.mouse.up();
    assert.equal(speakers.length, 0);
    await page.click('[data-testid="talk-try"]');
    await press();
    await phase('talking');
    await heard(() => speakers[0]);
    await page.mouse.up();
    assert.match(speakers[0]!.viewer.url, /[?&]force=true/);
    // it can: the next call is like any other
    await until('the end', async () => speakers[0]!.isClosed, Boolean);
    await blocked('');
    await press();
    await phase('talking');
    await page.mouse.up();
    assert.doesNotMatch(speakers[1]!.viewer.url, /force/);
  });

  test('a device that says for the first time that it takes no voice is not called again', async () => {
    await open();
    const talking = standIn.onViewer;
    standIn.onViewer = (viewer) => {
      talking(viewer);
      if (!viewer.url.includes('/talk/')) return;
      viewer.text({ type: 'end', cause: 'refused', code: 'not_supported', reason: 'no' });
      viewer.socket.close(4408, 'not_supported');
    };
    await press();
    await blocked('not_supported');
    await saidIs(/takes no voice/);
    await page.mouse.up();
    await press();
    await page.mouse.up();
    assert.equal(speakers.length, 1);
  });

  test('who may only look, and who looks at a device that is offline, is told so', async () => {
    standIn.access = 'look';
    await open();
    await blocked('forbidden');
    await press();
    await saidIs(/only look/);
    await page.mouse.up();
    await page.close();
    standIn.access = 'control';
    standIn.answers.set('GET devices', { items: [{ ...DEVICE, online: false }], next: null });
    await open();
    await blocked('device_offline');
    await press();
    await saidIs(/offline/);
    await page.mouse.up();
    assert.equal(speakers.length, 0);
  });
});
