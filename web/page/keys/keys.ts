import { useEffect, useRef } from 'preact/hooks';
import { Store } from '../store.ts';

/** One key of the page: what it does in the words of the language spoken now. */
export interface Shortcut {
  /** As `KeyboardEvent.key` (`Enter`, `ArrowLeft`, `/`), or two of them with a blank between: `g l`. */
  readonly key: string;
  readonly words: string;
  run(): void;
}

/** The keys of one part of the page, under its heading in the sheet. */
export interface ShortcutGroup {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

/** What can be pressed now: the sheet shows it. */
export const shortcutGroups = new Store<readonly ShortcutGroup[]>([]);

/** The second of two keys must follow within this time, or the first one counts for nothing. */
const SECOND_KEY_MS = 1_500;

/** True where keys are text, or somebody else's: fields, an open dialog, a player with keys of its own. */
function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('input, select, textarea, [contenteditable], dialog') != null) return true;
  return document.querySelector('dialog[open]') !== null;
}

/**
 * Reads keys against the groups there are: a pair (`g l`) is remembered for its second key. Pure but for the memory of one key.
 */
export class KeyReader {
  #first = '';
  #firstMs = 0;

  /** The shortcut that `key` completes, or null. The newest group wins: a view's key hides the page's. */
  read(key: string, nowMs: number, groups: readonly ShortcutGroup[]): Shortcut | null {
    const all = groups.toReversed().flatMap((group) => group.shortcuts);
    const pair = nowMs - this.#firstMs <= SECOND_KEY_MS ? `${this.#first} ${key}` : null;
    this.#first = '';
    const found = all.find((one) => one.key === pair) ?? all.find((one) => one.key === key);
    if (found === undefined && all.some((one) => one.key.startsWith(`${key} `))) {
      this.#first = key;
      this.#firstMs = nowMs;
    }
    return found ?? null;
  }
}

const reader = new KeyReader();

function pressed(event: KeyboardEvent): void {
  if (isTaken(event)) return;
  // A button or link in focus does by Enter and space what it says.
  if ((event.key === 'Enter' || event.key === ' ') && event.target instanceof Element) {
    if (event.target.closest('button, a, summary, [role="tree"]') !== null) return;
  }
  const found = reader.read(event.key, performance.now(), shortcutGroups.value);
  if (found === null) return;
  event.preventDefault();
  found.run();
}

/** Listens to the keys of the whole page until the answer is called. */
export function listenToKeys(): () => void {
  document.addEventListener('keydown', pressed);
  return () => document.removeEventListener('keydown', pressed);
}

/** These keys work, and stand in the sheet, as long as the component is shown. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]): void {
  const now = useRef(shortcuts);
  now.current = shortcuts;
  const shape = shortcuts.map((one) => `${one.key} ${one.words}`).join('\n');
  useEffect(() => {
    const group: ShortcutGroup = {
      title,
      shortcuts: shortcuts.map((one, i) => ({ key: one.key, words: one.words, run: () => now.current[i]?.run() })),
    };
    shortcutGroups.set([...shortcutGroups.value, group]);
    return () => shortcutGroups.set(shortcutGroups.value.filter((other) => other !== group));
  }, [title, shape]);
}
