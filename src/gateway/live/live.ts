import { Feed } from '../../media/feed.ts';
import type { FeedCounters, Finding } from '../../media/frame.ts';
import { LIVE_REORDER } from '../../media/ingest/reorder.ts';
import { Stream } from '../../media/live/stream.ts';
import type { MediaTap, ReceiverEvent } from '../../media/receiver.ts';
import { atMost } from '../clock.ts';
import type { Problem, PulledTransport, StreamState } from '../views.ts';
import { Bitrate } from './bitrate.ts';
import { Call, type CallEnd } from './call.ts';
import { Demand } from './demand.ts';
import { Findings } from './findings.ts';
import { KeyFrames } from './key-frames.ts';
import { Ladder, retryPauseMs, rungWords } from './ladder.ts';
import type { LiveOptions, LivePorts } from './live-ports.ts';
import { closeCodeOf, problemOf } from './pull-failure.ts';
import { NOTHING_REFUSED, type Refused, refusedSoFar } from './refused.ts';
import { Steps } from './steps.ts';

/** Practice for the final answer of a camera (quirk list, section 18: play timeout 10 s). */
const INVITE_TIMEOUT_MS = 10_000;
/** The last rung of the ladder gets the full time; a rung with another behind it is left sooner. */
const MEDIA_TIMEOUT_MS = 10_000;
const MEDIA_TIMEOUT_RUNG_MS = 4000;
/** The next rung waits for the BYE of the one before, so that the device has its session free; not for a device that never answers it (INV-8). */
const NEXT_RUNG_PATIENCE_MS = 2000;
/** After a 486 the device is asked once more: the BYE of an old dialogue went before, and it needs a moment to free its session (INV-4). */
const BUSY_PAUSE_MS = 500;

/** Dialogues that a stream remembers: a pull tries three transports, and is made again after a stall. */
const KEPT_DIALOGUES = 8;

/**
 * One live stream of one channel: at most one call at a time, shared by every viewer and recorder. The first who
 * wants it pulls, the last plus the linger ends it; a call that stalls or is ended by the device is made again while
 * somebody wants it, and the viewers stay.
 */
export class Live {
  readonly id: string;
  readonly deviceId: string;
  readonly channelId: string;
  readonly streamNumber: number;
  readonly startedEpochMs: number;
  readonly steps: Steps;
  readonly findings = new Findings();
  readonly stream: Stream;
  keep: boolean;
  state: StreamState = 'inviting';
  transport: PulledTransport | null = null;
  ssrcText: string | null = null;
  endedEpochMs: number | null = null;
  endReason: string | null = null;
  /** Why it ended, when it ended by a failure. */
  failure: Problem | null = null;

  readonly #ports: LivePorts;
  readonly #options: LiveOptions;
  readonly #feed: Feed;
  readonly #keyFrames: KeyFrames;
  #call: Call | null = null;
  #ladder: Ladder | null = null;
  /** What the device refused before it took the rung of this call (INV-5). */
  #refusals: string[] = [];
  #everPlayed = false;
  #failures = 0;
  #deviceEnded = false;
  /** The device hung up and stayed registered (INV-15: rules of bandwidth and session length). */
  #hungUp = false;
  #recorders = 0;
  #cancelRetry: () => void = () => {};
  readonly #demand: Demand;
  /** Of calls that have ended. */
  #refusedBefore: Refused = NOTHING_REFUSED;
  readonly #bitrate = new Bitrate();
  #busyTried = false;
  readonly #callsClosing = new Set<Promise<void>>();
  /** Call-IDs of its newest calls, oldest first. */
  callIds: readonly string[] = [];
  #tap: MediaTap | null = null;

