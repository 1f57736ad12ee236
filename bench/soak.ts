/**
 * `npm run soak`: a gateway under a site's ordinary day for a long time. Cameras play over all transports, viewers come and
 * go, recordings start and stop; memory, descriptors and ports must stay level, and two players in Chromium close to the live edge.
 * A playback of recorded footage is watched beside them (`soak-playback.ts`).
 * GBGATE_SOAK_MINUTES (default 30); GBGATE_SOAK_CAMERAS (default 32, 0: the players alone).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { WebSocket } from 'ws';
import { channelsOf, startCamera } from '../test/support/camera.ts';
import { type RunningGateway, runGateway, TOKEN } from '../test/support/gbgate.ts';
import { soakPlayback } from './soak-playback.ts';
import { soakPlayers } from './soak-player.ts';

const MINUTES = Number(process.env.GBGATE_SOAK_MINUTES ?? 30);
const CAMERAS = Number(process.env.GBGATE_SOAK_CAMERAS ?? 32);
const DEVICE_ID = '34020000001110000001';
const TRANSPORTS = ['udp', 'tcp-passive', 'tcp-active'] as const;
/** Growth from the end of the warm-up to the end that is still noise of the heap. */
const GROWTH_BYTES = 64 * 1024 * 1024;
const WARM_UP_SHARE = 0.2;

interface Sample {
  rssBytes: number;
  descriptors: number;
}

function sample(pid: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    rssBytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}

/** A viewer that stays for a while; answers how many messages it got. */
function watch(gateway: RunningGateway, channelId: string, ms: number): Promise<number> {
  return new Promise((resolve) => {
    let messages = 0;
    const address = `${gateway.http.replace('http', 'ws')}/live/${DEVICE_ID}/${channelId}.mp4?token=${TOKEN}`;
    const socket = new WebSocket(address);
    socket.on('message', () => messages++);
    socket.on('error', () => {});
    socket.on('close', () => resolve(messages));
    setTimeout(() => socket.close(), ms);
  });
}

const gateway = await runGateway({ args: ['--linger', '5s'] });
const players = await soakPlayers(gateway);
const simulator = CAMERAS === 0 ? null : await startCamera(gateway.sipPort, { id: DEVICE_ID, channels: CAMERAS });
const channels = CAMERAS === 0 ? [] : await channelsOf(gateway, DEVICE_ID, CAMERAS);

const playback = soakPlayback(gateway);
const endMs = Date.now() + MINUTES * 60_000;
let empty = 0;
let views = 0;
let refused = 0;
const visitors = channels.map(async (channelId, i) => {
  while (Date.now() < endMs) {
    const stayMs = 5000 + ((i * 7919 + views * 104_729) % 20_000);
    const path = `/api/v1/devices/${DEVICE_ID}/channels/${channelId}/live`;
    const live = await gateway.api('POST', path, { transport: TRANSPORTS[views % TRANSPORTS.length] });
    if (live.status >= 300) refused++;
    else if (views % 3 === 0) await gateway.api('PUT', `/api/v1/streams/${live.body.id}/recording`);
    const messages = await watch(gateway, channelId, stayMs);
    if (messages === 0) empty++;
    views++;
    if (live.status < 300) await gateway.api('DELETE', `/api/v1/streams/${live.body.id}/recording`);
    for (const recording of (await gateway.api('GET', '/api/v1/recordings?limit=5')).body.items)
      if (recording.state !== 'recording') await gateway.api('DELETE', `/api/v1/recordings/${recording.id}`);
  }
});

const pid = gateway.child.pid as number;
const samples: Sample[] = [];
const every = Math.max(5000, (MINUTES * 60_000) / 60);
while (Date.now() < endMs) {
  await new Promise((resolve) => setTimeout(resolve, every));
  const now = sample(pid);
  samples.push(now);
  console.log(
    `${Math.round((endMs - Date.now()) / 1000)} s left: RSS ${Math.round(now.rssBytes / 1e6)} MB, ${now.descriptors} descriptors, ${views} views, ${empty} without a picture, ${refused} refused`,
  );
}
await Promise.all(visitors);
const playerFaults = await players.end();
const playbackFaults = await playback;
await simulator?.stop();
const status = await gateway.stop();

const settled = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
const half = Math.floor(settled.length / 2);
const mean = (part: Sample[]) => part.reduce((sum, one) => sum + one.rssBytes, 0) / Math.max(1, part.length);
const growth = mean(settled.slice(half)) - mean(settled.slice(0, half));
const faults = [
  growth > GROWTH_BYTES && `memory grew by ${Math.round(growth / 1e6)} MB`,
  empty > 0 && `${empty} viewers got nothing`,
  refused > 0 && `${refused} pulls were refused`,
  views === 0 && CAMERAS > 0 && 'nobody watched',
  ...playerFaults,
  ...playbackFaults,
  status !== 0 && `the gateway ended with status ${status}`,
].filter((fault) => fault !== false);
console.log(faults.length === 0 ? `level over ${MINUTES} minutes, ${views} views` : `NOT LEVEL: ${faults.join('; ')}`);
process.exitCode = faults.length === 0 ? 0 : 1;
