import type { Fragment, InitSegment } from '../../../src/media/frame.ts';
import type { ViewerSink } from '../../../src/media/live/viewer.ts';

export function init(generation: number): InitSegment {
  return {
    generation,
    mime: 'video/mp4; codecs="avc1.64001f,flac"',
    bytes: new Uint8Array([0x10, generation]),
    video: {
      kind: 'video',
      codec: 'h264',
      codecString: 'avc1.64001f',
      width: 1280,
      height: 720,
      fps: 25,
      profile: 'High',
      config: new Uint8Array(),
      timescale: 90_000,
    },
    audio: null,
  };
}

/** Frame number `n` of a stream of 25 frames a second. */
export function frame(n: number, o: Partial<Fragment> & { size?: number } = {}): Fragment {
  return {
    generation: 1,
    bytes: new Uint8Array(o.size ?? 10).fill(n),
    isKey: false,
    afterLoss: false,
    dts90k: n * 3600,
    arrivedMs: n * 40,
    samples: [],
    ...o,
  };
}

/** A connection that keeps what it was given; `bufferedBytes` is set by the test or grows by itself. */
export class FakeSink implements ViewerSink {
  bufferedBytes = 0;
  reads = true;
  readonly messages: (Uint8Array | Record<string, unknown>)[] = [];
  closed: { code: number; reason: string } | null = null;

  sendBinary(bytes: Uint8Array): void {
    this.messages.push(bytes);
    if (!this.reads) this.bufferedBytes += bytes.length;
  }

  sendText(text: string): void {
    this.messages.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  /** First byte of every binary message: the number of the frame. */
  get binaries(): number[] {
    return this.messages.filter((m) => m instanceof Uint8Array).map((m) => m[0]!);
  }

  texts(type: string): Record<string, unknown>[] {
    return this.messages.filter((m) => !(m instanceof Uint8Array) && m.type === type) as Record<string, unknown>[];
  }
}

export class FakeClock {
  now = 0;
  readonly epochAtZero = Date.UTC(2026, 10, 21, 4, 0, 0);
  nowMs(): number {
    return this.now;
  }
  epochMs(): number {
    return this.epochAtZero + this.now;
  }
}
