import { fileStem } from './address.ts';
import { face, type ICONS, iconButton, make, saveFile } from './dom.ts';
import type { GbPlayer, RecordingTarget } from './state.ts';
import type { Words } from './words.ts';

/** `showSaveFilePicker` of the File System Access API, which only some browsers have. */
interface PickerWindow {
  showSaveFilePicker?(options: object): Promise<{ createWritable(): Promise<RecordingTarget> }>;
}

/** What was said about a recording stays so long. */
const NOTICE_MS = 8_000;
const VOLUME_STEP = 0.1;

/** The buttons, in their order; each has a key. */
const KEYS = {
  play: 'k',
  sound: 'm',
  'zoom-out': '0',
  figures: 'i',
  still: 's',
  record: 'r',
  pip: 'p',
  'full-screen': 'f',
} as const;

type ButtonName = keyof typeof KEYS;

const BUTTON_OF: Readonly<Record<string, ButtonName>> = {
  ...Object.fromEntries(Object.entries(KEYS).map(([name, key]) => [key, name as ButtonName])),
  ' ': 'play',
};

/** The bar of buttons below the picture, and the keys that do the same. It knows the player only as every page does. */
export class Controls {
  readonly element = make('div', 'bar');
  readonly notice = make('p', 'notice');
  readonly #host: GbPlayer;
  readonly #volume = make('input', 'volume');
  readonly #buttons: Readonly<Record<ButtonName, HTMLButtonElement>>;
  #words: Words;

