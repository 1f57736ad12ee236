/**
 * Which early signs of a frame's end this stream can be believed (RTP-5). A sign is believed after it agreed with the
 * true frame boundaries eight times in a row, and not any more after it was wrong once. A good camera then costs no
 * frame of delay, a bad one no broken frame.
 */

/** Eight agreements are a third of a second of a 25 fps camera: short to wait, unlikely by chance. */
export const AGREEMENTS = 8;

class EndSign {
  #streak = 0;
  #fired = false;
  #everWrong = false;

  /** The sign has agreed often enough to act on it. */
  get trusted(): boolean {
    return this.#streak >= AGREEMENTS;
  }

  /** Nothing speaks against it so far: good enough to tell a whole frame from a cut one when packets are missing behind it. */
  get credible(): boolean {
    return this.#fired && (!this.#everWrong || this.#streak > 0);
  }

  /** As `credible`, and it has been right before. */
  get proven(): boolean {
    return this.#fired && this.#streak > 0;
  }

  /** It has never been wrong, and right often enough to say that a frame is whole. */
  get certain(): boolean {
    return this.#fired && !this.#everWrong && this.trusted;
  }

  get fired(): boolean {
    return this.#fired;
  }

  /** The sign was seen where a frame may end. */
  fire(): void {
    this.#fired = true;
  }

  /** A frame ended here: the sign should have been seen. */
  boundary(): void {
    this.#streak = this.#fired ? Math.min(this.#streak + 1, AGREEMENTS) : 0;
    this.#fired = false;
  }

  /** The frame went on. Returns true when the sign had said otherwise. */
  continued(): boolean {
    const wrong = this.#fired;
    if (wrong) this.distrust();
    return wrong;
  }

  distrust(): void {
    this.#streak = 0;
    this.#fired = false;
    this.#everWrong = true;
  }

  /** Forgets what was seen since the last boundary, keeps the trust (a loss says nothing about the sign). */
  forget(): void {
    this.#fired = false;
  }
}

/** Frames after which markers that are never set, or set inside of frames, are named: a second or less. */
const MARKER_FRAMES = 16;

/** The signs of one stream: the marker bit, a pack header, and sound behind the video. */
export class EndSigns {
  readonly marker = new EndSign();
  readonly pack = new EndSign();
  readonly sound = new EndSign();
  /** The end of a PES that is not filled up: of use where frames have one PES each, and nothing else tells their end. */
  readonly pes = new EndSign();
  #frames = 0;
  #marked = 0;
  #inside = 0;

  /** A frame has ended. Returns what is wrong with the markers of the stream, once it is certain. */
  boundary(): string | null {
    this.#frames += 1;
    if (this.marker.fired) this.#marked += 1;
    this.marker.boundary();
    this.pack.boundary();
    this.sound.boundary();
    this.pes.boundary();
    if (this.#frames < MARKER_FRAMES) return null;
    const words =
      this.#inside >= MARKER_FRAMES / 2
        ? 'the marker is set inside of frames'
        : this.#marked === 0
          ? 'the marker is never set'
          : null;
    this.#frames = this.#marked = this.#inside = 0;
    return words;
  }

  /** Something says that the frame in the buffer is whole. */
  get ended(): boolean {
    return this.marker.credible || this.sound.proven || this.pes.certain;
  }

  /** A marker where no frame can end; `certain` false: where nobody knows, because the open PES has no length. */
  markerInside(certain: boolean): void {
    if (certain) this.#inside += 1;
    this.#marked += 1;
    this.marker.distrust();
  }

  /** Returns true when the marker had said otherwise. */
  continued(): boolean {
    this.pack.continued();
    this.sound.continued();
    this.pes.continued();
    return this.marker.continued();
  }

  distrust(): void {
    this.marker.distrust();
    this.pack.distrust();
    this.sound.distrust();
    this.pes.distrust();
  }

  forget(): void {
    this.marker.forget();
    this.pack.forget();
    this.sound.forget();
    this.pes.forget();
  }
}
