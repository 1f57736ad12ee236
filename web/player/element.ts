import { Player } from './player.ts';
import type { PlayerState } from './state.ts';

/**
 * `<gbgate-player src="wss://host/live/…mp4">`: the player for other people's pages, one script, no framework.
 * Attributes: `src`, `muted` (a browser plays sound only after a click), `controls`. Fires `statechange` with the player's state in `detail`.
 */
class GbgatePlayer extends HTMLElement {
  static readonly observedAttributes = ['src', 'muted', 'controls'];
  readonly #video = document.createElement('video');
  readonly #still = document.createElement('canvas');
  #player: Player | null = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    // Through the object model, so that a page with a strict Content-Security-Policy may use it.
    this.#video.playsInline = true;
    this.#still.hidden = true;
    for (const layer of [this.#video, this.#still]) {
      Object.assign(layer.style, {
        position: 'absolute',
        inset: '0',
        width: '100%',
        height: '100%',
        objectFit: 'contain',
      });
    }
    root.append(this.#video, this.#still);
  }

  /** The video element inside, for full screen and sound. */
  get video(): HTMLVideoElement {
    return this.#video;
  }

  connectedCallback(): void {
    if (this.style.position === '') this.style.position = 'relative';
    if (this.style.display === '') this.style.display = 'block';
    this.#restart();
  }

  disconnectedCallback(): void {
    this.#player?.close();
    this.#player = null;
  }

  attributeChangedCallback(name: string): void {
    if (name === 'src') this.#restart();
    else if (name === 'muted') this.#video.muted = this.hasAttribute('muted');
    else this.#video.controls = this.hasAttribute('controls');
  }

  #restart(): void {
    this.#player?.close();
    this.#player = null;
    const src = this.getAttribute('src');
    if (src === null || !this.isConnected) return;
    const address = new URL(src, document.baseURI);
    address.protocol = address.protocol.replace('http', 'ws');
    this.#player = new Player({
      video: this.#video,
      still: this.#still,
      address: () => address.href,
      onState: (state: PlayerState) => this.dispatchEvent(new CustomEvent('statechange', { detail: state })),
    });
    this.#player.start();
  }
}

if (customElements.get('gbgate-player') === undefined) customElements.define('gbgate-player', GbgatePlayer);
