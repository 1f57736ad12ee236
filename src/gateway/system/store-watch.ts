import type { Store } from '../../store/store.ts';

/** Says in the log when the disk begins to refuse what the gateway keeps, and when it takes it again. */
export function watchStore(
  store: Pick<Store, 'watchFaults'>,
  log: { warn(data: Record<string, unknown>, message: string): void },
  path: string,
): void {
  store.watchFaults((why) =>
    why === null
      ? log.warn({ path }, 'the database is written again')
      : log.warn({ path, detail: why }, 'the database cannot be written: what is changed now is lost at a restart'),
  );
}
