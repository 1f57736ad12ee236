import { fileStem } from './address.ts';
import { face, iconButton, make, saveFile } from './dom.ts';
import type { GbPlayer, RecordingTarget } from './state.ts';
import type { Words } from './words.ts';

/** `showSaveFilePicker` of the File System Access API, which only some browsers have. */
interface PickerWindow {
  showSaveFilePicker?(options: object): Promise<{ createWritable(): Promise<RecordingTarget> }>;
}

/** What was said about a recording stays so long. */
const NOTICE_MS = 8_000;
const VOLUME_STEP = 0.1;

/** The bar of buttons below the picture, and the keys that do the same. It knows the player only as every page does. */
export class Controls {
  readonly element = make('div', 'bar');
  readonly notice = make('p', 'notice');
  readonly #host: GbPlayer;
  readonly #resetZoom: () => void;
  readonly #play = iconButton('play', 'pause', () => this.#playOrPause());
  readonly #sound = iconButton('sound', 'soundOff', () => this.#muteOrUnmute());
  readonly #volume = make('input', 'volume');
  readonly #zoomOut = iconButton('zoom-out', 'zoomOut', () => this.#resetZoom());
  readonly #stats = iconButton('figures', 'stats', () => this.#switchStats());
  readonly #still = iconButton('still', 'still', () => void this.saveStill());
  readonly #record = iconButton('record', 'record', () => void this.#startOrStopRecording());
  readonly #pip = iconButton('pip', 'pictureInPicture', () => void this.#pictureInPicture());
  readonly #fullScreen = iconButton('full-screen', 'fullScreen', () => void this.#switchFullScreen());
  #words: Words;

  constructor(host: GbPlayer, words: Words, resetZoom: () => void) {
    this.#host = host;
    this.#words = words;
    this.#resetZoom = resetZoom;
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
    this.#pip.hidden = !document.pictureInPictureEnabled;
    const gap = make('span', 'gap');
    this.element.append(this.#play, this.#sound, this.#volume, gap, this.#zoomOut, this.#stats, this.#still);
    this.element.append(this.#record, this.#pip, this.#fullScreen);
  }

  /** Shows how things are now. */
  update(words: Words, isZoomed: boolean): void {
    this.#words = words;
    const host = this.#host;
    const isOver = ['paused', 'closed', 'blocked', 'undecodable', 'unsupported'].includes(host.state.type);
    face(this.#play, isOver ? 'play' : 'pause', isOver ? words.play : words.pause, 'k');
    face(this.#sound, host.muted ? 'soundOff' : 'soundOn', host.muted ? words.unmute : words.mute, 'm');
    face(this.#zoomOut, 'zoomOut', words.zoomOut, '0');
    face(this.#stats, 'stats', words.stats, 'i');
    face(this.#still, 'still', words.still, 's');
    face(this.#record, 'record', host.recording ? words.stopRecording : words.record, 'r');
    face(this.#pip, 'pictureInPicture', words.pictureInPicture, 'p');
    face(this.#fullScreen, 'fullScreen', words.fullScreen, 'f');
    this.#zoomOut.hidden = !isZoomed;
    this.#volume.value = String(host.muted ? 0 : host.volume);
    this.#volume.ariaLabel = words.volume;
    this.#stats.ariaPressed = String(host.stats);
    this.#record.ariaPressed = String(host.recording);
    this.#record.classList.toggle('on', host.recording);
    this.#record.disabled = !host.recording && host.state.type !== 'playing';
    this.#still.disabled = host.videoWidth === 0;
    this.element.classList.toggle('held', host.recording || isOver);
  }

  /** The keys that are the buttons; true when the key was one of them. */
  key(key: string): boolean {
    switch (key) {
      case ' ':
      case 'k':
        this.#playOrPause();
        break;
      case 'm':
        this.#muteOrUnmute();
        break;
      case 'i':
        this.#switchStats();
        break;
      case 's':
        void this.saveStill();
        break;
      case 'r':
        void this.#startOrStopRecording();
        break;
      case 'p':
        void this.#pictureInPicture();
        break;
      case 'f':
        void this.#switchFullScreen();
        break;
      case 'ArrowUp':
      case 'ArrowDown':
        this.#changeVolume(key === 'ArrowUp' ? VOLUME_STEP : -VOLUME_STEP);
        break;
      default:
        return false;
    }
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

  #switchStats(): void {
    this.#host.stats = !this.#host.stats;
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
          this.#tell(this.#words.recorded[detail.why]);
        }
      },
      { once: true },
    );
    host.startRecording(target);
  }

  #tell(sentence: string): void {
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
