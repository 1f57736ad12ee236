import type { WebSocket } from 'ws';
import type { ViewerSink } from '../src/media/live/viewer.ts';

/** The thinnest sink: straight into the WebSocket. */
export function sinkOf(socket: WebSocket): ViewerSink {
  return {
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    sendBinary: (bytes) => socket.send(bytes),
    sendText: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
  };
}
