/**
 * A simulated recorder, or only the connections over which one would send, in a process of its own. Talks to its parent over
 * IPC: an order, then `started`; `stop`, then it ends.
 */
import { loadClip } from '../src/simulator/clip.ts';
import { Footage } from '../src/simulator/footage/footage.ts';
import { FootageSender } from '../src/simulator/footage/footage-sender.ts';
import { tcpDialLink } from '../src/simulator/media-link.ts';
import { behaviourOf } from '../src/simulator/quirks.ts';
import { Wheel } from '../src/simulator/wheel.ts';
import { FOOTAGE_END, type NvrOptions, startNvr } from '../test/support/nvr.ts';

/** `nvr`: a recorder that registers. `bare`: as much of its media as that, to these ports, without a word of SIP. */
export type RecorderOrder =
  | { readonly nvr: NvrOptions & { readonly sipPort: number } }
  | {
      readonly bare: {
        readonly ports: readonly number[];
        readonly bitrate: number;
        readonly startEpochMs: number;
        readonly endEpochMs: number;
        /** Content seconds a second; null: as fast as the line takes it. */
        readonly speed: number | null;
      };
    };

type Bare = Extract<RecorderOrder, { bare: unknown }>['bare'];

/** Resolves when every connection stands; each is closed when all of its range has been sent. */
async function sendBare({ ports, bitrate, startEpochMs, endEpochMs, speed }: Bare): Promise<void> {
  const behaviour = behaviourOf(new Set());
  const [clip, other] = [loadClip('footage', 'pcma'), loadClip('h264', 'pcma')];
  const footage = new Footage(
    { days: 1, untilEpochMs: FOOTAGE_END, bitrateBps: bitrate, fileMinutes: 30 },
    clip,
    other,
    behaviour,
  );
  const wheel = new Wheel();
  for (const [channel, port] of ports.entries()) {
    const link = tcpDialLink(behaviour, '127.0.0.1', { host: '127.0.0.1', port });
    await link.ready();
    const sender = new FootageSender({
      footage,
      channelId: String(channel),
      channel,
      startEpochMs,
      endEpochMs,
      speed: speed ?? Number.POSITIVE_INFINITY,
      isDatagram: false,
      link,
      ssrc: channel + 1,
      behaviour,
      random: Math.random,
      wheel,
      onEnd() {
        const look = setInterval(() => {
          if (link.unsentBytes > 0) return;
          clearInterval(look);
          link.close();
        }, 20);
      },
      onFault() {},
    });
    sender.start();
  }
}

process.on('message', async (message: { order?: RecorderOrder; stop?: true }) => {
  const { order } = message;
  if (order === undefined) process.exit(0);
  if ('bare' in order) await sendBare(order.bare);
  else await startNvr(order.nvr.sipPort, order.nvr);
  process.send?.({ started: true });
});
// the bench was broken off
process.on('disconnect', () => process.exit(1));
