import { type Static, Type } from '@sinclair/typebox';
import type { Routes } from '../context.ts';
import { sendProblem } from '../problem.ts';
import { answers } from '../schema.ts';

/** One line of the log, without its secrets. */
export interface LogLine {
  /** Counts lines since the process began. */
  readonly seq: number;
  readonly time: string | null;
  /** As pino counts: 30 is info, 40 warn. */
  readonly level: number;
  readonly levelName: string;
  readonly message: string;
  readonly data: Record<string, unknown>;
}

export interface LogQuery {
  /** Lines of this level and above. */
  readonly level: number;
  /** Text anywhere in the line, whatever its case. */
  readonly q?: string;
  readonly deviceId?: string;
  /** Only lines after this one. */
  readonly since: number;
  readonly limit: number;
}

/** The last lines of the log of this process. */
export interface LogTail {
  readonly lastSeq: number;
  read(query: LogQuery): LogLine[];
  /** Calls `listener` after each line; the answer stops it. */
  follow(listener: () => void): () => void;
}

/** Who waits for a line holds a connection: as many as people look at logs. */
const MAX_WAITING = 64;
/** Lines that come together leave together. */
const GATHER_MS = 100;

const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50 } as const;
type Level = keyof typeof LEVELS;

const Query = Type.Object({
  level: Type.Optional(
    Type.Unsafe<Level>({ type: 'string', enum: Object.keys(LEVELS), description: 'This level and above' }),
  ),
  q: Type.Optional(Type.String({ maxLength: 200, description: 'Text anywhere in the line' })),
  deviceId: Type.Optional(Type.String({ maxLength: 64 })),
  since: Type.Optional(Type.Integer({ minimum: 0, description: '`last` of the answer before: only newer lines' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
  waitSeconds: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 30,
      default: 0,
      description: 'Wait for a line when there is none after `since`',
    }),
  ),
});

const Log = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        seq: Type.Integer(),
        time: Type.Union([Type.String(), Type.Null()]),
        level: Type.Integer(),
        levelName: Type.String(),
        message: Type.String(),
        data: Type.Object({}, { additionalProperties: true }),
      }),
      { description: 'The newest that fit, the oldest of them first' },
    ),
    last: Type.Integer({ description: 'Number of the newest line of the log: `since` of the next question' }),
  },
  { title: 'Log' },
);

/** `/api/v1/log`: the tail of the log; `waitSeconds` makes it a long poll. */
export const logRoutes =
  (tail: LogTail): Routes =>
  (app) => {
    const waiting = new Set<() => void>();
    app.addHook('preClose', (done) => {
      for (const wake of [...waiting]) wake();
      done();
    });

    const newLine = (ms: number, onGone: (wake: () => void) => void): Promise<void> =>
      new Promise((resolve) => {
        let gathering: NodeJS.Timeout | undefined;
        const wake = (): void => {
          if (!waiting.delete(wake)) return;
          clearTimeout(patience);
          clearTimeout(gathering);
          unfollow();
          resolve();
        };
        const patience = setTimeout(wake, ms);
        const unfollow = tail.follow(() => {
          gathering ??= setTimeout(wake, GATHER_MS);
        });
        waiting.add(wake);
        onGone(wake);
      });

    app.get<{ Querystring: Static<typeof Query> }>(
      '/log',
      {
        // a line about each look at the log would be the next line to look at
        config: { quiet: true },
        schema: {
          tags: ['system'],
          summary: 'The last lines of the log',
          description: 'Passwords, tokens and digests are taken out. Follow it with `since` and `waitSeconds`.',
          querystring: Query,
          response: answers({ 200: Log }),
        },
      },
      async (request, reply) => {
        const { level = 'trace', since = 0, limit = 200, waitSeconds = 0, ...texts } = request.query;
        // Another process counts anew: everything it has is new.
        const after = since > tail.lastSeq ? 0 : since;
        if (waitSeconds > 0 && after > 0 && tail.lastSeq <= after) {
          if (waiting.size >= MAX_WAITING)
            return sendProblem(reply, 'rate_limited', `${MAX_WAITING} requests wait for the log already.`);
          await newLine(waitSeconds * 1000, (wake) => reply.raw.once('close', wake));
        }
        const last = tail.lastSeq;
        return reply.send({ items: tail.read({ ...texts, level: LEVELS[level], since: after, limit }), last });
      },
    );
  };
