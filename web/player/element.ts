import { socketAddress, subStreamAddress } from './address.ts';
import { Controls } from './controls.ts';
import { make } from './dom.ts';
import { showFigures } from './figures.ts';
import { Lens } from './lens.ts';
import { Message } from './message.ts';
import { Player } from './player.ts';
import type { Recorder } from './recorder.ts';
import type {
  GbPlayer,
  GbPlayerEventMap,
  PlaybackCommand,
  PlayerError,
  PlayerFigures,
  PlayerState,
  RecordingResult,
  RecordingTarget,
} from './state.ts';
import { playerSheet } from './style.ts';
import { sentenceOf, type Words, wordsFor } from './words.ts';

/** Said by the video inside and said again by the element. `play` and `pause` are the element's own. */
const VIDEO_EVENTS = [
  'playing',
  'waiting',
  'volumechange',
  'loadedmetadata',
  'loadeddata',
  'canplay',
  'resize',
  'timeupdate',
  'enterpictureinpicture',
  'leavepictureinpicture',
];

const ATTRIBUTES = ['src', 'sub-src', 'muted', 'controls', 'stats', 'quiet', 'lang'] as const;

/** `<gb-player>`: see `GbPlayer` for what it can do. */
class GbPlayerElement extends HTMLElement implements GbPlayer {
  static readonly observedAttributes = ATTRIBUTES;
  readonly #video = document.createElement('video');
  readonly #still = document.createElement('canvas');
  readonly #stats = make('p', 'stats');
  readonly #chip = make('button', 'chip');
  readonly #internals = this.attachInternals();
  readonly #message: Message;
  readonly #lens: Lens;
  #controls: Controls | null = null;
  #player: Player | null = null;
  /** The recording that is under way; of null when what writes it could not be loaded. */
  #recording: Promise<Recorder | null> | null = null;
  #recorder: Recorder | null = null;
  #state: PlayerState = { type: 'connecting' };
  #words: Words = wordsFor('en');
  #playback = 'none null';
  #isStepping = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [playerSheet()];
    this.#video.playsInline = true;
    this.#video.dataset.testid = 'player';
    this.#video.part.add('video');
    this.#still.hidden = true;
    this.#stats.hidden = true;
    this.#stats.part.add('stats');
    this.#chip.type = 'button';
    this.#chip.hidden = true;
    this.#chip.addEventListener('click', () => {
      this.muted = false;
    });
    const screen = make('div', 'screen', this.#video, this.#still);
    this.#lens = new Lens(this, screen, () => this.#update());
    this.#message = new Message(this, this.#words, () => this.#subStream());
    root.append(screen, this.#message.element, this.#stats, this.#chip);
    this.#internals.role = 'group';
    for (const type of VIDEO_EVENTS) this.#video.addEventListener(type, () => this.#say(type));
    // The buttons of the small window are the browser's; it speaks to the video inside.
    this.#video.addEventListener('pause', () => {
      if (this.shadowRoot?.pictureInPictureElement === this.#video) this.pause();
    });
    this.#video.addEventListener('play', () => {
      if (this.paused && !this.#isStepping) this.play();
    });
    this.addEventListener('keydown', (event) => this.#key(event));
  }

  connectedCallback(): void {
    this.#translate();
    // An element of the page's own HTML had its `src` read while it was in the page already.
    if (this.#player === null) this.#restart();
  }

  disconnectedCallback(): void {
    this.#close();
  }

  attributeChangedCallback(name: (typeof ATTRIBUTES)[number], before: string | null, now: string | null): void {
    if (name === 'muted') this.#video.muted = now !== null;
    if (before === now) return;
    if (name === 'src') this.#restart();
    else if (name === 'controls') this.#switchControls();
    else if (name === 'stats') this.#stats.hidden = now === null;
    if (name === 'lang') this.#translate();
    else this.#update();
    if (name === 'quiet') this.#message.show(this.#state, this.#words);
  }

  get src(): string {
    return this.getAttribute('src') ?? '';
  }
  set src(value: string) {
    this.setAttribute('src', value);
  }
  get subSrc(): string {
    return this.getAttribute('sub-src') ?? '';
  }
  set subSrc(value: string) {
    this.setAttribute('sub-src', value);
  }
  get controls(): boolean {
    return this.hasAttribute('controls');
  }
  set controls(value: boolean) {
    this.toggleAttribute('controls', value);
  }
  get stats(): boolean {
    return this.hasAttribute('stats');
  }
  set stats(value: boolean) {
    this.toggleAttribute('stats', value);
  }
  get quiet(): boolean {
    return this.hasAttribute('quiet');
  }
  set quiet(value: boolean) {
    this.toggleAttribute('quiet', value);
  }
  get muted(): boolean {
    return this.#video.muted;
  }
  set muted(value: boolean) {
    this.#video.muted = value;
  }
  get volume(): number {
    return this.#video.volume;
  }
  set volume(value: number) {
    this.#video.volume = value;
  }
  get paused(): boolean {
    return this.#state.type === 'paused';
  }
  get currentTime(): number {
    return this.#video.currentTime;
  }
  get contentTime(): Date | null {
    const epochMs = this.#player?.contentEpochMs ?? null;
    return epochMs === null ? null : new Date(epochMs);
  }
  get playbackState(): 'none' | 'playing' | 'paused' {
    if (this.playbackSpeed === null) return 'none';
    return this.paused ? 'paused' : 'playing';
  }
  get playbackSpeed(): number | null {
    return this.#player?.speed ?? null;
  }
  get videoWidth(): number {
    return this.#video.videoWidth;
  }
  get videoHeight(): number {
    return this.#video.videoHeight;
  }
  get readyState(): number {
    return this.#video.readyState;
  }
  get error(): PlayerError | null {
    const { type } = this.#state;
    if (type !== 'closed' && type !== 'undecodable' && type !== 'unsupported') return null;
    return { code: type === 'closed' ? 2 : 4, message: sentenceOf(this.#state, this.#words) };
  }
  get state(): PlayerState {
    return this.#state;
  }
  get recording(): boolean {
    return this.#recording !== null;
  }
  get video(): HTMLVideoElement {
    return this.#video;
  }

  play(): void {
    if (this.#player === null) return;
    if (this.#state.type === 'blocked') this.#player.play();
    else if (!['connecting', 'waiting', 'playing'].includes(this.#state.type)) this.#player.start();
  }

  pause(): void {
    if (this.#player === null || this.paused) return;
    this.#player.pause();
  }

  control(command: PlaybackCommand): void {
    this.#player?.control(command);
  }

  async step(by: 1 | -1): Promise<boolean> {
    // A step plays for a moment.
    this.#isStepping = true;
    const isDone = await this.#player?.step(by);
    this.#isStepping = false;
    return isDone ?? false;
  }

  captureStill(type: 'image/jpeg' | 'image/png' = 'image/jpeg'): Promise<Blob> {
    const { videoWidth, videoHeight } = this.#video;
    const held = this.#still.hidden ? null : this.#still;
    const canvas = document.createElement('canvas');
    canvas.width = held?.width ?? videoWidth;
    canvas.height = held?.height ?? videoHeight;
    canvas.getContext('2d')?.drawImage(held ?? this.#video, 0, 0);
    return new Promise((resolve, reject) => {
      // A canvas without an area has no picture.
      canvas.toBlob(
        (file) => (file === null ? reject(new Error('There is no picture yet.')) : resolve(file)),
        type,
        0.92,
      );
    });
  }

  startRecording(target?: RecordingTarget): void {
    const player = this.#player;
    if (player === null || this.#recording !== null) throw new Error('A recording is under way, or nothing plays.');
    const onEnd = (detail: RecordingResult) => {
      this.#recording = null;
      this.#recorder = null;
      this.#player?.copy(false);
      this.#update();
      this.dispatchEvent(new CustomEvent<RecordingResult>('recordingstop', { detail }));
    };
    this.#recording = import('./recorder.ts').then(
      ({ Recorder }) => {
        player.copy(true);
        this.#recorder = new Recorder(target ?? null, onEnd);
        return this.#recorder;
      },
      () => {
        void target?.close().catch(() => {});
        onEnd({ why: 'fault', file: null, bytes: 0, seconds: 0 });
        return null;
      },
    );
    this.#say('recordingstart');
  }

  async stopRecording(): Promise<RecordingResult | null> {
    return (await (await this.#recording)?.end('asked')) ?? null;
  }

  zoom(scale: number, x = 0.5, y = 0.5): void {
    this.#lens.to(scale, x, y);
  }

  declare addEventListener: GbPlayer['addEventListener'];

  #say(type: string): void {
    this.#update();
    this.dispatchEvent(new Event(type));
  }

  #tell<K extends 'statechange' | 'figures' | 'codec'>(type: K, detail: GbPlayerEventMap[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #close(): void {
    void this.#recording?.then((recorder) => recorder?.end('closed'));
    this.#player?.close();
    this.#player = null;
    this.#message.close();
  }

  #restart(): void {
    this.#close();
    const { src } = this;
    if (src === '' || !this.isConnected) return;
    this.#chip.hidden = true;
    this.#still.hidden = true;
    this.#stats.replaceChildren();
    this.#player = new Player({
      video: this.#video,
      still: this.#still,
      address: () => socketAddress(this.src, document.baseURI),
      onState: (state) => this.#on(state),
      onFigures: (figures) => this.#figures(figures),
      onMessage: (message) => {
        if (message.type === 'init') this.#tell('codec', message);
      },
      onTime: () => this.#timeChanged(),
      onSoundRefused: () => {
        this.#chip.hidden = false;
      },
      onPiece: (bytes, isInit) => this.#recorder?.take(bytes, isInit),
    });
    this.#player.start();
  }

  #timeChanged(): void {
    this.dispatchEvent(new Event('contenttimechange'));
    this.#playbackChanged();
  }

  #playbackChanged(): void {
    const playback = `${this.playbackState} ${this.playbackSpeed}`;
    if (playback === this.#playback) return;
    this.#playback = playback;
    this.#say('playbackstatechange');
  }

  #on(state: PlayerState): void {
    const wasPaused = this.paused;
    this.#state = state;
    this.#message.show(state, this.#words);
    this.#update();
    this.#tell('statechange', state);
    if (this.paused !== wasPaused) this.#say(wasPaused ? 'play' : 'pause');
    this.#playbackChanged();
    if (state.type === 'playing' && state.code === 'speed_not_supported') this.#controls?.tell(this.#words.speed);
    if (this.error !== null) this.#say('error');
  }

  #figures(figures: PlayerFigures): void {
    if (this.stats) showFigures(this.#stats, figures, this.#words);
    this.#tell('figures', figures);
  }

  /** The own attribute, that of the nearest element above with one, or the browser's language. */
  #translate(): void {
    const marked = this.closest<HTMLElement>('[lang]')?.lang;
    this.#words = wordsFor(marked || navigator.language);
    this.#internals.ariaLabel = this.#words.player;
    this.#chip.textContent = this.#words.clickForSound;
    if (this.#player !== null) this.#message.show(this.#state, this.#words);
    this.#update();
  }

  #switchControls(): void {
    this.#lens.listen(this.controls);
    this.#controls?.element.remove();
    this.#controls?.notice.remove();
    this.#controls = null;
    if (!this.controls) return;
    this.#controls = new Controls(this, this.#words, () => this.#lens.to(1));
    this.shadowRoot?.append(this.#controls.notice, this.#controls.element);
    if (!this.hasAttribute('tabindex')) this.tabIndex = 0;
  }

  #update(): void {
    if (!this.#video.muted) this.#chip.hidden = true;
    this.#controls?.update(this.#words, this.#lens.isZoomed);
  }

  #subStream(): string | null {
    return this.subSrc || subStreamAddress(this.src, document.baseURI);
  }

  #key(event: KeyboardEvent): void {
    if (this.#controls === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const inside = event.composedPath()[0];
    // A button does with the space bar what it is there for, the volume with the arrows.
    const isTaken = inside instanceof HTMLInputElement || (inside instanceof HTMLButtonElement && event.key === ' ');
    if (!isTaken && (this.#lens.key(event.key) || this.#controls.key(event.key))) event.preventDefault();
  }
}

if (customElements.get('gb-player') === undefined) customElements.define('gb-player', GbPlayerElement);
