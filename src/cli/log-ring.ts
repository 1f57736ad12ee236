import type { LogLine, LogQuery, LogTail } from '../http/routes/log.ts';

/** Lines kept for the page: an hour of a quiet gateway, minutes of one that debugs. */
const MAX_LINES = 2000;
/** A line is some 150 bytes; a stack trace or a quoted message is cut. */
const MAX_LINE_LENGTH = 4000;
/** All lines together: 2,000 of the usual ones three times over. */
const MAX_CHARACTERS = 1_000_000;

/** Keys whose values are nobody's business, wherever they stand. */
const SECRET_KEY = /pass(?:word|wd)|token|secret|authori[sz]ation|cookie|credential|^ha1$|^response$|^nonce$/i;
const REDACTED = '[redacted]';
/** Words that pino writes by itself. */
const OWN_KEYS: ReadonlySet<string> = new Set(['level', 'time']);

const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/**
 * The last lines of the log, for the page: a destination of pino beside stderr. A line that comes in is kept as it is; it is
 * read, and its secrets are taken out, when somebody asks.
 */
export class LogRing implements LogTail {
  #lines: { seq: number; text: string }[] = [];
  #characters = 0;
  #seq = 0;
  readonly #secrets: RegExp[] = [];
  readonly #listeners = new Set<() => void>();

  /** One JSON line of pino. Never throws. */
  write(line: string): void {
    const text = line.length > MAX_LINE_LENGTH ? line.slice(0, MAX_LINE_LENGTH) : line;
    this.#seq += 1;
    this.#lines.push({ seq: this.#seq, text });
    this.#characters += text.length;
    while (this.#lines.length > MAX_LINES || this.#characters > MAX_CHARACTERS)
      this.#characters -= this.#lines.shift()?.text.length ?? 0;
    for (const listener of [...this.#listeners]) listener();
  }

  /** From now on this text is never shown, in whatever line it stands. */
  conceal(secret: string | null): void {
    // one or two letters would blacken the whole log
    if (secret === null || secret.length <= 2) return;
    // as it stands in JSON, and as a word of its own: a password of digits is no part of an id
    const text = JSON.stringify(secret)
      .slice(1, -1)
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    this.#secrets.push(new RegExp(`(?<![A-Za-z0-9])${text}(?![A-Za-z0-9])`, 'g'));
  }

  get lastSeq(): number {
    return this.#seq;
  }

  /** Calls `listener` after each line; the answer stops it. */
  follow(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The newest lines that fit, the oldest of them first. */
  read(query: LogQuery): LogLine[] {
    const found: LogLine[] = [];
    const needle = query.q?.toLowerCase() ?? '';
    for (let i = this.#lines.length - 1; i >= 0 && found.length < query.limit; i -= 1) {
      const { seq, text } = this.#lines[i]!;
      if (seq <= query.since) break;
      const line = this.#shown(seq, text);
      if (line.level < query.level) continue;
      if (query.deviceId !== undefined && !JSON.stringify(line.data).includes(query.deviceId)) continue;
      if (needle !== '' && !`${line.message} ${JSON.stringify(line.data)}`.toLowerCase().includes(needle)) continue;
      found.push(line);
    }
    return found.reverse();
  }

  #shown(seq: number, text: string): LogLine {
    let clean = text;
    for (const secret of this.#secrets) clean = clean.replace(secret, REDACTED);
    const record = parsed(clean);
    if (record === null)
      return { seq, time: null, level: 30, levelName: 'info', message: clean.slice(0, 500).trim(), data: {} };
    const level = typeof record.level === 'number' ? record.level : 30;
    const { msg, event, ...rest } = record;
    const data = Object.fromEntries(Object.entries(rest).filter(([key]) => !OWN_KEYS.has(key)));
    // a line of ours without words is named by its event
    const message = typeof msg === 'string' ? msg : typeof event === 'string' ? event : '';
    if (event !== undefined && event !== message) data.event = event;
    return {
      seq,
      time: typeof record.time === 'string' ? record.time : null,
      level,
      levelName: LEVELS[level] ?? String(level),
      message,
      data: redactedData(data) as Record<string, unknown>,
    };
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null; // it was cut
  }
}

function redactedData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redactedData);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, SECRET_KEY.test(key) ? REDACTED : redactedData(inner)]),
  );
}
