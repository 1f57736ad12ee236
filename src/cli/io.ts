/** What a command may touch of the process. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  readonly version: string;
}

/** Exit status of a wrong option, an occupied port, an unreadable config file (contract, commands). */
export const EXIT_USAGE = 2;

/** Resolves when the process was asked to stop. */
export function stopAsked(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
