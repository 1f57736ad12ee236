import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { ChannelName, Speaker } from '../gateway/talk/talk-views.ts';
import { isProblem } from '../gateway/views.ts';
import type { HttpContext } from './context.ts';
import { isOriginAllowed } from './origin.ts';
import { closeOf } from './problem.ts';
import { splitAddress } from './signature.ts';

/** A speaker sends a message every 20 ms; one that sends this many within a second is closed (1008). */
export const MAX_VOICE_MESSAGES_PER_SECOND = 200;
/** What the device says and the browser does not take is left out beyond this: four seconds. */
const MAX_UNHEARD_BYTES = 64 * 1024;

/** `/talk/{deviceId}/{channelId}`; null when it is something else. */
export function talkAddress(path: string): ChannelName | null {
  const found = /^\/talk\/([^/]{1,200})\/([^/]{1,200})$/.exec(path);
  try {
    return found && { deviceId: decodeURIComponent(found[1]!), channelId: decodeURIComponent(found[2]!) };
  } catch {
    return null;
  }
}

/**
 * EDGE: one speaker. Binary messages are 16-bit little-endian mono PCM of 8 kHz, in both directions; texts (`hasTexts`) say when the
 * device listens. The close code says how it ended (contract, viewers); a device that takes no voice at all is 4408 `not_supported`.
 */
export function serveSpeaker(
  ws: WebSocket,
  request: IncomingMessage,
  channel: ChannelName,
  { gateway, auth, origins }: HttpContext,
  hasTexts: boolean,
): boolean {
  const refuse = (code: number, reason: string): false => {
    ws.close(code, reason);
    return false;
  };
  const [path, query] = splitAddress(request.url ?? '/');
  if (!isOriginAllowed(request.headers, origins)) return refuse(4401, 'origin');
  const grant = auth.grant(
    { headers: request.headers, path, query, remote: request.socket.remoteAddress ?? '' },
    false,
  );
  // who may only look must not be heard
  if (grant !== 'admin') return refuse(...closeOf(grant === 'reader' ? 'forbidden' : 'unauthorized'));
  const tell = (message: Record<string, unknown>): void => {
    if (hasTexts && ws.readyState === ws.OPEN) ws.send(JSON.stringify(message), () => {});
  };
  const speaker: Speaker = {
    onTalking: ({ id, mode, codec, transport }) =>
      tell({ type: 'state', state: 'talking', id, mode, codec, transport }),
    onHeard(pcm) {
      if (ws.readyState === ws.OPEN && ws.bufferedAmount < MAX_UNHEARD_BYTES) ws.send(bytesOf(pcm), () => {});
    },
    onEnd({ cause, reason, problem }) {
      tell({ type: 'end', cause, reason, ...(problem === null ? {} : { code: problem.problem }) });
      if (problem === null) ws.close(4410, 'ended');
      else if (problem.problem === 'not_supported') ws.close(4408, 'not_supported');
      else ws.close(...closeOf(problem.problem));
    },
  };
  const handle = gateway.talks.attach(channel, speaker, { force: query.get('force') === 'true' });
  if (isProblem(handle)) {
    tell({ type: 'end', cause: 'refused', reason: handle.detail, code: handle.problem });
    return refuse(...closeOf(handle.problem));
  }
  tell({ type: 'state', state: 'calling' });
  ws.on('close', () => handle.close());
  ws.on('error', () => handle.close());
  let windowStartMs = 0;
  let inWindow = 0;
  ws.on('message', (data: Buffer, isBinary: boolean) => {
    const nowMs = performance.now();
    if (nowMs - windowStartMs >= 1000) {
      windowStartMs = nowMs;
      inWindow = 0;
    }
    if (++inWindow > MAX_VOICE_MESSAGES_PER_SECOND) ws.close(1008, 'too_many_messages');
    else if (isBinary && Buffer.isBuffer(data)) handle.push(samplesOf(data));
  });
  return true;
}

/** Little-endian on any machine; an odd byte at the end is left out. */
function samplesOf(bytes: Buffer): Int16Array {
  return Int16Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readInt16LE(2 * i));
}

function bytesOf(pcm: Int16Array): Buffer {
  const bytes = Buffer.allocUnsafe(2 * pcm.length);
  for (let i = 0; i < pcm.length; i += 1) bytes.writeInt16LE(pcm[i]!, 2 * i);
  return bytes;
}
