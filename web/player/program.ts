/**
 * What runs beside the page: bundled into one function, which is called where there is no worker and is the text of the worker where
 * there is one. So the player carries it once, and one file is all there is.
 */
import { type Command, Source, type SourceEvent } from './source.ts';

export { Source };

/** To the worker: a command for the source of one player. */
export interface ToWorker {
  readonly player: number;
  readonly command: Command;
}

/** From the worker: `null` once, when it runs; then what the sources say. */
export type FromWorker = { readonly player: number; readonly connection: number; readonly event: SourceEvent } | null;

/** The little of a worker's scope that is used; the project is compiled with the types of pages. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
}

/** In the worker: serves every player of a page. Called by the worker's text. @public */
export function serve(scope: WorkerScope): void {
  const sources = new Map<number, Source>();

  const sourceOf = (player: number): Source => {
    let source = sources.get(player);
    if (source === undefined) {
      source = new Source((event, connection) => {
        const handed = event.type === 'attach' && 'handle' in event.attachment ? [event.attachment.handle] : [];
        scope.postMessage({ player, connection, event }, handed);
      });
      sources.set(player, source);
    }
    return source;
  };

  scope.onmessage = ({ data: { player, command } }) => {
    sourceOf(player).take(command);
    if (command.type === 'dispose') sources.delete(player);
  };
  scope.postMessage(null);
}
