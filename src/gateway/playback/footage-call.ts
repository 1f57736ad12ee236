import type { Feed } from '../../media/feed.ts';
import type { Finding } from '../../media/frame.ts';
import type { MediaTap, ReceiverEvent } from '../../media/receiver.ts';
import type { FootageEnd, FootageRange } from '../../record/source.ts';
import type { InfoAnswer } from '../../sip/call.ts';
import { atMost } from '../clock.ts';
import { Call, type CallEnd } from '../live/call.ts';
import type { HistoryOptions } from '../live/history.ts';
import { Ladder, rungWords } from '../live/ladder.ts';
import type { LivePorts } from '../live/live-ports.ts';
import type { Steps } from '../live/steps.ts';
import type { PulledTransport } from '../views.ts';
import { endOf, refusesForm } from './footage-end.ts';

/** What calls for recorded footage need of the rest of the gateway. */
export type FootagePorts = Pick<
  LivePorts,
  | 'clock'
  | 'sip'
  | 'ssrcs'
  | 'openReceiver'
  | 'ladder'
  | 'profile'
  | 'isOnline'
  | 'worked'
  | 'dialogueBegun'
  | 'noteFinding'
>;

export interface FootageCallOptions {
  readonly range: FootageRange;
  readonly name: HistoryOptions['name'];
  /** Of pace `content` or `joined`. It may have been there before this call. */
  readonly feed: Feed;
  readonly steps: Steps;
  /** Content time of the newest picture; null before the first of this call. */
  positionEpochMs(): number | null;
  tap(): MediaTap | null;
  onDialogue(callId: string): void;
  /** The first packet came, on this transport. */
  onStarted(transport: PulledTransport): void;
  /** What the device's answer says of the footage; before `onStarted` but for devices that send first. */
  onFacts: HistoryOptions['onFacts'];
  onMedia(event: ReceiverEvent): void;
  onSecond(): void;
  onFinding(finding: Finding): void;
  /** Once, last. `call`: how its last call ended, null when the rules for the end of footage ended it. */
  onEnd(end: FootageEnd, call: CallEnd | null): void;
}

/** Recorders search their disks before they answer, and still answer within this. */
const INVITE_TIMEOUT_MS = 10_000;
const MEDIA_TIMEOUT_MS = 10_000;
/** A rung with another behind it is left sooner. */
const MEDIA_TIMEOUT_RUNG_MS = 4000;
/** The next rung waits for the BYE of the one before, so that the device has its session free; not for one that never answers it (INV-8). */
const NEXT_RUNG_PATIENCE_MS = 2000;
/** After a 486 the device is asked once more: it needs a moment to free the session of a call that ended just now (INV-4). */
const BUSY_PAUSE_MS = 500;

/** PB-2: devices that never say that they are done. So long without a packet is the end, wherever it is. */
export const IDLE_MS = 15_000;
/** A playback comes as it is watched: a picture in 4 s at the least, of one a second at a quarter of its speed. */
const PLAYBACK_IDLE_MS = 6000;
/** PB-2: the same when the end of the range has been reached, give or take `END_SLACK_MS`. */
export const IDLE_AT_END_MS = 5000;
export const END_SLACK_MS = 1000;
/** PB-3: a device that goes on into what nobody asked for is stopped this far past the end of the range. */
export const PAST_END_MS = 2000;
/** PB-4: after "that was all" what was sent before is waited for: until nothing came for so long. */
export const DRAIN_MS = 1000;
/** Media and signalling go different ways: what comes this much later was not on its way. */
const LATE_MS = 300;
/** PB-15: media that goes on for so long after "that was all": only a file was over, not the footage. */
export const DRAIN_LIMIT_MS = 10_000;

/**
 * Recorded footage of one range, by as many INVITEs as it takes to find the transport and the form of the offer that the device
 * takes, and one end (GB/T 28181-2022 9.8, 9.9; PB-1…5, PB-9, PB-15).
 */
export class FootageCall {
  readonly #ports: FootagePorts;
  readonly #options: FootageCallOptions;
  readonly #closing = new Set<Promise<void>>();
  #ladder: Ladder;
  #hasUri = true;
  #call: Call | null = null;
  #transport: PulledTransport | null = null;
  #refusals: string[] = [];
  #busyTried = false;
  #isHeld = false;
  #isPaused = false;
  #cancelTimer: () => void = () => {};
  /** When the device said that this was all. */
  #saidEndMs: number | null = null;
  #isOver = false;

  constructor(ports: FootagePorts, options: FootageCallOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#ladder = this.#newLadder();
    this.#invite();
  }

