import { readFile } from 'node:fs/promises';
import { loadClip } from '../../src/simulator/clip.ts';
import type { CameraDevice } from '../../src/simulator/device.ts';
import { Footage, type FootageFault } from '../../src/simulator/footage/footage.ts';
import type { Span } from '../../src/simulator/footage/library.ts';
import { MOMENT_MS } from '../../src/simulator/footage/reel.ts';
import { timeMarksIn } from '../../src/simulator/footage/time-mark.ts';
import { behaviourOf } from '../../src/simulator/quirks.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { startCamera } from './camera.ts';
import { readMp4 } from './mp4.ts';

export interface NvrOptions {
  id: string;
  /** Default 30. */
  days?: number;
  /** Where footage ends (exclusive). Default {@link FOOTAGE_END}. */
  untilEpochMs?: number;
  /** Default 30. */
  fileMinutes?: number;
  gaps?: readonly Span[];
  /** Codes of the list of quirks. */
  quirks?: readonly string[];
  /**
   * Bits a second of the video; default that of the clip, 45 kbit/s with its marks. `low`: 64 kbit/s on the wire all in all, without
   * sound.
   */
  bitrate?: number | 'low';
  channels?: number;
  sip?: 'udp' | 'tcp';
  /** `footage` (default; H.264 320x180, a key frame each second), `h264` (640x360, each 2 s), `h265` (each 2 s). */
  clip?: string;
  /** From here on the pictures are 640x360. */
  changeAtEpochMs?: number;
  faults?: readonly FootageFault[];
  /** Calls at once; more get 486. */
  maxCalls?: number;
  /** Default true. */
  sound?: boolean;
}

/** 1 October 2024, 00:00 in Beijing: footage of the tests ends here unless they say otherwise, in the past of any machine. */
export const FOOTAGE_END = Date.UTC(2024, 8, 30, 16);

/** With the headers of program stream and RTP this is 64 kbit/s on the wire. */
const LOW_BITRATE = 54_000;

/** A simulated recorder at a gateway of the tests. */
export interface Nvr {
  readonly id: string;
  /** Its channels, in the order of the catalogue. */
  readonly channels: readonly string[];
  readonly simulator: Simulator;
  readonly device: CameraDevice;
  /** A fault that is still to come; each comes once. */
  addFault(fault: FootageFault): void;
  /** Breaks the media of every call, tells nobody. */
  cut(): void;
  /** Gone, and registered anew after so long. */
  reboot(downMs?: number): void;
  /** The content times of the frames that a recording of this range should hold, in order. */
  timesIn(startEpochMs: number, endEpochMs: number): number[];
  /** The access unit of a moment, Annex B: what was sent, bit for bit. */
  unitAt(channelId: string, epochMs: number): Buffer;
  /** What is being sent just now: content times by call. */
  positions(): { callId: string; channelId: string; epochMs: number }[];
  stop(): Promise<void>;
}

/** Starts a recorder; resolves once it has begun to register. */
export async function startNvr(sipPort: number, o: NvrOptions): Promise<Nvr> {
  const quirks = new Set(o.quirks ?? []);
  const audio = o.bitrate === 'low' || o.sound === false ? 'none' : 'pcma';
  const options = {
    days: o.days ?? 30,
    untilEpochMs: o.untilEpochMs ?? FOOTAGE_END,
    fileMinutes: o.fileMinutes,
    gaps: o.gaps,
    bitrateBps: o.bitrate === 'low' ? LOW_BITRATE : o.bitrate,
    changeAtEpochMs: o.changeAtEpochMs,
    clip: o.clip,
    maxCalls: o.maxCalls,
    faults: o.faults,
  };
  const footage = new Footage(
    options,
    loadClip(o.clip ?? 'footage', audio),
    loadClip('h264', audio),
    behaviourOf(quirks),
  );
  const simulator = await startCamera(sipPort, {
    id: o.id,
    channels: o.channels ?? 1,
    audio,
    quirks,
    footage,
    ...(o.sip === undefined ? {} : { sip: o.sip }),
  });
  const device = simulator.devices[0]!;
  const channels = device.channels.map((channel) => channel.id);
  return {
    id: device.id,
    channels,
    simulator,
    device,
    addFault: (fault) => footage.addFault(fault),
    cut() {
      for (const call of [...device.calls.values()]) call.drop();
    },
    reboot: (downMs) => device.reboot(downMs),
    timesIn(startEpochMs, endEpochMs) {
      const times: number[] = [];
      for (let at = Math.ceil(startEpochMs / MOMENT_MS) * MOMENT_MS; at < endEpochMs; at += MOMENT_MS)
        if (footage.library.next(at) === at) times.push(at);
      return times;
    },
    unitAt: (channelId, epochMs) => footage.reelAt(epochMs).unit(channels.indexOf(channelId), channelId, epochMs),
    positions: () =>
      [...device.calls.values()].flatMap(({ callId, channelId, positionEpochMs }) =>
        positionEpochMs === null ? [] : [{ callId, channelId, epochMs: positionEpochMs }],
      ),
    stop: () => simulator.stop(),
  };
}

/** The content times that the pictures of a recording carry, in decoding order: of an MP4 (by its sample tables), or of raw bytes. */
export async function contentTimesOf(recording: string | Buffer): Promise<number[]> {
  const bytes = typeof recording === 'string' ? await readFile(recording) : recording;
  const box = bytes.toString('latin1', 4, 8);
  if (box !== 'ftyp' && box !== 'moof' && box !== 'styp') return timeMarksIn(bytes).map((mark) => mark.contentEpochMs);
  const video = readMp4(bytes).find((track) => track.handler === 'vide');
  return (video?.samples ?? []).map((sample) => timeMarksIn(sample.data)[0]?.contentEpochMs ?? Number.NaN);
}
