import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AnyCode, sendProblem } from './problem.ts';

/** What is said of a file, wherever its bytes come from. */
interface Answer {
  /** Without quotes. */
  readonly etag: string;
  /** Still written: nobody may keep it in a cache. */
  readonly isGrowing: boolean;
  readonly type: string;
  /** Name to save it under; what a header cannot carry becomes `_`. */
  readonly name: string;
  readonly asAttachment: boolean;
  /** How long a browser may keep it without asking; it asks each time when this is absent. */
  readonly maxAgeSeconds?: number;
}

export interface FileAnswer extends Answer {
  readonly path: string;
  /** What is said when it is gone from the disk. */
  readonly missing: AnyCode;
}

/** Bytes that lie ready. */
interface Source {
  readonly size: number;
  /** Bytes `first` to `last`; closes by itself. */
  read(first: number, last: number): Readable;
  /** Nothing will be read. */
  close(): Promise<void>;
}

/** Sends a file of the disk or one range of it, as it is at this moment. */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: FileAnswer): Promise<FastifyReply> {
  const handle = await open(file.path, 'r').catch(() => null);
  if (handle === null) return sendProblem(reply, file.missing, 'The file is no longer on disk.');
  const { size } = await handle.stat();
  return sendRange(request, reply, file, {
    size,
    read: (start, end) => handle.createReadStream({ start, end, autoClose: true }),
    close: () => handle.close(),
  });
}

/**
 * Sends all of it or one range (RFC 9110 section 14). Several ranges in one request get the whole, which the RFC allows;
 * nobody plays video with them.
 */
export async function sendRange(
  request: FastifyRequest,
  reply: FastifyReply,
  file: Answer,
  { size, read, close }: Source,
): Promise<FastifyReply> {
  const etag = `"${file.etag.replace(/["\\]/g, '')}"`;
  reply
    .header('etag', etag)
    .header('accept-ranges', 'bytes')
    .header('cache-control', cacheControl(file))
    .header('content-type', file.type)
    .header(
      'content-disposition',
      `${file.asAttachment ? 'attachment' : 'inline'}; filename="${file.name.replace(/[^\w.-]/g, '_')}"`,
    );

  // One that grows is never the same again.
  if (!file.isGrowing && namesTag(request.headers['if-none-match'], etag)) {
    await close();
    return reply.code(304).send();
  }
  const condition = request.headers['if-range'];
  const range = typeof condition === 'string' && condition !== etag ? 'whole' : parseRange(request.headers.range, size);
  if (range === 'unsatisfiable') {
    await close();
    reply.removeHeader('content-disposition').header('content-range', `bytes */${size}`);
    return sendProblem(reply, 'range_not_satisfiable', `The file has ${size} bytes.`);
  }
  const [first, last] = range === 'whole' ? [0, size - 1] : range;
  reply.header('content-length', last - first + 1);
  if (range !== 'whole') reply.code(206).header('content-range', `bytes ${first}-${last}/${size}`);
  if (request.method === 'HEAD' || last < first) {
    await close();
    // An empty stream: the framework would write the length of an empty text over ours.
    return reply.send(Readable.from([]));
  }
  return reply.send(read(first, last));
}

function cacheControl({ isGrowing, maxAgeSeconds }: Answer): string {
  if (isGrowing) return 'no-store';
  return maxAgeSeconds === undefined ? 'private, no-cache' : `private, max-age=${maxAgeSeconds}`;
}

/** First and last byte of a `Range` header; `whole` when there is none that must be honoured. */
export function parseRange(header: string | undefined, size: number): [number, number] | 'whole' | 'unsatisfiable' {
  const parts = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replace(/\s/g, '') ?? '');
  if (parts === null) return 'whole';
  const [, from = '', to = ''] = parts;
  if (from === '' && to === '') return 'whole';
  if (from === '') {
    const count = Math.min(Number(to), size);
    return count === 0 ? 'unsatisfiable' : [size - count, size - 1];
  }
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < first) return 'whole';
  return first >= size ? 'unsatisfiable' : [first, last];
}

function namesTag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}