  get ssrcText(): string | null {
    return this.#call?.ssrcText ?? null;
  }

  get receiver(): Call['receiver'] {
    return this.#call?.receiver ?? null;
  }

  /** INFO inside the dialogue; 481 when no call is up. */
  async info(contentType: string, body: string): Promise<InfoAnswer> {
    return this.#call?.info(contentType, body) ?? { status: 481, body: '' };
  }

  /** TCP: with true nothing more is read, so that the device waits; it is not taken for silent. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#call?.hold(isHeld);
    this.#call?.setQuiet(this.#isHeld || this.#isPaused);
  }

  /** The device was told to pause (PB-10): until this is taken back its silence is agreed on. RTCP goes on. */
  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#call?.setQuiet(this.#isHeld || this.#isPaused);
  }

  /** Ends it from our side. Idempotent. Resolves when the device has confirmed, or never will. */
  async stop(): Promise<void> {
    this.#over({ why: 'stopped', detail: 'stopped' }, { kind: 'stopped' });
    await Promise.all(this.#closing);
  }

  #newLadder(): Ladder {
    const { deviceId, channelId, transport, avoidsUdp } = this.#options.range;
    const plan = this.#ports.ladder(deviceId, channelId, transport);
    if (avoidsUdp !== true) return new Ladder(plan);
    const isUdp = (one: PulledTransport) => one === 'udp';
    const { transports } = plan;
    return new Ladder({
      ...plan,
      transports: [...transports.filter((one) => !isUdp(one)), ...transports.filter(isUdp)],
    });
  }

  #invite(): void {
    const rung = this.#ladder.rung;
    if (rung === null || this.#isOver) return;
    const { range, name, feed, steps } = this.#options;
    const { deviceId, channelId } = range;
    this.#transport = rung.transport;
    const profile = this.#ports.profile(deviceId);
    const offsetMs = profile.timeOffsetSeconds * 1000;
    const call: Call = Call.start(this.#ports, {
      deviceId,
      channelId,
      streamNumber: 0,
      ...rung,
      profile,
      history: {
        name,
        // whole seconds, never less than asked for; in the device's own time (PB-8)
        startEpochSeconds: Math.floor((range.startEpochMs - offsetMs) / 1000),
        endEpochSeconds: Math.ceil((range.endEpochMs - offsetMs) / 1000),
        speed: range.speed,
        hasUri: this.#hasUri,
        onFacts: (facts) => this.#options.onFacts(facts),
        onMediaStatus: (notifyType) => this.#onMediaStatus(notifyType),
      },
      feed,
      steps,
      inviteTimeoutMs: INVITE_TIMEOUT_MS,
      mediaTimeoutMs: this.#ladder.hasNextTransport ? MEDIA_TIMEOUT_RUNG_MS : MEDIA_TIMEOUT_MS,
      areOthersTried: this.#ladder.hasManyTransports,
      stallTimeoutMs: name === 'Playback' ? PLAYBACK_IDLE_MS : IDLE_MS,
      tap: () => this.#options.tap(),
      onDialogue: (callId) => {
        this.#ports.dialogueBegun(callId);
        this.#options.onDialogue(callId);
      },
      onMedia: (event) => this.#onMedia(event),
      onFinding: (finding) => this.#found(finding),
      onSecond: (silentMs) => this.#onSecond(silentMs),
      onEnd: (end) => this.#onCallEnd(call, end),
    });
    this.#call = call;
    this.#closing.add(call.closed);
    void call.closed.then(() => this.#closing.delete(call.closed));
  }

  #onMedia(event: ReceiverEvent): void {
    if (event.type === 'finding') {
      this.#found(event.finding);
      return;
    }
    if (event.type === 'first-packet') this.#onFirstPacket();
    this.#options.onMedia(event);
    if (event.type !== 'fragment' || this.#isOver) return;
    const position = this.#options.positionEpochMs();
    if (position === null || position < this.#options.range.endEpochMs + PAST_END_MS) return;
    this.#found({ code: 'PB-3', detail: 'it went on past the end of the range' });
    this.#over({ why: 'closed', detail: 'the device went on past the end of the range' }, null);
  }

  #onFirstPacket(): void {
    const rung = this.#ladder.rung;
    if (rung === null) return;
    if (this.#isHeld || this.#isPaused) this.hold(this.#isHeld);
    this.#ports.worked(this.#options.range.deviceId, rung);
    if (this.#options.range.avoidsUdp === true && rung.transport !== 'udp')
      this.#found({ code: 'RTP-1', detail: `a download lost packets over UDP and goes on over ${rung.transport}` });
    if (this.#refusals.length > 0) {
      const detail = `it refused ${this.#refusals.join(', ')}, and took ${rungWords(rung)}${this.#hasUri ? '' : ' without u='}`;
      this.#found({ code: this.#hasUri ? 'INV-5' : 'PB-9', detail });
    }
    this.#refusals = [];
    this.#options.onStarted(rung.transport);
  }

  /** The newest picture is within a second of the end of the range, or behind it. */
  #isAtEnd(): boolean {
    const position = this.#options.positionEpochMs();
    return position !== null && position >= this.#options.range.endEpochMs - END_SLACK_MS;
  }

  #onSecond(silentMs: number): void {
    this.#options.onSecond();
    if (this.#isOver || this.#isHeld || this.#isPaused) return;
    if (silentMs < IDLE_AT_END_MS || !this.#isAtEnd()) return;
    this.#found({ code: 'PB-2', detail: 'it fell silent at the end of the range and never said that it was done' });
    this.#over({ why: 'idle', detail: 'the device fell silent at the end of the range' }, null);
  }

  #onMediaStatus(notifyType: string): void {
    if (notifyType !== '121' || this.#saidEndMs !== null) return;
    this.#saidEndMs = this.#ports.clock.nowMs();
    this.#drain();
  }

  /** PB-4: the message overtakes the media, most of all when we make the device wait. */
  #drain(): void {
    this.#cancelTimer = this.#ports.clock.after(DRAIN_MS, () => {
      const saidMs = this.#saidEndMs;
      if (this.#isOver || saidMs === null) return;
      const nowMs = this.#ports.clock.nowMs();
      if (this.#isHeld) {
        this.#saidEndMs = nowMs;
        this.#drain();
        return;
      }
      const silentMs = nowMs - Math.max(saidMs, this.receiver?.lastPacketMs ?? saidMs);
      if (silentMs >= DRAIN_MS) {
        const lateMs = (this.receiver?.lastPacketMs ?? saidMs) - saidMs;
        if (lateMs > LATE_MS)
          this.#found({
            code: 'PB-4',
            detail: `its media came ${Math.round(lateMs)} ms after it had said that it was done`,
          });
        this.#over({ why: 'media-status', detail: 'the device said that this was all' }, null);
      } else if (nowMs - saidMs >= DRAIN_LIMIT_MS) {
        this.#saidEndMs = null;
        this.#found({
          code: 'PB-15',
          detail: 'it said that it was done at the end of a file, and went on with the next',
        });
      } else this.#drain();
    });
  }

  #onCallEnd(call: Call, end: CallEnd): void {
    if (this.#isOver || (this.#call !== null && this.#call !== call)) return;
    this.#call = null;
    const said = 'detail' in end ? end.detail : end.kind === 'rejected' ? `${end.status} ${end.reason}` : end.kind;
    this.#options.steps.add('failed', said);
    if (end.kind === 'rejected' && end.status === 486 && !this.#busyTried) {
      this.#busyTried = true;
      this.#cancelTimer = this.#ports.clock.after(BUSY_PAUSE_MS, () => this.#invite());
      return;
    }
    const failed = this.#ladder.rung;
    if (this.#ladder.climb(end) || this.#withoutUri(end)) {
      if (end.kind === 'rejected' && failed !== null) this.#refusals.push(`${rungWords(failed)} with ${end.status}`);
      void atMost(this.#ports.clock, NEXT_RUNG_PATIENCE_MS, call.closed).then(() => this.#invite());
      return;
    }
    if (this.#saidEndMs !== null && (end.kind === 'device-bye' || end.kind === 'stalled')) {
      this.#over({ why: 'media-status', detail: 'the device said that this was all' }, end);
      return;
    }
    const isOnline = this.#ports.isOnline(this.#options.range.deviceId);
    this.#over(endOf(end, isOnline), end);
  }

  /** PB-9: nothing else was to the device's liking. */
  #withoutUri(end: CallEnd): boolean {
    if (!this.#hasUri || !refusesForm(end)) return false;
    this.#hasUri = false;
    this.#ladder = this.#newLadder();
    return true;
  }

  #found(finding: Finding): void {
    this.#ports.noteFinding(this.#options.range.deviceId, finding);
    this.#options.onFinding(finding);
  }

  #over(end: FootageEnd, call: CallEnd | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTimer();
    const last = this.#call;
    this.#call = null;
    last?.stop();
    this.#options.onEnd(end, call);
  }
}
