/** Icons are line drawings of 24 units. */
export const ICONS = {
  play: 'M7 5v14l12-7z',
  pause: 'M8 5v14M16 5v14',
  soundOff: 'M4 9v6h4l5 4V5L8 9zM17 9l5 6M22 9l-5 6',
  soundOn: 'M4 9v6h4l5 4V5L8 9zM16.5 8.5a5 5 0 0 1 0 7M19 6a9 9 0 0 1 0 12',
  still: 'M3 7h4l2-3h6l2 3h4v12H3zM12 9a4 4 0 1 0 .01 0',
  record: 'M12 6a6 6 0 1 0 .01 0',
  pictureInPicture: 'M3 5h18v14H3zM12 12h7v5h-7z',
  fullScreen: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  stats: 'M4 20V10M10 20V4M16 20v-8M21 20H3',
  zoomOut: 'M10 4a6 6 0 1 0 .01 0M14.5 14.5L20 20M7 10h6',
} as const;

const SVG = 'http://www.w3.org/2000/svg';

/** An element with its class, and what is in it. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...content: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...content);
  return element;
}

/** A button for an icon. */
export function iconButton(className: string, onClick: () => void): HTMLButtonElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(SVG, 'path'));
  const button = make('button', className, svg);
  button.type = 'button';
  button.addEventListener('click', onClick);
  return button;
}

/** Gives a button of `iconButton` its face; the DOM is touched only where it differs. `label` is for the tooltip, with the key, and the screen reader. */
export function face(button: HTMLButtonElement, name: keyof typeof ICONS, label: string, key: string): void {
  button.querySelector('path')?.setAttribute('d', ICONS[name]);
  const title = `${label} (${key})`;
  if (button.title === title) return;
  button.title = title;
  button.ariaLabel = label;
  button.setAttribute('aria-keyshortcuts', key);
}

/** Hands a file to the browser's downloads. */
export function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The download has its own hold on the file by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
