import type { FromWorker, ToWorker } from './program.ts';
import program from './program.ts?program';
import type { Command, Source, SourceEvent } from './source.ts';

/** A source, wherever it runs. */
export interface SourcePort {
  readonly isInWorker: boolean;
  send(command: Command): void;
}

type Listener = (event: SourceEvent, connection: number) => void;

/** A page's policy may forbid workers without saying so to the page; a worker that has not spoken by then never will. */
const SPEAKS_WITHIN_MS = 3_000;

/** The worker of this page, started with its first player and kept: starting one costs more than an idle one. */
class SharedWorkerOfPage {
  readonly #listeners = new Map<number, Listener>();
  readonly #worker: Worker;
  /** Commands of the time before it is known whether the worker runs, in order. */
  #waiting: ToWorker[] | null = [];
  #inPage: Map<number, Source> | null = null;
  #players = 0;

  constructor() {
    const text = new Blob([`(${program})().serve(self)`], { type: 'text/javascript' });
    const address = URL.createObjectURL(text);
    this.#worker = new Worker(address);
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data !== null) this.#listeners.get(data.player)?.(data.event, data.connection);
      else if (this.#waiting !== null) {
        for (const message of this.#waiting) this.#worker.postMessage(message);
        this.#waiting = null;
      }
    };
    this.#worker.onerror = () => this.#giveUp();
    setTimeout(() => this.#giveUp(), SPEAKS_WITHIN_MS);
  }

  add(listener: Listener): SourcePort {
    const player = ++this.#players;
    this.#listeners.set(player, listener);
    const isInWorker = () => this.#inPage === null;
    return {
      get isInWorker() {
        return isInWorker();
      },
      send: (command) => {
        const message = { player, command };
        if (this.#inPage !== null) this.#sendInPage(message);
        else if (this.#waiting !== null) this.#waiting.push(message);
        else this.#worker.postMessage(message);
        if (command.type === 'dispose') this.#listeners.delete(player);
      },
    };
  }

  /** The worker never ran (a Content-Security-Policy without `worker-src blob:`, say): the same code goes on in the page. */
  #giveUp(): void {
    if (this.#waiting === null) return;
    this.#worker.terminate();
    this.#inPage = new Map();
    for (const message of this.#waiting) this.#sendInPage(message);
    this.#waiting = null;
  }

  #sendInPage({ player, command }: ToWorker): void {
    let source = this.#inPage?.get(player);
    if (source === undefined) {
      source = sourceInPage((event, connection) => this.#listeners.get(player)?.(event, connection));
      this.#inPage?.set(player, source);
    }
    source.take(command);
    if (command.type === 'dispose') this.#inPage?.delete(player);
  }
}

let sourceClass: typeof Source | null = null;

/** Says what it says later, as a worker would, so that nobody is called back from within a call. */
function sourceInPage(listener: Listener): Source {
  sourceClass ??= program().Source;
  return new sourceClass((event, connection) => queueMicrotask(() => listener(event, connection)));
}

let shared: SharedWorkerOfPage | null = null;

/** A new source that tells `listener`. In the page's worker when the browser can play from there, else in the page. */
export function openSource(listener: Listener): SourcePort {
  const canUseWorker =
    typeof MediaSource !== 'undefined' &&
    MediaSource.canConstructInDedicatedWorker === true &&
    typeof MediaSourceHandle !== 'undefined';
  try {
    if (canUseWorker) shared ??= new SharedWorkerOfPage();
  } catch {
    // The page's policy forbids it, and says so.
  }
  if (shared !== null) return shared.add(listener);
  const source = sourceInPage(listener);
  return { isInWorker: false, send: (command) => source.take(command) };
}
