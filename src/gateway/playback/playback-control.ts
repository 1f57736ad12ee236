import type { Fragment } from '../../media/frame.ts';
import type { FootageClock, Pace } from '../../media/live/message.ts';
import type { MansrtspVersion } from '../../sip/mansrtsp.ts';
import type { Clock } from '../clock.ts';
import type { CallProfile } from '../live/call-profile.ts';
import type { HistoryOptions } from '../live/history.ts';
import type { Problem, StreamState } from '../views.ts';
import type { ContentClock } from './content-clock.ts';
import type { FootageCall } from './footage-call.ts';
import { SpeedWatch } from './playback-speed.ts';
import { PlaybackTalk } from './playback-talk.ts';
import { PushHold } from './push-hold.ts';

export type PlaybackCommand =
  | { readonly action: 'pause' }
  | { readonly action: 'resume' }
  | { readonly action: 'speed'; readonly speed: number }
  | { readonly action: 'seek'; readonly epochMs: number };

/** GB/T 28181-2022 B.2 names a quarter to 4 times; devices do 8, and −1 and below is the 2022 edition's reverse. */
export const SPEEDS: readonly number[] = [-4, -2, -1, 0.25, 0.5, 1, 2, 4, 8];

/** PB-13: a device that has not done by then what it said 200 to never will. */
export const EFFECT_MS = 3000;
/** So much content from where it was, at real speed, has to come before a device is taken for one that stayed there: what it sent before may be late. */
const STAYED_MS = 2000;
/** A busy machine or network is waited for, but no longer. */
const EFFECT_LIMIT_MS = 9000;
const EFFECT_AGAIN_MS = 500;
/** When the watch of speeds is asked first: it has counted enough by then. */
const LOOK_MS = 2700;
const LOOK_AGAIN_MS = 1000;
/** Commands that wait for the answer to the one before. A finger on a slider makes many; what it has left behind is of no use. */
export const MAX_WAITING = 4;

export interface ControlPorts {
  readonly clock: Clock;
  profile(): CallProfile;
  call(): FootageCall | null;
  state(): StreamState;
  /** Content time that plays now. */
  positionEpochMs(): number;
  /** Where the range of the present call begins, which seeks count from. */
  pullStartEpochMs(): number;
  pull(epochMs: number, name: HistoryOptions['name'], speed: number): Promise<void>;
  hangUp(): void;
  setState(state: StreamState, code?: string): void;
  /** From the content clock's newest base on, the pace is another one. */
  paced(): void;
  found(code: string, detail: string): void;
  mansrtspWorked(version: MansrtspVersion): void;
  notSupported(what: string): void;
  after(ms: number, action: () => void): void;
}

/** What moves a playback: says it to the device, looks whether that did anything, and does it by a new call when not (PB-10…14). */
export class PlaybackControl {
  readonly #ports: ControlPorts;
  readonly #content: ContentClock;
  readonly #range: { readonly startEpochMs: number; readonly endEpochMs: number };
  readonly #talk: PlaybackTalk;
  readonly #watch = new SpeedWatch();
  readonly #push = new PushHold();
  #isHolding = false;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #pictures = 0;
  /** A speed whose effect is not known yet. */
  #expected: { readonly speed: number; readonly before: number } | null = null;
  #look = 0;
  /** Number of the newest seek, speed, pause or call: what an older one was to look at is of no interest. */
  #move = 0;
  /** How the present call asks for footage: a download is pushed at the speed it was asked for. */
  callName: HistoryOptions['name'] = 'Playback';
  callSpeed = 1;
  speed = 1;
  /** For viewers. */
  pace: Pace = { rate: 1, scale: 1 };
  /** Whether the device squeezes time stamps to play faster (TS-10); null until it has shown. */
  #squeezes: boolean | null = null;
  /** A seek whose pictures have not come yet, or are here. */
  #jump: 'asked' | 'here' | null = null;

