import { useShortcuts } from '../keys/keys.ts';
import type { FootageWords } from '../words/footage.ts';
import { JUMP_SECONDS } from './transport.tsx';

interface Actions {
  words: FootageWords;
  playOrPause: () => void;
  slower: () => void;
  faster: () => void;
  jump: (seconds: number) => void;
  step: (by: 1 | -1) => void;
  zoom: (factor: number) => void;
  toFirst: () => void;
  toLast: () => void;
  markIn: () => void;
  markOut: () => void;
  download: () => void;
  still: () => void;
  mute: () => void;
  fullScreen: () => void;
}

/** The keys of the view, as cutting rooms have them: J K L, I and O, the arrows. */
export function useFootageKeys({ words, ...on }: Actions): void {
  useShortcuts(words.keys, [
    { key: ' ', words: words.keyPlay, run: on.playOrPause },
    { key: 'k', words: words.keyPlay, run: on.playOrPause },
    { key: 'j', words: words.keySlower, run: on.slower },
    { key: 'l', words: words.keyFaster, run: on.faster },
    { key: 'ArrowLeft', words: words.back(JUMP_SECONDS), run: () => on.jump(-JUMP_SECONDS) },
    { key: 'ArrowRight', words: words.forward(JUMP_SECONDS), run: () => on.jump(JUMP_SECONDS) },
    { key: ',', words: words.frameBack, run: () => on.step(-1) },
    { key: '.', words: words.frameForward, run: () => on.step(1) },
    { key: '+', words: words.keyZoom, run: () => on.zoom(0.5) },
    { key: '=', words: words.keyZoom, run: () => on.zoom(0.5) },
    { key: '-', words: words.keyZoom, run: () => on.zoom(2) },
    { key: 'Home', words: words.keyEnds, run: on.toFirst },
    { key: 'End', words: words.keyEnds, run: on.toLast },
    { key: 'i', words: words.markIn, run: on.markIn },
    { key: 'o', words: words.markOut, run: on.markOut },
    { key: 'd', words: words.download.device, run: on.download },
    { key: 's', words: words.still, run: on.still },
    { key: 'm', words: words.soundOn, run: on.mute },
    { key: 'f', words: words.fullScreen, run: on.fullScreen },
  ]);
}
