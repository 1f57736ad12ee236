import type { Behaviour } from '../behaviour.ts';
import type { Clip } from '../clip.ts';
import { Library, type Span } from './library.ts';
import { MOMENT_MS, Reel } from './reel.ts';

export interface FootageOptions {
  /** So many days before `untilEpochMs`, or before this hour. */
  readonly days: number;
  /** Another clip than `footage`, by name or path. */
  readonly clip?: string | undefined;
  /** Where footage ends (exclusive); default: now, whenever that is. */
  readonly untilEpochMs?: number | undefined;
  /** Minutes of one file; default 30. */
  readonly fileMinutes?: number | undefined;
  readonly gaps?: readonly Span[] | undefined;
  /** Bit rate of the video; default: that of the clip. */
  readonly bitrateBps?: number | undefined;
  /** From this moment on the pictures are those of another clip, of another size. */
  readonly changeAtEpochMs?: number | undefined;
  /** Calls at once, live ones included; more get 486. Default: no limit of its own. */
  readonly maxCalls?: number | undefined;
  /** What happens to calls at these moments of content; each once. */
  readonly faults?: readonly FootageFault[] | undefined;
}

/** Something that happens to the call that sends this moment of content. */
export interface FootageFault {
  readonly atEpochMs: number;
  /**
   * `cut`: the connection breaks and the device says nothing of it; `hang-up`: BYE; `silence`: nothing more is sent, everything stays
   * open; `reboot`: the device is gone for some seconds and registers anew; `hole`: `packets` packets are not sent.
   */
  readonly kind: 'cut' | 'hang-up' | 'silence' | 'reboot' | 'hole';
  /** Default 10. */
  readonly packets?: number | undefined;
  /** Default: any channel. */
  readonly channelId?: string | undefined;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;
const FILE_MINUTES = 30;

/** All that one simulated recorder has on its disks. */
export class Footage {
  readonly library: Library;
  readonly maxCalls: number;
  readonly #reel: Reel;
  readonly #later: Reel | null;
  readonly #changeAtEpochMs: number;
  readonly #faults: FootageFault[];

  constructor(o: FootageOptions, clip: Clip, other: Clip, behaviour: Behaviour) {
    const until = o.untilEpochMs;
    this.library = new Library({
      startEpochMs: (until ?? Math.floor(Date.now() / HOUR_MS) * HOUR_MS) - o.days * DAY_MS,
      endEpochMs: () => until ?? Date.now(),
      fileMs: (o.fileMinutes ?? FILE_MINUTES) * MINUTE_MS,
      gaps: o.gaps ?? [],
      hourlyGap: behaviour.hourlyGap,
    });
    this.maxCalls = Math.min(o.maxCalls ?? Number.POSITIVE_INFINITY, behaviour.sessions);
    const bitrateBps = o.bitrateBps ?? 0;
    this.#reel = new Reel({ clip, behaviour, bitrateBps });
    this.#later = o.changeAtEpochMs === undefined ? null : new Reel({ clip: other, behaviour, bitrateBps });
    this.#changeAtEpochMs = o.changeAtEpochMs ?? Number.POSITIVE_INFINITY;
    this.#faults = [...(o.faults ?? [])];
  }

  /** The pictures of this moment. */
  reelAt(contentEpochMs: number): Reel {
    return this.#later !== null && contentEpochMs >= this.#changeAtEpochMs ? this.#later : this.#reel;
  }

  /**
   * The key frame with which a recorder begins that is asked for this moment: the one at or before it, as long as the footage reaches
   * back to there without a gap, else the first one behind. Null when there is no footage any more.
   */
  firstKey(channel: number, epochMs: number): number | null {
    const first = this.library.next(epochMs);
    if (first === null) return null;
    const reel = this.reelAt(first);
    const before = reel.keyBefore(channel, first);
    if (this.library.next(before) === before && this.library.reachesFrom(before, first)) return before;
    let after = first;
    while (!reel.isKey(channel, after)) after += MOMENT_MS;
    return this.library.next(after);
  }

  /** Bytes of program stream in a range: what a recorder says as `a=filesize`. */
  bytesIn(range: Span): number {
    let bytes = 0;
    for (const file of this.library.files(range)) {
      const startEpochMs = Math.max(file.startEpochMs, range.startEpochMs);
      const endEpochMs = Math.min(file.endEpochMs, range.endEpochMs);
      bytes += this.reelAt(startEpochMs).bytesPerMs * (endEpochMs - startEpochMs);
    }
    return Math.round(bytes);
  }

  /** The fault that is due at this moment of this channel; it will not come again. */
  takeFault(channelId: string, contentEpochMs: number): FootageFault | null {
    if (this.#faults.length === 0) return null;
    const index = this.#faults.findIndex(
      (fault) =>
        contentEpochMs >= fault.atEpochMs &&
        contentEpochMs < fault.atEpochMs + FAULT_WINDOW_MS &&
        (fault.channelId ?? channelId) === channelId,
    );
    return index < 0 ? null : (this.#faults.splice(index, 1)[0] ?? null);
  }

  /** One more fault, from now on. */
  addFault(fault: FootageFault): void {
    this.#faults.push(fault);
  }
}

/** A call that begins later than this behind the moment of a fault is not meant. */
const FAULT_WINDOW_MS = 2000;
