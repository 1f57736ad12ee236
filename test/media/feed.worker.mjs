// A feed in a worker thread: packets come as messages, events go back with their buffers transferred.
import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { Feed } = await import('../../src/media/feed.ts');
const feed = new Feed({ reorder: null, isTransferred: true });

function send(events) {
  for (const event of events) {
    const bytes = event.type === 'fragment' ? event.fragment.bytes : event.type === 'init' ? event.init.bytes : null;
    parentPort.postMessage(event, bytes === null ? [] : [bytes.buffer]);
  }
}

for (const packet of workerData) send(feed.packet(packet, true, 0));
send(feed.end(0));
parentPort.postMessage({ type: 'done' });
