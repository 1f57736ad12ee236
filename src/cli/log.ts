import { type Logger, pino } from 'pino';
import { build } from 'pino-pretty';
import type { Io } from './io.ts';

/** The log on stderr: JSON lines, or words and colours when a person reads along. */
export function openLog(level: string, stderr: Io['stderr']): Logger {
  const destination =
    stderr.isTTY === true
      ? build({ colorize: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', sync: true, destination: 2 })
      : { write: (line: string) => void stderr.write(line) };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/** A line that is written at every level, `silent` too. */
export function always(log: Logger): Logger {
  return log.child({}, { level: 'info' });
}