  constructor(host: GbPlayer, words: Words, resetZoom: () => void) {
    this.#host = host;
    this.#words = words;
    this.#volume.type = 'range';
    this.#volume.max = '1';
    this.#volume.step = '0.05';
    this.#volume.addEventListener('input', () => {
      host.volume = Number(this.#volume.value);
      host.muted = host.volume === 0;
    });
    this.element.part.add('controls');
    this.element.role = 'toolbar';
    this.notice.hidden = true;
    this.notice.role = 'status';
    const act: Readonly<Record<ButtonName, () => void>> = {
      play: () => this.#playOrPause(),
      sound: () => this.#muteOrUnmute(),
      'zoom-out': resetZoom,
      figures: () => {
        host.stats = !host.stats;
      },
      still: () => void this.saveStill(),
      record: () => void this.#startOrStopRecording(),
      pip: () => void this.#pictureInPicture(),
      'full-screen': () => void this.#switchFullScreen(),
    };
    const buttons = Object.entries(act).map(([name, onClick]) => [name, iconButton(name, onClick)] as const);
    this.#buttons = Object.fromEntries(buttons) as Record<ButtonName, HTMLButtonElement>;
    this.#buttons.pip.hidden = !document.pictureInPictureEnabled;
    this.element.append(...Object.values(this.#buttons));
    this.#buttons.sound.after(this.#volume, make('span', 'gap'));
  }

  /** Shows how things are now. */
  update(words: Words, isZoomed: boolean): void {
    this.#words = words;
    const host = this.#host;
    const isOver = ['paused', 'closed', 'blocked', 'undecodable', 'unsupported'].includes(host.state.type);
    const { record, still, 'zoom-out': zoomOut, figures } = this.#buttons;
    const show = (name: ButtonName, icon: keyof typeof ICONS, label: string) =>
      face(this.#buttons[name], icon, label, KEYS[name]);
    if (isOver) show('play', 'play', words.play);
    else show('play', 'pause', words.pause);
    if (host.muted) show('sound', 'soundOff', words.unmute);
    else show('sound', 'soundOn', words.mute);
    show('zoom-out', 'zoomOut', words.zoomOut);
    show('figures', 'stats', words.stats);
    show('still', 'still', words.still);
    show('record', 'record', host.recording ? words.stopRecording : words.record);
    show('pip', 'pictureInPicture', words.pictureInPicture);
    show('full-screen', 'fullScreen', words.fullScreen);
    zoomOut.hidden = !isZoomed;
    this.#volume.value = String(host.muted ? 0 : host.volume);
    this.#volume.ariaLabel = words.volume;
    figures.ariaPressed = String(host.stats);
    record.ariaPressed = String(host.recording);
    record.classList.toggle('on', host.recording);
    record.disabled = !host.recording && host.state.type !== 'playing';
    still.disabled = host.videoWidth === 0;
    this.element.classList.toggle('held', host.recording || isOver);
  }

  /** The keys that are the buttons; true when the key was one of them. */
  key(key: string): boolean {
    const name = BUTTON_OF[key];
    if (name !== undefined) this.#buttons[name].click();
    else if (key === ',' || key === '.') void this.#host.step(key === '.' ? 1 : -1);
    else if (key === 'ArrowUp' || key === 'ArrowDown')
      this.#changeVolume(key === 'ArrowUp' ? VOLUME_STEP : -VOLUME_STEP);
    else return false;
    return true;
  }

  /** The picture of now as a file in the browser's downloads. */
  async saveStill(): Promise<void> {
    const host = this.#host;
    if (host.videoWidth === 0) return;
    const stem = fileStem(host.src, host.contentTime ?? new Date());
    saveFile(await host.captureStill('image/jpeg'), `${stem}.jpg`);
  }

  #playOrPause(): void {
    if (['connecting', 'waiting', 'playing', 'retrying'].includes(this.#host.state.type)) this.#host.pause();
    else this.#host.play();
  }

  #muteOrUnmute(): void {
    const host = this.#host;
    host.muted = !host.muted;
    if (!host.muted && host.volume === 0) host.volume = 0.5;
    if (host.state.type === 'blocked') host.play();
  }

  #changeVolume(by: number): void {
    const host = this.#host;
    host.volume = Math.min(1, Math.max(0, Math.round((host.volume + by) * 20) / 20));
    host.muted = host.volume === 0;
  }

  async #startOrStopRecording(): Promise<void> {
    const host = this.#host;
    if (host.recording) {
      await host.stopRecording();
      return;
    }
    if (host.state.type !== 'playing') return;
    const name = `${fileStem(host.src, host.contentTime ?? new Date())}.mp4`;
    let target: RecordingTarget | undefined;
    const picker = (window as PickerWindow).showSaveFilePicker;
    if (picker !== undefined) {
      try {
        const types = [{ accept: { 'video/mp4': ['.mp4'] } }];
        target = await (await picker.call(window, { suggestedName: name, types })).createWritable();
      } catch (error) {
        if ((error as Error).name === 'AbortError') return;
        // In a frame of another origin the picker is forbidden: the file is kept in memory.
      }
    }
    if (host.recording) return;
    host.addEventListener(
      'recordingstop',
      ({ detail }) => {
        if (detail.file !== null) saveFile(detail.file, name);
        if (detail.why === 'codec' || detail.why === 'limit' || detail.why === 'fault') {
          this.tell(this.#words.recorded[detail.why]);
        }
      },
      { once: true },
    );
    host.startRecording(target);
  }

  /** Says something for a while. */
  tell(sentence: string): void {
    this.notice.textContent = sentence;
    this.notice.hidden = false;
    window.setTimeout(() => {
      this.notice.hidden = true;
    }, NOTICE_MS);
  }

  async #pictureInPicture(): Promise<void> {
    const { video } = this.#host;
    try {
      if (document.pictureInPictureElement !== null) await document.exitPictureInPicture();
      else if (document.pictureInPictureEnabled) await video.requestPictureInPicture();
    } catch {
      // The browser has no picture yet, or does not want to: the button did nothing.
    }
  }

  async #switchFullScreen(): Promise<void> {
    const { video } = this.#host as { video: HTMLVideoElement & { webkitEnterFullscreen?(): void } };
    try {
      if (document.fullscreenElement !== null) await document.exitFullscreen();
      // iPhones show nothing but a video over the whole screen.
      else if (typeof this.#host.requestFullscreen === 'function') await this.#host.requestFullscreen();
      else video.webkitEnterFullscreen?.();
    } catch {
      // A frame without the permission: the button did nothing.
    }
  }
}
