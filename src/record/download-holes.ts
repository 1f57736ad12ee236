/** What a download makes of lost packets: whether the same footage is asked for again, and over what. */
import { END_SLACK_MS } from './download-end.ts';

/** A hole of a UDP call is asked for so often; then it is the device's own. */
const HOLE_TRIES = 3;

export class DownloadHoles {
  #epochMs = Number.NEGATIVE_INFINITY;
  #tries = 0;
  #isUdp = false;
  /** `lossy`: packets were lost over UDP; `only`: the device sends over nothing else. */
  #udp: 'fine' | 'lossy' | 'only' = 'fine';

  /** The next call is to try UDP last. */
  get avoidsUdp(): boolean {
    return this.#udp === 'lossy';
  }

  /** A call sends, over this transport. */
  started(transport: string): void {
    this.#isUdp = transport === 'udp';
    // to ask for another in vain costs seconds: not again
    if (this.#isUdp && this.#udp === 'lossy') this.#udp = 'only';
  }

  /** Packets were lost behind this moment of content; false: they were asked for often enough. */
  isAskedAgain(epochMs: number): boolean {
    if (this.#isUdp && this.#udp === 'fine') this.#udp = 'lossy';
    if (Math.abs(epochMs - this.#epochMs) > END_SLACK_MS) {
      this.#epochMs = epochMs;
      this.#tries = 0;
    }
    this.#tries += 1;
    return this.#tries <= HOLE_TRIES;
  }
}
