import type { Page } from 'playwright-core';
import { type Browser, messageWords, type PlayerFacts, playerFacts } from './browser.ts';
import { StandIn, type Viewer } from './stand-in.ts';

/** The address of the channel, relative to the page as its author would write it. */
export const SRC = 'live/34020000001320000001/34020000001310000001.mp4';

export interface PlayerPageOptions {
  /** Of the `<gb-player>`; `muted` when not said. */
  attributes?: string;
  /** The page's Content-Security-Policy; as strict as the gateway's own when not said. */
  policy?: string;
  /** A script that runs in the page before its own. */
  before?: string;
  /** Players on the page, all with the same address. */
  count?: number;
}

/** A page with `<gb-player>`s and a scripted gateway behind it. */
export class PlayerPage {
  /** Every connection so far, in order. */
  readonly viewers: readonly Viewer[];
  readonly page: Page;
  readonly #standIn: StandIn;

  private constructor(page: Page, standIn: StandIn, viewers: readonly Viewer[]) {
    this.page = page;
    this.viewers = viewers;
    this.#standIn = standIn;
  }

  /** Opens the page; `script` runs for each connection (numbered from 1). */
  static async open(
    browser: Browser,
    script: (viewer: Viewer, number: number) => void | Promise<void>,
    o: PlayerPageOptions = {},
  ): Promise<PlayerPage> {
    const standIn = await StandIn.open();
    const viewers: Viewer[] = [];
    standIn.onViewer = (viewer) => {
      viewers.push(viewer);
      void script(viewer, viewers.length);
    };
    const player = `<gb-player src="${SRC}" ${o.attributes ?? 'muted'}></gb-player>`;
    standIn.show('watch.html', player.repeat(o.count ?? 1), o.policy);
    return new PlayerPage(await browser.open(`${standIn.address}watch.html`, o.before), standIn, viewers);
  }

  facts(): Promise<PlayerFacts> {
    return playerFacts(this.page);
  }

  words(): Promise<string> {
    return messageWords(this.page);
  }

  /** The value of an expression over `player`, the first of the page. */
  ask<T>(expression: string): Promise<T> {
    return this.page.evaluate(
      `(async () => { const player = document.querySelector('gb-player'); return ${expression}; })()`,
    ) as Promise<T>;
  }

  async close(): Promise<void> {
    await this.page.close();
    await this.#standIn.close();
  }
}