  constructor(ports: LivePorts, options: LiveOptions) {
    this.#ports = ports;
    this.#options = options;
    this.id = options.id;
    this.deviceId = options.deviceId;
    this.channelId = options.channelId;
    this.streamNumber = options.streamNumber;
    this.keep = options.keep;
    this.startedEpochMs = ports.clock.epochMs();
    this.steps = new Steps(ports.clock);
    const law = ports.profile(options.deviceId).audioLaw;
    this.#feed = new Feed({
      reorder: LIVE_REORDER,
      ...(law === null ? {} : { sound: { law: law === 'a' ? 'pcma' : 'pcmu' } }),
    });
    this.#keyFrames = new KeyFrames({
      likely: () => ports.profile(options.deviceId).keyFrameCommand,
      ask: (command) => ports.askKeyFrame(options.deviceId, options.channelId, command),
      obeyed: (command) => ports.keyFrameObeyed(options.deviceId, command),
      nowMs: () => ports.clock.nowMs(),
    });
    this.stream = new Stream({ id: options.id, loss: ports.loss, clock: ports.clock });
    this.#demand = new Demand({
      clock: ports.clock,
      isTaken: () => this.keep || this.#recorders > 0 || this.stream.viewers > 0,
      lingerMs: () => ports.lingerMs,
      onGone: () => void this.end('no viewer left', 4410),
    });
    this.stream.onViewersChanged = () => this.#demand.touch();
    this.#demand.touch();
    const pauseMs = ports.pauseBeforeMs(options.deviceId, options.channelId);
    if (pauseMs > 0) this.#retryAfter(pauseMs);
    else this.#climb(true);
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

  /** What was kept out of the calls of this stream so far. */
  get refused(): Refused {
    return refusedSoFar(this.#refusedBefore, this.#call?.receiver ?? null);
  }

  /** Bits per second that arrived lately. */
  get bitrateBps(): number {
    return this.state === 'playing' ? this.#bitrate.bps : 0;
  }

  /** A recorder wants the stream; the answer says that it no longer does (idempotent). */
  hold(): () => void {
    let held = true;
    this.#recorders++;
    this.#demand.touch();
    return () => {
      if (!held) return;
      held = false;
      this.#recorders--;
      this.#demand.touch();
    };
  }

  /** Starts the linger anew: somebody asked for the stream and has not come to watch yet. */
  touch(): void {
    this.#demand.touch();
  }

  /** Resolves when the stream plays, has ended, or `ms` have passed. Who waits here wants the stream: the linger begins afterwards. */
  async settled(ms: number): Promise<void> {
    if (this.state !== 'playing' && this.state !== 'ended') await this.#demand.wait(ms);
  }

  /** Begins, or with null ends, the hearing of all media that comes in, over every call of this stream. */
  listen(tap: MediaTap | null): void {
    this.#tap = tap;
    this.#call?.receiver?.listen(tap);
  }

  /** The device is gone: whoever watches a stream that has stalled is told why it stays so. */
  deviceOffline(): void {
    this.#hungUp = false;
    if (this.state === 'stalled') this.stream.setState('stalled', 'device_offline');
  }

  /** The device is back: no need to sit out the pause, but for the rest of a device that had just unregistered. */
  deviceOnline(): void {
    if (this.state !== 'stalled' || this.#call !== null) return;
    const restMs = this.#ports.pauseBeforeMs(this.deviceId, this.channelId);
    this.#retryAfter(Math.max(retryPauseMs(0, this.#deviceEnded), restMs));
  }

  /** Ends the stream for everybody. Idempotent. Resolves when the BYE is answered and the port returned. */
  async end(reason: string, closeCode: number, problem: Problem | null = null): Promise<void> {
    if (this.state !== 'ended') {
      this.failure = problem;
      this.endReason = reason;
      this.endedEpochMs = this.#ports.clock.epochMs();
      this.#setState('ended');
      this.#cancelRetry();
      this.#demand.close();
      const call = this.#call;
      this.#forgetCall();
      call?.stop();
      for (const event of this.#feed.end(this.#ports.clock.nowMs())) this.stream.push(event);
      this.steps.add('ended', reason);
      this.stream.end(reason, closeCode);
      this.#ports.publish('stream.ended', { ...this.#identity(), reason });
      this.#options.onEnded();
    }
    await Promise.all(this.#callsClosing);
  }

  #identity(): Record<string, unknown> {
    return {
      streamId: this.id,
      deviceId: this.deviceId,
      channelId: this.channelId,
      streamNumber: this.streamNumber,
    };
  }

  /** Begins an attempt: the first rung of a fresh ladder, or the next one. */
  #climb(fresh: boolean): void {
    // the device came back while this rung waited for the BYE of the one before: one call at a time
    if (this.#call !== null) return;
    this.#cancelRetry();
    if (fresh) {
      this.#ladder = new Ladder(this.#ports.ladder(this.deviceId, this.channelId, this.#options.transport));
      this.#refusals = [];
      this.#busyTried = false;
    }
    const rung = this.#ladder?.rung ?? null;
    if (rung === null) return;
    const { transport } = rung;
    this.transport = transport;
    if (!this.#everPlayed) this.#setState('inviting');
    if (this.#feed.counters.packets > 0)
      for (const event of this.#feed.reset(this.#ports.clock.nowMs())) this.stream.push(event);
    const call: Call = Call.start(this.#ports, {
      deviceId: this.deviceId,
      channelId: this.channelId,
      streamNumber: this.streamNumber,
      ...rung,
      profile: this.#ports.profile(this.deviceId),
      feed: this.#feed,
      steps: this.steps,
      inviteTimeoutMs: INVITE_TIMEOUT_MS,
      mediaTimeoutMs: this.#ladder?.hasNextTransport ? MEDIA_TIMEOUT_RUNG_MS : MEDIA_TIMEOUT_MS,
      areOthersTried: this.#ladder?.hasManyTransports ?? false,
      stallTimeoutMs: this.#ports.stallTimeoutMs,
      onMedia: (event) => this.#onMedia(event),
      onFinding: (finding) => this.#found(finding),
      onSecond: () => this.#bitrate.look(this.#feed.counters.bytes, this.#ports.clock.nowMs()),
      tap: () => this.#tap,
      onDialogue: (callId) => {
        this.callIds = [...this.callIds, callId].slice(-KEPT_DIALOGUES);
        this.#ports.dialogueBegun(callId);
      },
      onEnd: (end) => this.#onCallEnd(call, end),
    });
    this.#call = call;
    this.ssrcText = call.ssrcText;
    this.#callsClosing.add(call.closed);
    void call.closed.then(() => this.#callsClosing.delete(call.closed));
  }

  #onMedia(event: ReceiverEvent): void {
    this.steps.media(event);
    switch (event.type) {
      case 'first-packet':
        this.#bitrate.restart(this.#feed.counters.bytes, this.#ports.clock.nowMs());
        if (this.state === 'inviting') this.#setState('waiting');
        this.#rememberRung();
        return;
      case 'finding':
        this.#found(event.finding);
        return;
      case 'init':
        this.stream.push(event);
        return;
      case 'key-frame-wanted':
        this.#keyFrames.wanted();
        return;
      case 'fragment':
        if (event.fragment.isKey) this.#keyFrames.came();
        this.stream.push(event);
        if (this.state !== 'playing') this.#onPlaying();
        return;
      default:
        return;
    }
  }

  /** Counted for the stream and for its device; one line in the log when this stream shows it for the first time. */
  #found(finding: Finding): void {
    this.#ports.noteFinding(this.deviceId, finding);
    if (this.findings.add(finding, this.#ports.clock.epochMs()))
      this.#ports.log('tolerated deviation', { ...this.#identity(), ...finding });
  }

  /** Media came on this rung: the next pull begins with it. */
  #rememberRung(): void {
    const rung = this.#ladder?.rung ?? null;
    if (rung === null) return;
    this.#ports.worked(this.deviceId, rung);
    if (this.#refusals.length === 0) return;
    const detail = `it refused ${this.#refusals.join(', ')}, and took ${rungWords(rung)}`;
    this.#refusals = [];
    this.#found({ code: 'INV-5', detail });
  }

  #onPlaying(): void {
    this.steps.add('first key frame');
    this.steps.add('first fragment');
    this.#failures = 0;
    this.#deviceEnded = false;
    if (this.#hungUp)
      this.#found({ code: 'INV-15', detail: 'it hung up while the stream was wanted, and was asked again' });
    this.#hungUp = false;
    this.#setState('playing');
    this.#ports.publish(this.#everPlayed ? 'stream.recovered' : 'stream.started', this.#identity());
    this.#everPlayed = true;
  }

  #onCallEnd(call: Call, end: CallEnd): void {
    if (this.state === 'ended' || (this.#call !== null && this.#call !== call)) return;
    this.#forgetCall();
    this.steps.add(
      'failed',
      'detail' in end ? end.detail : end.kind === 'rejected' ? `${end.status} ${end.reason}` : end.kind,
    );
    if (end.kind === 'rejected' && end.status === 486 && !this.#busyTried) {
      this.#busyTried = true;
      this.#found({
        code: 'INV-4',
        detail: `it answered 486 ${end.reason}, and was asked again after ${BUSY_PAUSE_MS} ms`,
      });
      this.#cancelRetry = this.#ports.clock.after(BUSY_PAUSE_MS, () => this.#climb(false));
      return;
    }
    const failed = this.#ladder?.rung ?? null;
    if (failed !== null && this.#ladder?.climb(end)) {
      if (end.kind === 'rejected') this.#refusals.push(`${rungWords(failed)} with ${end.status}`);
      void atMost(this.#ports.clock, NEXT_RUNG_PATIENCE_MS, call.closed).then(() => {
        if (this.state !== 'ended') this.#climb(false);
      });
      return;
    }
    const problem = problemOf(this.#ladder?.told(end) ?? end, []);
    this.#deviceEnded = end.kind === 'device-bye';
    if (this.#deviceEnded) {
      this.#hungUp = this.#everPlayed;
      this.#ports.endedByDevice(this.deviceId, this.channelId);
    }
    if (this.#everPlayed || this.keep) {
      if (this.state !== 'stalled') {
        this.#setState('stalled', problem.problem);
        this.#ports.publish('stream.stalled', { ...this.#identity(), code: problem.problem, detail: problem.detail });
      }
      this.#retryAfter(retryPauseMs(this.#failures++, this.#deviceEnded));
      return;
    }
    void this.end(problem.detail, closeCodeOf(problem), problem);
  }

  /** Its counts stay: totals only grow. */
  #forgetCall(): void {
    this.#refusedBefore = this.refused;
    this.#call = null;
  }

  #retryAfter(pauseMs: number): void {
    this.#cancelRetry();
    this.#cancelRetry = this.#ports.clock.after(pauseMs, () => {
      if (this.state === 'ended') return;
      if (this.#ports.isOnline(this.deviceId)) this.#climb(true);
      else this.#retryAfter(retryPauseMs(this.#failures++, true));
    });
  }

  #setState(state: StreamState, code?: string): void {
    this.state = state;
    if (state !== 'ended') this.stream.setState(state, code);
    if (state === 'playing') this.#demand.settle();
  }
}
