/** The last picture, drawn over the video while it changes its source, so that nothing flashes. */
export class Still {
  readonly #video: HTMLVideoElement;
  readonly #canvas: HTMLCanvasElement | undefined;
  /** Number of the source whose picture is waited for. */
  #source = 0;

  constructor(video: HTMLVideoElement, canvas: HTMLCanvasElement | undefined) {
    this.#video = video;
    this.#canvas = canvas;
  }

  /** Draws the picture of now. */
  hold(): void {
    const canvas = this.#canvas;
    const { videoWidth, videoHeight } = this.#video;
    // While the still is shown, the video below it has no newer picture.
    if (canvas === undefined || videoWidth === 0 || !canvas.hidden) return;
    canvas.width = videoWidth;
    canvas.height = videoHeight;
    canvas.getContext('2d')?.drawImage(this.#video, 0, 0);
    canvas.hidden = false;
  }

  /** Another source is on the element: once it shows its own picture, the held one goes. */
  reveal(): void {
    const canvas = this.#canvas;
    const video = this.#video;
    const source = ++this.#source;
    if (canvas === undefined || canvas.hidden || !('requestVideoFrameCallback' in video)) return;
    // The first picture is said to be presented a moment before it is on the screen; with the second it is.
    video.requestVideoFrameCallback(() =>
      video.requestVideoFrameCallback(() => {
        if (source === this.#source) canvas.hidden = true;
      }),
    );
  }

  /** It plays: sound alone has no picture to wait for, an older browser no way to say when there is one. */
  plays(): void {
    const video = this.#video;
    if (this.#canvas !== undefined && (video.videoWidth === 0 || !('requestVideoFrameCallback' in video)))
      this.#canvas.hidden = true;
  }
}
