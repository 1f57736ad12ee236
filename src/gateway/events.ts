import { isWanted } from './event-types.ts';
import type { GatewayEvent } from './views.ts';

/** Events kept for `Last-Event-ID`: enough to bridge a browser's reconnect in a busy site, about 1 MB at most. */
const KEPT_EVENTS = 1000;

type Listener = (event: GatewayEvent) => void;

/** The gateway's one stream of events: a bounded ring for latecomers, and whoever listens now. */
export class Events {
  readonly #kept: GatewayEvent[] = [];
  readonly #listeners = new Set<{ types: string[] | null; listener: Listener }>();
  readonly #prefix: string;
  readonly #timeOf: () => string;
  #next = 1;

  /** `prefix` distinguishes the runs of the process, so that an id of an earlier run never matches one of this run. */
  constructor(prefix: string, timeOf: () => string) {
    this.#prefix = prefix;
    this.#timeOf = timeOf;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /**
   * Tells who listens now and keeps nothing: for what latecomers read elsewhere and what strangers can cause at will. It carries the id of
   * the event before it, so that `Last-Event-ID` goes on from there.
   */
  tell(type: string, data: Record<string, unknown>): void {
    const event: GatewayEvent = { id: `${this.#prefix}-${this.#next - 1}`, type, time: this.#timeOf(), data };
    for (const entry of this.#listeners) if (matches(entry.types, type)) entry.listener(event);
  }

  publish(type: string, data: Record<string, unknown>): GatewayEvent {
    const event: GatewayEvent = { id: `${this.#prefix}-${this.#next++}`, type, time: this.#timeOf(), data };
    this.#kept.push(event);
    if (this.#kept.length > KEPT_EVENTS) this.#kept.shift();
    for (const entry of this.#listeners) if (matches(entry.types, type)) entry.listener(event);
    return event;
  }

  /**
   * Listens from now on; first replays what came after the event `since`. An id that is no longer kept replays all
   * that is. `types` holds names or `download.*` forms; null means all. The answer stops it.
   */
  listen(since: string | null, types: string[] | null, listener: Listener): () => void {
    if (since !== null) {
      const at = this.#kept.findIndex((event) => event.id === since);
      for (const event of this.#kept.slice(at + 1)) if (matches(types, event.type)) listener(event);
    }
    const entry = { types, listener };
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }
}

function matches(types: string[] | null, type: string): boolean {
  if (types === null) return true;
  return types.some((wanted) => isWanted(wanted, type));
}
