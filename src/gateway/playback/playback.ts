import { Feed } from '../../media/feed.ts';
import type { FeedCounters, Finding } from '../../media/frame.ts';
import { LIVE_REORDER } from '../../media/ingest/reorder.ts';
import { Stream } from '../../media/live/stream.ts';
import type { MediaTap, ReceiverEvent } from '../../media/receiver.ts';
import type { FootageEnd } from '../../record/source.ts';
import { atMost } from '../clock.ts';
import { Bitrate } from '../live/bitrate.ts';
import type { CallEnd } from '../live/call.ts';
import { Demand } from '../live/demand.ts';
import { Findings } from '../live/findings.ts';
import type { HistoryOptions } from '../live/history.ts';
import { retryPauseMs } from '../live/ladder.ts';
import { closeCodeOf, problemOf } from '../live/pull-failure.ts';
import { heldWords } from '../live/pull-words.ts';
import { NOTHING_REFUSED, type Refused, refusedSoFar } from '../live/refused.ts';
import { Steps } from '../live/steps.ts';
import type { Problem, PulledTransport, StreamState } from '../views.ts';
import { ContentClock } from './content-clock.ts';
import { FootageCall } from './footage-call.ts';
import { FootageMap } from './footage-map.ts';
import { type PlaybackCommand, PlaybackControl } from './playback-control.ts';
import { END_SLACK_MS, MAX_FAILURES, nextCall } from './playback-next.ts';
import type { PlaybackOptions, PlaybackPorts } from './playback-ports.ts';
import { Timers } from './timers.ts';

/** The next call waits for the BYE of the one before, so that the device has its session free. */
const BYE_PATIENCE_MS = 2000;
/** A paused playback that nobody watches is kept for a page that is loaded anew, or a player that reconnects. */
const PAUSED_LINGER_MS = 300_000;
/** A call that brought less than this brought nothing. */
const PROGRESS_MS = 1000;
/** Dialogues that a playback remembers: a seek may be a call of its own. */
const KEPT_DIALOGUES = 8;

/** Recorded footage of one range, shared by its viewers as a live stream is, and moved for all of them at once (GB/T 28181-2022 9.8). */
export class Playback {
  readonly id: string;
  readonly deviceId: string;
  readonly channelId: string;
  readonly streamNumber = 0;
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  readonly startedEpochMs: number;
  readonly steps: Steps;
  readonly findings = new Findings();
  readonly stream: Stream;
  readonly content: ContentClock;
  state: StreamState = 'inviting';
  transport: PulledTransport | null = null;
  ssrcText: string | null = null;
  endedEpochMs: number | null = null;
  endReason: string | null = null;
  failure: Problem | null = null;
  callIds: readonly string[] = [];

  readonly #ports: PlaybackPorts;
  readonly #options: PlaybackOptions;
  readonly #feed: Feed;
  readonly #map: FootageMap;
  readonly #control: PlaybackControl;
  readonly #bitrate = new Bitrate();
  readonly #timers: Timers;
  readonly #closing = new Set<Promise<void>>();
  readonly #demand: Demand;
  #call: FootageCall | null = null;
  #pull = 0;
  #pullStartEpochMs: number;
  #everPlayed = false;
  #failures = 0;
  #refusedBefore: Refused = NOTHING_REFUSED;
  #tap: MediaTap | null = null;

