/** One download while it runs: where footage is, calls for it one after the other, one file. */
import { rename, stat } from 'node:fs/promises';
import { afterCall, type CallEnd, codeOf, END_SLACK_MS, isAnswer } from './download-end.ts';
import { DownloadHoles } from './download-holes.ts';
import type { RunPorts } from './download-ports.ts';
import { type Download, partOf } from './download-row.ts';
import { FootageFile } from './footage-file.ts';
import { Pace, progressOf } from './progress.ts';
import type { FootageEvent, FootageSource } from './source.ts';
import { lengthOf, missingIn, within } from './spans.ts';
import { Splice } from './splice.ts';
import { nextTarget, type Target } from './target.ts';

/** How much earlier is asked when a device does not begin at or before the moment that was asked for. */
const EARLIER_MS = 10_000;

/** Progress is stored and told at most so often. */
export const PROGRESS_EVERY_MS = 1000;

/** With so much waiting for the disk the device is made to wait (TCP): a third of what may wait. */
export const HOLD_ABOVE_BYTES = 16 * 1024 * 1024;

/** A device that is gone is waited for: a reboot takes minutes, a site without power an hour. */
export const OFFLINE_PATIENCE_MS = 3_600_000;
const OFFLINE_LOOK_MS = 5000;

/** `over`: the row says how; `busy`: the device has no room for it now; `left`: the gateway stops, the next goes on. */
export type RunEnd = 'over' | 'busy' | 'left';

export class DownloadRun {
  readonly row: Download;
  readonly #ports: RunPorts;
  readonly #pace = new Pace();
  #file: FootageFile;
  #stop: 'cancelled' | 'left' | null = null;
  #wake: () => void = () => {};
  #fault: { code: string; detail: string } | null = null;
  #settle: (end: CallEnd) => void = () => {};
  #toldMs = Number.NEGATIVE_INFINITY;
  #tries = 0;
  /** How the end of the file is looked for in what comes. */
  #overlap: 'pictures' | 'time' = 'pictures';
  #earlierMs = 0;
  /** The last call was cut off: what it brought is not known to reach the end. */
  #isCut = false;
  /** Speeds that the device names; null: none. */
  #offeredSpeeds: readonly number[] | null = null;
  readonly #holes = new DownloadHoles();

  constructor(ports: RunPorts, row: Download) {
    this.#ports = ports;
    this.row = row;
    this.#file = this.#newFile();
  }

  /** Ends it early; `run` resolves when file and row are at rest. Idempotent. */
  stop(why: 'cancelled' | 'left'): void {
    this.#stop ??= why;
    this.#settle({ why: 'stopped', detail: 'stopped' });
    this.#wake();
  }

  /** The device is there again. */
  deviceOnline(): void {
    this.#wake();
  }

