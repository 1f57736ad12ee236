import { useLayoutEffect, useRef } from 'preact/hooks';
import { useWords } from '../language.ts';
import { useStore } from '../store.ts';
import { shellWords } from '../words/shell.ts';
import { type Shortcut, type ShortcutGroup, shortcutGroups } from './keys.ts';

import './keys.css';

/** How a key is printed on keyboards. */
const CAPS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  PageUp: 'Page ↑',
  PageDown: 'Page ↓',
  Escape: 'Esc',
};

/** Keys that do the same stand in one line. */
function linesOf(shortcuts: readonly Shortcut[]): Map<string, string[]> {
  const lines = new Map<string, string[]>();
  for (const { words, key } of shortcuts) lines.set(words, [...(lines.get(words) ?? []), key]);
  return lines;
}

/** Parts of the page that stand under the same heading are one. */
function merged(groups: readonly ShortcutGroup[]): ShortcutGroup[] {
  const titles = [...new Set(groups.map(({ title }) => title))];
  return titles.map((title) => ({
    title,
    shortcuts: groups.filter((one) => one.title === title).flatMap(({ shortcuts }) => shortcuts),
  }));
}

/** Every key that works now. */
export function KeySheet({ onClose }: { onClose: () => void }) {
  const words = useWords(shellWords);
  const groups = useStore(shortcutGroups);
  const dialog = useRef<HTMLDialogElement>(null);
  // Before anything is painted: the next key is the sheet's.
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} class="keys" data-testid="keys" aria-labelledby="keys-title" onClose={onClose}>
      <header>
        <h2 id="keys-title">{words.keys}</h2>
        <button type="button" class="plain" onClick={() => dialog.current?.close()}>
          {words.close}
        </button>
      </header>
      <div class="key-groups">
        {merged(groups).map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {[...linesOf(group.shortcuts)].map(([said, keys]) => (
                <div key={said}>
                  <dt>
                    {keys
                      .flatMap((pair) => pair.split(' '))
                      .map((key) => (
                        <kbd key={key}>{CAPS[key] ?? (key.length === 1 ? key.toUpperCase() : key)}</kbd>
                      ))}
                  </dt>
                  <dd>{said}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </dialog>
  );
}
