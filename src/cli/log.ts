import { type Logger, pino } from 'pino';
import { build } from 'pino-pretty';
import type { Io } from './io.ts';
import { LogRing } from './log-ring.ts';

/** A log and its last lines. */
export interface OpenLog {
  readonly log: Logger;
  readonly ring: LogRing;
}

/** The log on stderr (JSON lines, or words and colours when a person reads along), and the same lines kept for the page. */
export function openLog(level: string, stderr: Io['stderr']): OpenLog {
  const destination =
    stderr.isTTY === true
      ? build({ colorize: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', sync: true, destination: 2 })
      : { write: (line: string) => void stderr.write(line) };
  const ring = new LogRing();
  const both = {
    write(line: string): void {
      destination.write(line);
      ring.write(line);
    },
  };
  return { log: pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, both), ring };
}

/** A line that is written at every level, `silent` too. */
export function always(log: Logger): Logger {
  return log.child({}, { level: 'info' });
}
