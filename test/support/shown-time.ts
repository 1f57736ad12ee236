import type { Page } from 'playwright-core';

/** Watches the picture on the screen of the page's player, by the time that it carries itself: `window.times` of `WITNESS`, by media time. */
const WATCH = `
  const video = document.querySelector('gb-player')?.video;
  if (video && video !== window.watched) {
    window.watched = video;
    window.shownMs = null;
    const look = (_, { mediaTime }) => {
      video.requestVideoFrameCallback(look);
      const ms = Math.round(mediaTime * 1000);
      const own = [0, 1, -1].map((off) => window.times.get(ms + off)).find((time) => time !== undefined);
      if (own !== undefined && video === window.watched) window.shownMs = own;
    };
    video.requestVideoFrameCallback(look);
  }
`;

export interface ShownTime {
  /** The moment that the picture on the screen carries; null before the first one. */
  readonly shownMs: number | null;
  /** What the page says that it shows. */
  readonly clockMs: number | null;
}

/** What is on the screen, and what the page's clock says at that moment. The page was opened with `WITNESS`. */
export function shownTime(page: Page): Promise<ShownTime> {
  return page.evaluate(`(() => {
    ${WATCH}
    const clock = document.querySelector('[data-testid="clock"]')?.dataset.epochMs ?? '';
    return { shownMs: window.shownMs ?? null, clockMs: clock === '' ? null : Number(clock) };
  })()`) as Promise<ShownTime>;
}

/** The earliest picture that has come to the page of those between two moments; null when there is none. */
export function firstPicture(page: Page, fromMs: number, toMs: number): Promise<number | null> {
  return page.evaluate(`(() => {
    const near = [...window.times.values()].filter((time) => time >= ${fromMs} && time < ${toMs});
    return near.length === 0 ? null : Math.min(...near);
  })()`) as Promise<number | null>;
}