  /** Works until it is over. Called once. */
  async run(): Promise<RunEnd> {
    const { row } = this;
    if (row.becomes !== null) return this.#complete();
    const opened = await this.#open();
    if (opened !== null) return opened;
    let end: CallEnd = { why: 'no-media', detail: 'the device was not asked' };
    for (;;) {
      if (!(await this.#awaitDevice())) return this.#fail('device_offline', 'the device is offline');
      if (this.#stop === null && row.spans === null) await this.#find();
      if (this.#stop !== null) return this.#leave(this.#stop);
      // the disk may have refused while nothing came
      const refused = this.#diskFault();
      if (refused !== null) return this.#fail(refused.code, refused.detail);
      const target = nextTarget(row, {
        lastEpochMs: this.#file.lastEpochMs,
        isCut: this.#isCut,
        earlierMs: this.#earlierMs,
        overlap: this.#overlap,
        isBeyond: this.#tries > 0 && isAnswer(end),
      });
      if (target === null) break;
      const before = this.#file.lastEpochMs;
      end = await this.#call(target);
      const fault = this.#diskFault();
      if (fault !== null) return this.#fail(fault.code, fault.detail);
      if (this.#stop !== null) return this.#leave(this.#stop);
      const last = this.#file.lastEpochMs;
      const isNew = last !== null && (before === null || last > before);
      const isAtEnd = last !== null && last >= target.endEpochMs - END_SLACK_MS;
      this.#tries = isNew ? 0 : this.#tries + 1;
      if (isNew || end.why !== 'unmatched') [this.#overlap, this.#earlierMs] = ['pictures', 0];
      else if (this.#earlierMs === 0) this.#earlierMs = EARLIER_MS;
      else this.#overlap = 'time';
      this.#isCut = end.why === 'closed' || end.why === 'timeout' || end.why === 'offline';
      const next = afterCall(end, { isAtEnd, isNew, tries: this.#tries });
      if (next.next === 'fail') return this.#fail(codeOf(end), end.detail);
      if (next.next === 'requeue') {
        await this.#suspend();
        return 'busy';
      }
      if (next.next === 'done') {
        row.givenUpEpochMs = Math.max(row.givenUpEpochMs ?? row.startEpochMs, target.endEpochMs);
        this.#tries = 0;
        this.#isCut = false;
        continue;
      }
      if (last !== null) {
        row.state = 'resuming';
        this.#progress(true);
      }
      if (next.pauseMs > 0) await this.#sleep(next.pauseMs);
    }
    if (this.#file.startEpochMs === null) {
      // PB-17: a file without a key frame is none
      const isNone = row.spans?.length === 0;
      const code = isNone || end.why === 'media-status' || end.why === 'bye' ? 'no_footage' : codeOf(end);
      return this.#fail(code, isNone ? 'the device has no footage of this range' : `no footage came: ${end.detail}`);
    }
    return this.#complete();
  }

  #diskFault(): { code: string; detail: string } | null {
    return this.#fault;
  }

  #newFile(): FootageFile {
    return FootageFile.begin(this.#fileOptions());
  }

  #fileOptions() {
    const { absolutePath, openFile } = this.#ports;
    return {
      path: absolutePath(partOf(this.row.path)),
      onFault: (detail: string, code: 'disk_full' | 'io') => {
        this.#fault = { code, detail };
        this.#settle({ why: 'fault', detail });
      },
      ...(openFile === undefined ? {} : { openFile }),
    };
  }

  /** Goes on in what is there; a `RunEnd` when that is already all. */
  async #open(): Promise<RunEnd | null> {
    const { row } = this;
    if (row.fileStartEpochMs === null) return null;
    const { covered, fileStartEpochMs } = row;
    const found = await FootageFile.resume(this.#fileOptions(), { startEpochMs: fileStartEpochMs, covered });
    if (found instanceof FootageFile) {
      this.#file = found;
      row.covered = [...found.covered];
      // a kill took the pictures that waited for the end of their group: the row may know of more than the file has
      if ((row.givenUpEpochMs ?? 0) > (found.lastEpochMs ?? 0)) row.givenUpEpochMs = null;
      this.#isCut = true;
      return null;
    }
    if ('complete' in found) return this.#complete();
    if (found.fault === 'io') return this.#fail('io', found.detail);
    // gone, or nothing whole was written: from the beginning
    Object.assign(row, { fileStartEpochMs: null, covered: [], givenUpEpochMs: null, receivedMs: 0, bytes: 0 });
    return null;
  }

  async #awaitDevice(): Promise<boolean> {
    const { clock, isOnline } = this.#ports;
    const untilMs = clock.nowMs() + OFFLINE_PATIENCE_MS;
    while (this.#stop === null && !isOnline(this.row.deviceId)) {
      if (clock.nowMs() >= untilMs) return false;
      await this.#sleep(OFFLINE_LOOK_MS);
    }
    return true;
  }

  /** A device that does not answer, or not with all, may have the whole range. */
  async #find(): Promise<void> {
    const { row } = this;
    const { deviceId, channelId, startEpochMs, endEpochMs } = row;
    const asked = this.#ports.find(deviceId, channelId, startEpochMs, endEpochMs);
    const found = await Promise.race([asked, this.#stopped()]);
    if (found === null) return;
    const isWhole = !('fault' in found) && found.complete;
    row.spans = isWhole ? within(found.spans, row) : [{ startEpochMs, endEpochMs }];
    this.#ports.save(row);
  }

  #stopped(): Promise<null> {
    return new Promise((resolve) => {
      this.#wake = () => {
        if (this.#stop !== null) resolve(null);
      };
    });
  }

  async #call({ startEpochMs, endEpochMs, span, overlap }: Target): Promise<CallEnd> {
    const { row } = this;
    const { deviceId, channelId, transport, exact } = row;
    const speed = this.#speed();
    const splice = new Splice({ file: this.#file, range: span, exact, overlap });
    let source: FootageSource | null = null;
    let isHeld = false;
    const ended = new Promise<CallEnd>((resolve) => {
      this.#settle = resolve;
    });
    const holdBack = () => {
      if (isHeld || source === null || this.#file.queuedBytes < HOLD_ABOVE_BYTES) return;
      isHeld = true;
      const held = source;
      held.hold();
      void this.#file.drained().then(() => {
        isHeld = false;
        held.release();
      });
    };
    let isOver = false;
    const settle = (end: CallEnd) => {
      isOver = true;
      this.#settle(end);
    };
    const range = { deviceId, channelId, startEpochMs, endEpochMs, speed, transport };
    source = this.#ports.open({ ...range, avoidsUdp: this.#holes.avoidsUdp }, (event) => {
      if (isOver || this.#stop !== null || this.#fault !== null) return;
      const end = this.#event(event, splice);
      if (end !== null) settle(end);
      else holdBack();
    });
    let end = await ended;
    isOver = true;
    if (splice.finish() === 'unmatched' && isAnswer(end)) end = { why: 'unmatched', detail: end.detail };
    else if (this.#file.startEpochMs !== null) this.#progress(true);
    this.#settle = () => {};
    await source.stop();
    return end;
  }

  /** As fast as was asked for, or what the device named when it was called before. */
  #speed(): number {
    const { speed } = this.row;
    const offered = (this.#offeredSpeeds ?? []).filter((one) => one > 0);
    if (offered.length === 0) return speed;
    return offered.reduce((best, one) => (one <= speed && one > best ? one : best), Math.min(...offered));
  }

  /** What a source says; the end of the call when it is one. */
  #event(event: FootageEvent, splice: Splice): CallEnd | null {
    switch (event.type) {
      case 'started':
        this.row.filesizeBytes = event.filesizeBytes;
        this.#offeredSpeeds = event.offeredSpeeds;
        this.#holes.started(event.transport);
        return null;
      case 'init':
        splice.init(event.init);
        return null;
      case 'hole':
        return this.#holes.isAskedAgain(this.#file.lastEpochMs ?? 0)
          ? { why: 'hole', detail: 'packets were lost' }
          : null;
      case 'end':
        return event.end;
      case 'fragment': {
        const verdict = splice.fragment(event.fragment, event.contentEpochMs);
        if (verdict === 'kept') this.#kept();
        if (verdict === 'past-end') return { why: 'past-end', detail: 'all of the range has come' };
        return verdict === 'unmatched' ? { why: 'unmatched', detail: 'it begins behind the end of the file' } : null;
      }
    }
  }

  #kept(): void {
    const isAgain = this.row.state === 'resuming';
    this.row.state = 'running';
    this.#progress(isAgain);
    if (isAgain) this.#ports.tell('resumed', this.row);
  }

  #progress(always: boolean): void {
    const { row } = this;
    const { clock } = this.#ports;
    const nowMs = clock.nowMs();
    const covered = this.#file.covered;
    // the first picture of a file, and of each part of it, is known before the disk has it
    const isNews = row.fileStartEpochMs !== this.#file.startEpochMs || covered.length !== row.covered.length;
    if (!always && !isNews && nowMs - this.#toldMs < PROGRESS_EVERY_MS) return;
    row.fileStartEpochMs = this.#file.startEpochMs;
    row.covered = [...covered];
    row.receivedMs = Math.round(lengthOf(covered));
    row.bytes = this.#file.bytes;
    row.progress = progressOf(row);
    this.#pace.add(nowMs, row.receivedMs);
    const { speed } = this.#pace;
    row.realSpeed = speed;
    const leftMs = (1 - row.progress) * lengthOf(row.spans ?? []);
    row.secondsLeft = speed === null || speed === 0 ? null : Math.ceil(leftMs / speed / 1000);
    this.#ports.save(row);
    if (nowMs - this.#toldMs < PROGRESS_EVERY_MS) return;
    this.#toldMs = nowMs;
    this.#ports.tell('progress', row);
  }

  async #complete(): Promise<RunEnd> {
    const { row } = this;
    const { absolutePath, save } = this.#ports;
    const part = absolutePath(partOf(row.path));
    const whole = absolutePath(row.path);
    if (this.#file.startEpochMs !== null) this.#progress(true);
    const outcome = await this.#file.stop();
    if (outcome !== null && (outcome.fault !== null || !outcome.finalised)) {
      const { code, detail } = this.#fault ??
        outcome.fault ?? { code: 'io', detail: 'the file could not be finalised' };
      return this.#fail(code, detail);
    }
    if (row.becomes === null) {
      // not before: of a file that is not finalised a kill takes the pictures that wait for the end of their group
      row.missing = missingIn(row, row.covered);
      row.becomes = row.missing.length === 0 ? 'complete' : 'partial';
      save(row);
    }
    try {
      await rename(part, whole);
    } catch (error) {
      const isThere = await stat(whole).catch(() => null);
      if (isThere === null) {
        row.becomes = null;
        return this.#fail('io', (error as Error).message);
      }
    }
    row.bytes = (await stat(whole)).size;
    this.#over(row.becomes);
    row.progress = 1;
    save(row);
    return 'over';
  }

  async #fail(code: string, detail: string): Promise<RunEnd> {
    const { row } = this;
    await this.#suspend();
    const hasFile = row.fileStartEpochMs !== null && row.receivedMs > 0;
    const seconds = Math.floor(row.receivedMs / 1000);
    row.missing = missingIn(row, row.covered);
    const kept = hasFile ? `; ${seconds} s that came are in ${partOf(row.path)}` : '';
    row.error = { code, detail: `${detail}${kept}` };
    this.#over('failed');
    this.#ports.save(row);
    return 'over';
  }

  async #leave(why: 'cancelled' | 'left'): Promise<RunEnd> {
    await this.#suspend();
    if (why === 'left') return 'left';
    this.row.missing = missingIn(this.row, this.row.covered);
    this.#over('cancelled');
    this.#ports.save(this.row);
    return 'over';
  }

  /** Closes the file, playable, so that another run goes on in it. */
  async #suspend(): Promise<void> {
    if (this.#file.startEpochMs !== null) this.#progress(true);
    await this.#file.suspend();
  }

  #over(state: 'complete' | 'partial' | 'failed' | 'cancelled'): void {
    const { row } = this;
    row.state = state;
    row.endedAtEpochMs = this.#ports.clock.epochMs();
    row.realSpeed = null;
    row.secondsLeft = null;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#ports.clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
      if (this.#stop !== null) this.#wake();
    });
  }
}
