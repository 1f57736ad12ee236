import type { Gateway, ViewerHandle, ViewOptions } from '../gateway/port.ts';
import type { Problem } from '../gateway/views.ts';
import type { ViewerSink } from '../media/live/viewer.ts';

/** Close code of a viewer that does not take what is sent to it (contract, viewers). */
export const TOO_SLOW = 4429;

/** What a viewer asks for by its address. */
export type ViewerAddress =
  | { kind: 'live'; deviceId: string; channelId: string; streamNumber: number }
  | { kind: 'stream'; streamId: string };

/** `/live/{deviceId}/{channelId}.mp4?stream=N` or `/streams/{streamId}.mp4`; null when it is neither. */
export function viewerAddress(path: string, query: URLSearchParams): ViewerAddress | null {
  const live = /^\/live\/([^/]{1,200})\/([^/]{1,200})\.mp4$/.exec(path);
  if (live !== null) {
    const deviceId = decoded(live[1]!);
    const channelId = decoded(live[2]!);
    const streamNumber = query.get('stream') ?? '0';
    if (deviceId === null || channelId === null || !/^\d$/.test(streamNumber)) return null;
    return { kind: 'live', deviceId, channelId, streamNumber: Number(streamNumber) };
  }
  const streamId = decoded(/^\/streams\/([^/]{1,200})\.mp4$/.exec(path)?.[1] ?? '');
  return streamId ? { kind: 'stream', streamId } : null;
}

/** Attaches a viewer to what its address names. */
export function watch(
  gateway: Gateway,
  address: ViewerAddress,
  sink: ViewerSink,
  o: ViewOptions,
): ViewerHandle | Problem {
  return address.kind === 'live'
    ? gateway.watchLive(address.deviceId, address.channelId, address.streamNumber, sink, o)
    : gateway.watchStream(address.streamId, sink, o);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