  constructor(ports: PlaybackPorts, options: PlaybackOptions) {
    this.#ports = ports;
    this.#options = options;
    this.id = options.id;
    this.deviceId = options.deviceId;
    this.channelId = options.channelId;
    this.startEpochMs = options.startEpochMs;
    this.endEpochMs = options.endEpochMs;
    this.startedEpochMs = ports.clock.epochMs();
    this.#pullStartEpochMs = options.startEpochMs;
    this.steps = new Steps(ports.clock);
    this.#timers = new Timers(ports.clock);
    this.content = new ContentClock(options.startEpochMs);
    const { deviceId, channelId, endEpochMs } = options;
    this.#map = new FootageMap((from, to) => ports.findFootage(deviceId, channelId, from, to), endEpochMs);
    const law = ports.profile(options.deviceId).audioLaw;
    this.#feed = new Feed({
      reorder: LIVE_REORDER,
      pace: 'joined',
      ...(law === null ? {} : { sound: { law: law === 'a' ? 'pcma' : 'pcmu' } }),
    });
    this.#control = new PlaybackControl(
      {
        clock: ports.clock,
        profile: () => ports.profile(options.deviceId),
        call: () => this.#call,
        state: () => this.state,
        positionEpochMs: () => this.content.aimEpochMs,
        pullStartEpochMs: () => this.#pullStartEpochMs,
        pull: (epochMs, name, speed) => this.#pullFrom(epochMs, name, speed),
        hangUp: () => this.#hangUp(),
        setState: (state, code) => this.#setState(state, code),
        found: (code, detail) => this.#found({ code, detail }, true),
        mansrtspWorked: (version) => ports.mansrtspWorked(options.deviceId, version),
        paced: () => this.stream.reclock(this.content.base.dts90k, this.content.base.epochMs),
        notSupported: (what) => ports.notSupported(options.deviceId, what),
        after: (ms, action) => this.#timers.after(ms, action),
      },
      this.content,
      { startEpochMs: options.startEpochMs, endEpochMs: options.endEpochMs },
    );
    this.stream = new Stream({
      id: options.id,
      loss: ports.loss,
      clock: ports.clock,
      footage: {
        filmedEpochMs: (key) => this.content.beside(key.dts90k),
        clock: (key) => this.#control.clock(key),
        pace: () => this.#control.pace,
      },
    });
    this.#demand = new Demand({
      clock: ports.clock,
      isTaken: () => this.stream.viewers > 0,
      lingerMs: () => (this.state === 'paused' ? Math.max(PAUSED_LINGER_MS, ports.lingerMs) : ports.lingerMs),
      onGone: () => void this.end('no viewer left', 4410),
    });
    this.stream.onViewersChanged = () => this.#demand.touch();
    this.#demand.touch();
    void this.#pullFrom(options.startEpochMs, 'Playback', 1);
  }

  get counters(): Readonly<FeedCounters> {
    return this.#feed.counters;
  }

  get localPort(): number | null {
    return this.#call?.receiver?.port ?? null;
  }

  get remote(): string | null {
    return this.#call?.receiver?.remote ?? null;
  }

  get roundTripMs(): number | null {
    return this.#call?.receiver?.roundTripMs ?? null;
  }

  get refused(): Refused {
    return refusedSoFar(this.#refusedBefore, this.#call?.receiver ?? null);
  }

  get bitrateBps(): number {
    return this.state === 'playing' ? this.#bitrate.bps : 0;
  }

  /** What the device has shown that it cannot do. */
  get notSupported(): readonly string[] {
    return this.#ports.profile(this.deviceId).notSupported;
  }

  /** Speed that was asked for and not found to be ignored. */
  get speed(): number {
    return this.#control.speed;
  }

  /** Pauses, resumes, moves or speeds up the playback for everybody who watches. */
  async control(command: PlaybackCommand): Promise<Problem | null> {
    if (this.state === 'ended') return { problem: 'conflict', detail: `The playback has ended: ${this.endReason}.` };
    if (command.action === 'seek') {
      this.#feed.seek();
      void this.#lookAround(command.epochMs);
    }
    return this.#control.say(command);
  }

  /** Resolves when it plays, has ended, or `ms` have passed. */
  async settled(ms: number): Promise<void> {
    if (!this.#everPlayed && this.state !== 'ended') await this.#demand.wait(ms);
  }

  /** Begins, or with null ends, the hearing of all media that comes in. */
  listen(tap: MediaTap | null): void {
    this.#tap = tap;
    this.#call?.receiver?.listen(tap);
  }

  /** Ends it for everybody. Idempotent. Resolves when the BYE is answered and the port returned. */
  async end(reason: string, closeCode: number, problem: Problem | null = null): Promise<void> {
    if (this.state !== 'ended') {
      this.failure = problem;
      this.endReason = reason;
      this.endedEpochMs = this.#ports.clock.epochMs();
      this.#pull++;
      this.#timers.cancel();
      this.#hangUp();
      this.#setState('ended');
      this.#demand.close();
      for (const event of this.#feed.end(this.#ports.clock.nowMs())) this.stream.push(event);
      this.steps.add('ended', reason);
      this.stream.end(reason, closeCode);
      this.#ports.publish('stream.ended', { ...this.#identity(), reason });
      this.#options.onEnded();
    }
    await Promise.all(this.#closing);
  }

  #identity(): Record<string, unknown> {
    const { id: streamId, deviceId, channelId, streamNumber } = this;
    return { streamId, kind: 'playback', deviceId, channelId, streamNumber };
  }

  /** Begins a call that plays from there on, after the end of the one before. */
  async #pullFrom(epochMs: number, name: HistoryOptions['name'], speed: number): Promise<void> {
    const pull = ++this.#pull;
    this.#hangUp();
    await atMost(this.#ports.clock, BYE_PATIENCE_MS, Promise.all(this.#closing));
    if (pull !== this.#pull || this.state === 'ended') return;
    if (this.#feed.counters.packets > 0)
      for (const event of this.#feed.reset(this.#ports.clock.nowMs())) this.stream.push(event);
    const startEpochMs = Math.floor(epochMs / 1000) * 1000;
    this.#pullStartEpochMs = startEpochMs;
    void this.#lookAround(startEpochMs);
    this.content.rescale(1);
    this.content.restart(startEpochMs);
    const { deviceId, channelId, endEpochMs } = this;
    const isOurs = () => pull === this.#pull && this.state !== 'ended';
    const call: FootageCall = new FootageCall(this.#ports, {
      range: { deviceId, channelId, startEpochMs, endEpochMs, speed, transport: this.#options.transport },
      name,
      feed: this.#feed,
      steps: this.steps,
      positionEpochMs: () => (this.content.isAnchored ? this.content.positionEpochMs : null),
      tap: () => this.#tap,
      onDialogue: (callId) => {
        this.callIds = [...this.callIds, callId].slice(-KEPT_DIALOGUES);
      },
      onFacts() {},
      onStarted: (transport) => {
        this.transport = transport;
        this.ssrcText = call.ssrcText;
        this.#bitrate.restart(this.#feed.counters.bytes, this.#ports.clock.nowMs());
        if (this.state === 'inviting') this.#setState('waiting');
      },
      onMedia: (event) => {
        if (isOurs()) this.#onMedia(event);
      },
      onSecond: () => this.#bitrate.look(this.#feed.counters.bytes, this.#ports.clock.nowMs()),
      onFinding: (finding) => this.#found(finding, false),
      onEnd: (end, last) => {
        if (isOurs() && this.#call === call) this.#onFootageEnd(end, last);
      },
    });
    this.#call = call;
    this.#control.began(name, speed);
  }

  /** Learns where footage is from there on, and corrects the clock when it was read inside a gap. */
  async #lookAround(epochMs: number): Promise<void> {
    if (!(await this.#map.look(epochMs)) || this.state === 'ended' || !this.content.know(this.#map)) return;
    this.stream.reclock(this.content.base.dts90k, this.content.base.epochMs);
  }

  #hangUp(): void {
    const call = this.#call;
    if (call === null) return;
    this.#refusedBefore = this.refused;
    this.#call = null;
    const closing = call.stop();
    this.#closing.add(closing);
    void closing.then(() => this.#closing.delete(closing));
  }

  #onMedia(event: ReceiverEvent): void {
    this.steps.media(event);
    switch (event.type) {
      case 'placed':
        this.content.placed(event.source90k, event.dts90k);
        return;
      case 'init':
        this.stream.push(event);
        return;
      case 'fragment': {
        const { fragment } = event;
        if (fragment.samples[0]?.track === 'video' || fragment.isKey) {
          const filmedEpochMs = this.content.picture(fragment.dts90k);
          if (filmedEpochMs >= this.endEpochMs) {
            void this.end('the range has been played', 4410);
            return;
          }
          this.#control.picture(fragment);
        }
        this.stream.push(event);
        if (this.state !== 'playing' && this.state !== 'paused') this.#onPlaying();
      }
    }
  }

  #onPlaying(): void {
    const isNew = this.#everPlayed ? [] : (['first key frame', 'first fragment'] as const);
    for (const step of isNew) this.steps.add(step);
    this.#setState('playing');
    this.#ports.publish(this.#everPlayed ? 'stream.recovered' : 'stream.started', this.#identity());
    const mustChange = !this.#everPlayed && this.#options.speed !== 1;
    this.#everPlayed = true;
    this.#demand.settle();
    if (mustChange) void this.control({ action: 'speed', speed: this.#options.speed });
  }

  #onFootageEnd(end: FootageEnd, last: CallEnd | null): void {
    this.#refusedBefore = this.refused;
    this.#call = null;
    // it may have given up waiting (PB-10): resuming makes a new call
    if (this.state === 'paused') return;
    const position = this.content.aimEpochMs;
    if (position >= this.endEpochMs - END_SLACK_MS) {
      void this.end('the range has been played', 4410);
      return;
    }
    this.#failures = position - this.#pullStartEpochMs >= PROGRESS_MS ? 0 : this.#failures + 1;
    const isOver = end.why === 'media-status' || end.why === 'bye' || end.why === 'closed' || end.why === 'idle';
    if (isOver) void this.#goOn(position, end);
    else if (this.#everPlayed && this.#failures <= MAX_FAILURES) this.#stall(position, end);
    else {
      const problem = this.#problemOf(end, last);
      void this.end(problem.detail, closeCodeOf(problem), problem);
    }
  }

  /** PB-15: a file is over, or the footage has a hole here: goes on with what the device has after it. */
  async #goOn(position: number, end: FootageEnd): Promise<void> {
    const pull = this.#pull;
    const found = await this.#ports.findFootage(this.deviceId, this.channelId, position, this.endEpochMs);
    if (pull !== this.#pull || this.state === 'paused' || this.state === 'ended') return;
    const { endEpochMs } = this;
    const next = nextCall(
      found,
      position,
      { endEpochMs, failures: this.#failures, hasPlayed: this.#everPlayed },
      end.detail,
    );
    if ('problem' in next) {
      void this.end(next.reason, next.closeCode, next.problem);
      return;
    }
    const detail = `it ended at ${new Date(position).toISOString()} (${end.detail}) and was asked to go on`;
    this.#found({ code: 'PB-15', detail }, true);
    const from = next.fromEpochMs;
    if (this.#failures === 0) void this.#pullFrom(from, this.#control.callName, this.#control.callSpeed);
    else this.#timers.after(retryPauseMs(this.#failures - 1, false), () => void this.#pullFrom(from, 'Playback', 1));
  }

  #stall(position: number, end: FootageEnd): void {
    if (this.state !== 'stalled') {
      this.#setState('stalled', end.why === 'offline' ? 'device_offline' : 'no_media');
      this.#ports.publish('stream.stalled', { ...this.#identity(), code: end.why, detail: end.detail });
    }
    const pull = this.#pull;
    this.#timers.after(retryPauseMs(this.#failures, false), () => {
      if (pull === this.#pull) void this.#pullFrom(position, 'Playback', 1);
    });
  }

  /** PB-16: a recorder serves few at a time; who knows what they are can end one. */
  #problemOf(end: FootageEnd, last: CallEnd | null): Problem {
    const problem = last === null ? { problem: 'no_media' as const, detail: end.detail } : problemOf(last, []);
    if (problem.problem !== 'device_busy') return problem;
    const who = heldWords(this.#ports.holders(this.deviceId, this.id));
    this.#found({ code: 'PB-16', detail: who }, true);
    return { ...problem, detail: `${problem.detail} ${who}` };
  }

  /** Counted for the stream, and for its device unless that has been done; one line in the log when it is new. */
  #found(finding: Finding, isNew: boolean): void {
    if (isNew) this.#ports.noteFinding(this.deviceId, finding);
    if (this.findings.add(finding, this.#ports.clock.epochMs()))
      this.#ports.log('tolerated deviation', { ...this.#identity(), ...finding });
  }

  #setState(state: StreamState, code?: string): void {
    this.state = state;
    if (state !== 'ended') this.stream.setState(state, code);
    this.#demand.touch();
  }
}