  constructor(ports: ControlPorts, content: ContentClock, range: PlaybackControl['range']) {
    this.#ports = ports;
    this.#content = content;
    this.#range = range;
    this.#talk = new PlaybackTalk({
      version: () => ports.profile().mansrtsp,
      info: async (type, body) => ports.call()?.info(type, body) ?? { status: 481, body: '' },
      worked: (version) => {
        ports.found('PB-11', `it refused the other start line and took ${version}`);
        ports.mansrtspWorked(version);
      },
    });
  }

  get range(): { readonly startEpochMs: number; readonly endEpochMs: number } {
    return this.#range;
  }

  /** One after the other, in the order in which they come. */
  async say(command: PlaybackCommand): Promise<Problem | null> {
    if (this.#waiting >= MAX_WAITING)
      return {
        problem: 'rate_limited',
        detail: `${MAX_WAITING} commands to this playback wait for their turn already.`,
      };
    this.#waiting++;
    const turn = this.#turn.then(() => this.#do(command));
    this.#turn = turn;
    try {
      return await turn;
    } finally {
      this.#waiting--;
    }
  }

  /** A call begins. */
  began(name: HistoryOptions['name'], speed: number): void {
    this.#move++;
    this.callName = name;
    this.callSpeed = speed;
    this.pace = { rate: name === 'Download' ? speed : 1, scale: 1 };
    this.#watch.forget(false);
    this.#push.restart();
    this.#isHolding = false;
    this.#expected = null;
    this.#pictures = 0;
    // a new call plays at real speed, or is pushed
    if (name === 'Playback') this.speed = 1;
    else this.speed = speed;
  }

  /** A picture of the present call. */
  picture(fragment: Fragment): void {
    const nowMs = this.#ports.clock.nowMs();
    if (this.#pictures++ === 0) {
      this.#watch.forget(this.callName === 'Playback');
      if (this.callName === 'Download') this.#expect(this.callSpeed, 1);
    }
    if (this.callName === 'Download') this.#holdBack(fragment.dts90k, nowMs);
    if (this.#jump === 'asked' && !this.#content.isSeeking) this.#jump = 'here';
    const squeezed = this.#watch.picture(fragment.dts90k, fragment.isKey, nowMs);
    if (squeezed !== null && this.#expected !== null && this.pace.scale !== squeezed.scale) this.#paced(squeezed);
  }

  /** PB-5: over TCP a device that pushes faster than it was asked to waits; over UDP each viewer's queue leaves out what is too much. */
  #holdBack(dts90k: number, nowMs: number): void {
    const holdMs = this.#push.picture(dts90k, nowMs, this.pace.rate);
    if (holdMs === 0 || this.#isHolding) return;
    const call = this.#ports.call();
    this.#isHolding = true;
    call?.hold(true);
    this.#ports.after(holdMs, () => {
      this.#isHolding = false;
      call?.hold(false);
    });
  }

  /** What viewers are told with a key frame. */
  clock(key: Fragment): FootageClock {
    if (this.#jump !== 'here' || !key.isKey) return this.pace;
    this.#jump = null;
    return { ...this.pace, jump: true };
  }

  #do(command: PlaybackCommand): Promise<Problem | null> {
    if (this.#ports.state() === 'ended')
      return Promise.resolve({ problem: 'conflict', detail: 'The playback has ended.' });
    switch (command.action) {
      case 'pause':
        return this.#pause();
      case 'resume':
        return this.#resume();
      case 'seek':
        return this.#seek(command.epochMs);
      case 'speed':
        return this.#setSpeed(command.speed);
    }
  }

  async #pause(): Promise<Problem | null> {
    if (this.#ports.state() === 'paused') return null;
    this.#move++;
    const call = this.#ports.call();
    const isSaid =
      call !== null && this.callName === 'Playback' && (await this.#talk.say({ type: 'pause' })).status < 400;
    if (this.#ports.state() === 'ended') return null;
    this.#look++;
    // a device that cannot pause is asked anew from here when it goes on
    if (isSaid) call?.setPaused(true);
    else this.#ports.hangUp();
    this.#ports.setState('paused');
    return null;
  }

  async #resume(): Promise<Problem | null> {
    if (this.#ports.state() !== 'paused') return null;
    const position = this.#ports.positionEpochMs();
    const call = this.#ports.call();
    const isSaid = call !== null && (await this.#talk.say({ type: 'resume' })).status < 400;
    if (this.#ports.state() === 'ended') return null;
    this.#ports.setState('playing');
    if (!isSaid || call !== this.#ports.call()) {
      if (call !== null) this.#ports.found('PB-10', 'it paused and did not go on, so it was called again');
      await this.#again(position);
      return null;
    }
    call?.setPaused(false);
    if (this.#expected !== null) this.#expect(this.#expected.speed, this.#expected.before);
    const before = this.#pictures;
    this.#unless(
      () => this.#pictures > before,
      () => {
        this.#ports.found('PB-10', 'it said that it goes on, and did not, so it was called again');
        void this.#again(position);
      },
    );
    return null;
  }

  async #seek(epochMs: number): Promise<Problem | null> {
    if (!(epochMs >= this.#range.startEpochMs && epochMs < this.#range.endEpochMs))
      return { problem: 'bad_request', detail: 'The time to go to is outside of the range of this playback.' };
    const call = this.#ports.call();
    const pullStart = this.#ports.pullStartEpochMs();
    const isLocal = call !== null && this.callName === 'Playback' && epochMs >= pullStart && this.#can('seek');
    const seconds = Math.floor((epochMs - pullStart) / 1000);
    const said = isLocal ? await this.#talk.say({ type: 'seek', seconds }) : null;
    if (this.#ports.state() === 'ended') return null;
    this.#ports.setState('playing');
    if (said === null || said.status >= 400 || call !== this.#ports.call()) {
      if (said !== null) this.#ports.found('PB-13', `it answered a seek with ${said.status}, so it was called again`);
      this.#jump = 'asked';
      await this.#again(epochMs);
      return null;
    }
    call?.setPaused(false);
    // it may say where it really goes (PB-12)
    this.#content.seek(pullStart + (said.answer?.startSeconds ?? seconds) * 1000, said.answer?.rtpTime ?? null);
    this.#jump = 'asked';
    this.#unless(
      () => !this.#content.isSeeking,
      () => {
        this.#ports.found('PB-13', 'it said 200 to a seek and stayed where it was, so it was called again');
        this.#jump = 'asked';
        void this.#again(epochMs);
      },
      this.#staying(
        this.#expected === null ? Math.abs(this.speed) : Math.min(this.#expected.speed, this.#expected.before),
      ),
    );
    return null;
  }

  async #setSpeed(speed: number): Promise<Problem | null> {
    if (!SPEEDS.includes(speed)) return { problem: 'bad_request', detail: `A speed is one of ${SPEEDS.join(', ')}.` };
    if (this.#ports.state() === 'paused') await this.#resume();
    if (speed === this.speed) return null;
    const before = this.speed;
    const position = this.#ports.positionEpochMs();
    if (this.callName === 'Download' || this.#ports.call() === null) {
      if (speed > 1) await this.#ports.pull(position, 'Download', speed);
      else await this.#ports.pull(position, 'Playback', 1);
      if (speed === 1 || speed > 1) return null;
    }
    const call = this.#ports.call();
    const isKnown = !this.#can(`speed ${speed}`);
    const said = isKnown ? null : await this.#talk.say({ type: 'speed', scale: speed });
    if (this.#ports.state() === 'ended') return null;
    if (said === null || said.status >= 400 || call !== this.#ports.call()) {
      if (said !== null) this.#ports.found('PB-13', `it answered speed ${speed} with ${said.status}`);
      if (speed > 1) await this.#ports.pull(position, 'Download', speed);
      else return this.#refuse(speed);
      return null;
    }
    this.#move++;
    this.speed = speed;
    if (speed < 0) this.#reverse(speed, Math.abs(before), position);
    else {
      if (before < 0) this.#content.rescale(1);
      this.#expect(speed, Math.max(before, 0.25));
      this.#guess(speed);
    }
    return null;
  }

  /** What is to be expected is said at once: whoever waits for the device to show it stands still, or is late, for 3 s. */
  #guess(speed: number): void {
    if (speed === 1) this.#paced({ rate: 1, scale: 1 });
    else if (this.#squeezes === true) this.#paced({ rate: 1, scale: speed });
    // faster: what comes too early is played later
    else if (this.#squeezes === false || speed < 1) this.#paced({ rate: speed, scale: 1 });
  }

  #paced({ rate, scale, fromDts90k }: Pace & { readonly fromDts90k?: number }): void {
    this.#content.rescale(scale, false, fromDts90k);
    this.pace = { rate, scale };
    this.#ports.paced();
  }

  /** Backwards: groups of pictures come newest first, which their time stamps show. */
  #reverse(speed: number, before: number, position: number): void {
    this.#look++;
    this.#expected = null;
    this.#watch.forget(false);
    this.#content.rescale(1, true);
    this.pace = { rate: Math.abs(speed), scale: 1 };
    this.#ports.paced();
    this.#unless(
      () => this.#ports.positionEpochMs() < position,
      () => {
        this.#content.rescale(1);
        this.#ports.found('PB-14', 'it said 200 to reverse and went on forwards');
        this.#giveUp(speed);
      },
      this.#staying(Math.min(Math.abs(speed), before)),
    );
  }

  #expect(speed: number, before: number): void {
    this.#expected = { speed, before };
    this.#watch.expect(speed, before, this.#ports.clock.nowMs());
    const look = ++this.#look;
    const again = () => {
      if (look !== this.#look) return;
      const seen = this.#watch.look(this.#ports.clock.nowMs());
      if (seen === null) this.#ports.after(LOOK_AGAIN_MS, again);
      else this.#seen(seen, speed);
    };
    this.#ports.after(LOOK_MS, again);
  }

  #seen(seen: Exclude<ReturnType<SpeedWatch['look']>, null>, speed: number): void {
    this.#expected = null;
    if (seen !== 'ignored') {
      this.#paced(seen);
      if (speed !== 1) {
        this.#squeezes = seen.scale !== 1;
        const detail = `at ${speed} times the speed its time stamps go ${seen.rate} times as fast`;
        this.#ports.found(seen.scale === 1 ? 'TS-9' : 'TS-10', detail);
      }
      this.#watch.forget(speed === 1);
      return;
    }
    this.#ports.found('PB-13', `it said 200 to speed ${speed} and did not change its pace`);
    if (speed > 1 && this.callName === 'Playback') {
      void this.#ports.pull(this.#ports.positionEpochMs(), 'Download', speed);
      return;
    }
    this.#giveUp(speed);
  }

  /** PB-14: what did not work is not offered again. */
  #giveUp(speed: number): void {
    this.speed = 1;
    this.#paced({ rate: 1, scale: 1 });
    this.#watch.forget(true);
    this.#ports.notSupported(`speed ${speed}`);
    this.#ports.setState(this.#ports.state(), 'speed_not_supported');
  }

  #refuse(speed: number): Problem {
    this.#ports.notSupported(`speed ${speed}`);
    return { problem: 'not_supported', detail: `The device does not play at speed ${speed}.` };
  }

  #again(epochMs: number): Promise<void> {
    return this.#ports.pull(epochMs, this.callName, this.callSpeed);
  }

  #can(what: string): boolean {
    return !this.#ports.profile().notSupported.includes(what);
  }

  /** Answers from now on whether as much has come from where the device is as it sends at `pace` when it stays there. */
  #staying(pace: number): () => boolean {
    const from = this.#content.positionEpochMs ?? 0;
    return () => Math.abs((this.#content.positionEpochMs ?? from) - from) >= STAYED_MS * pace;
  }

  /** Unless it has come about within 3 s, or something else was done meanwhile. What cannot be said yet is looked at again. */
  #unless(isDone: () => boolean, otherwise: () => void, canBeSaid = () => true): void {
    const move = ++this.#move;
    const untilMs = this.#ports.clock.nowMs() + EFFECT_LIMIT_MS;
    const look = () => {
      if (move === this.#move && !isDone() && this.#ports.state() === 'playing') {
        if (canBeSaid() || this.#ports.clock.nowMs() >= untilMs) otherwise();
        else this.#ports.after(EFFECT_AGAIN_MS, look);
      }
    };
    this.#ports.after(EFFECT_MS, look);
  }
}
