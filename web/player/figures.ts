import { make } from './dom.ts';
import type { PlayerFigures } from './state.ts';
import { codecName, type Words } from './words.ts';

function bitrate(bps: number): string {
  return bps < 999_500 ? `${Math.round(bps / 1_000)} kbit/s` : `${(bps / 1_000_000).toFixed(1)} Mbit/s`;
}

/** The overlay of `stats`: codec, size, frame rate, bit rate, sound, loss, delay. */
export function showFigures(box: HTMLElement, figures: PlayerFigures, words: Words): void {
  const { video, audio, width, height, fps } = figures;
  const parts = [
    ...(video === null ? [] : [codecName(video.codec), `${width}×${height}`, `${Math.round(fps)} fps`]),
    bitrate(figures.bitrateBps),
    ...(audio === null ? [] : [codecName(audio.codec)]),
    `${words.lost} ${figures.lostFrames}`,
    `${words.delay} ${Math.round(figures.delayMs)} ms`,
  ];
  box.replaceChildren(...parts.map((part) => make('span', '', part)));
}
