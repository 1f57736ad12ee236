import { snapshotConfig } from '../../sip/manscdp/snapshot-config.ts';
import type { SnapshotsFinished } from '../../sip/manscdp/upload-snapshot-finished.ts';
import type { SnapshotQuery } from '../../store/snapshots.ts';
import type { Clock } from '../clock.ts';
import type { Asked } from '../control/asked.ts';
import { isProblem, type Problem, type ProblemCode } from '../views.ts';
import type { ImageSnapshotsDesk, Served, SnapshotOrderView, SnapshotView } from './alarm-views.ts';
import type { SnapshotFiles } from './snapshot-files.ts';
import { uploadAddress } from './upload-address.ts';

/** Largest picture: a JPEG of a camera of 12 megapixels has 6 MB. */
export const MAX_PICTURE_BYTES = 10 * 1024 * 1024;
/** Orders that wait for pictures: one for each of a thousand cameras. */
export const MAX_ORDERS = 1_000;
/** After the last picture was due, a device has so long to send what it has. */
const UPLOAD_GRACE_MS = 30_000;
/** After a device has said that it is done, pictures that are still on their way have so long. */
const LATE_MS = 5_000;

/** With these a device says that it takes no pictures: the stream gives them. */
const NO_PICTURES: ReadonlySet<ProblemCode> = new Set(['not_supported', 'device_timeout', 'device_error']);

export interface ImageSnapshotsPorts {
  readonly asked: Asked;
  readonly clock: Clock;
  readonly files: SnapshotFiles;
  missing(deviceId: string, channelId: string): Problem | null;
  /** Where the device is, and we are as it sees us; null: it is nowhere. */
  sidesOf(deviceId: string): { readonly device: string; readonly own: string } | null;
  /** JPEG of the newest key frame of the channel's live stream, which is pulled for it. */
  picture(deviceId: string, channelId: string): Promise<Uint8Array | Problem>;
  publish(type: string, data: Record<string, unknown>): void;
  /** Unguessable, 32 hex digits at least. */
  newSession(): string;
}

export interface SnapshotWish {
  readonly count: number;
  readonly intervalSeconds: number;
  /** Asks also a device that is known not to take pictures. */
  readonly force: boolean;
  /** Number of the alarm it is for. */
  readonly alarm?: number;
}

interface Order {
  readonly session: string;
  readonly deviceId: string;
  readonly channelId: string;
  readonly wish: SnapshotWish;
  readonly taken: SnapshotView[];
  /** Pictures that are being written. */
  writing: number;
  /** Files that the device says it has sent; null: it has not said so. */
  said: number | null;
  cancel: () => void;
}

/** Pictures that devices take and upload (2022, 9.14); of those that do not, key frames of their streams. */
export class ImageSnapshots implements ImageSnapshotsDesk {
  readonly #ports: ImageSnapshotsPorts;
  readonly #orders = new Map<string, Order>();
  #served: Served | null = null;
  #isClosed = false;

  constructor(ports: ImageSnapshotsPorts) {
    this.#ports = ports;
  }

  servedAt(served: Served): void {
    this.#served = served;
  }

  async take(deviceId: string, channelId: string, wish: SnapshotWish): Promise<SnapshotOrderView | Problem> {
    const { asked, missing, newSession } = this.#ports;
    const refusal = missing(deviceId, channelId) ?? this.#refusal();
    if (refusal !== null) return refusal;
    const session = newSession();
    const order: Order = { session, deviceId, channelId, wish, taken: [], writing: 0, said: null, cancel: () => {} };
    this.#orders.set(session, order);
    const uploadUrl = this.#uploadUrl(deviceId, session);
    // a camera that cannot reach us is not told to
    if (uploadUrl === null) return this.#fromStream(order);
    const { count, intervalSeconds, force } = wish;
    const question = (target: string) => snapshotConfig(target, { count, intervalSeconds, uploadUrl, session });
    const said = await asked.askChannel(deviceId, channelId, 'SnapShotConfig', question, { force });
    if (order.taken.length > 0 || order.writing > 0 || order.said !== null) return { session, source: 'device' }; // its pictures were faster than its answer, which may be lost
    if (isProblem(said) && !NO_PICTURES.has(said.problem)) {
      this.#orders.delete(session);
      return said;
    }
    if (isProblem(said) || said.answer === 'ERROR') return this.#fromStream(order);
    return this.#fromDevice(order);
  }

  expects(session: string): boolean {
    return this.#orders.has(session);
  }

  async uploaded(session: string, name: string, bytes: Uint8Array): Promise<SnapshotView | Problem> {
    const order = this.#orders.get(session);
    if (order === undefined) return { problem: 'forbidden', detail: 'No pictures are expected here.' };
    if (/[/\\\0]|\.\./.test(name)) return { problem: 'bad_request', detail: 'A file name is no path.' };
    const fileId = name.replace(/\.(jpe?g|png)$/i, '').slice(0, 128);
    // a sender that got no answer sends again
    const known = order.taken.find((each) => fileId !== '' && each.fileId === fileId);
    if (known !== undefined) return known;
    if (order.taken.length + order.writing >= order.wish.count)
      return { problem: 'conflict', detail: `${order.wish.count} pictures were asked for, and have come.` };
    order.writing += 1;
    const view = await this.#ports.files.add(
      {
        deviceId: order.deviceId,
        channelId: order.channelId,
        epochMs: this.#ports.clock.epochMs(),
        source: 'device',
        session,
        fileId,
        alarm: order.wish.alarm ?? null,
      },
      bytes,
    );
    order.writing -= 1;
    if (!isProblem(view)) order.taken.push(view);
    this.#lookAt(order);
    return view;
  }

  /** UploadSnapShotFinished of a device. */
  finished(deviceId: string, { session, fileIds }: SnapshotsFinished): void {
    const order = this.#orders.get(session);
    if (order === undefined || order.deviceId !== deviceId || order.said !== null) return;
    order.said = fileIds.length;
    this.#lookAt(order);
    if (!this.#orders.has(session)) return;
    order.cancel();
    order.cancel = this.#ports.clock.after(LATE_MS, () => this.#overdue(order));
  }

  page(query: SnapshotQuery): { items: SnapshotView[]; hasMore: boolean } {
    return this.#ports.files.page(query);
  }

  get(id: string): SnapshotView | null {
    return this.#ports.files.get(id);
  }

  file(id: string): ReturnType<ImageSnapshotsDesk['file']> {
    return this.#ports.files.file(id);
  }

  delete(id: string): Promise<boolean> {
    return this.#ports.files.delete(id);
  }

  /** Orders whose pictures are still to come. */
  get openOrders(): number {
    return this.#orders.size;
  }

  /** Idempotent; orders that wait are forgotten. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const order of this.#orders.values()) order.cancel();
    this.#orders.clear();
    await this.#ports.files.close();
  }

  #refusal(): Problem | null {
    if (this.#isClosed) return { problem: 'shutting_down', detail: 'The gateway is shutting down.' };
    if (this.#orders.size < MAX_ORDERS) return null;
    return { problem: 'rate_limited', detail: `${MAX_ORDERS} orders of pictures are open already.` };
  }

  #uploadUrl(deviceId: string, session: string): string | null {
    const sides = this.#ports.sidesOf(deviceId);
    const base = this.#served === null || sides === null ? null : uploadAddress(this.#served, sides);
    return base === null ? null : `${base}/snapshots/upload/${session}`;
  }

  /** The device takes the pictures: they are waited for, unless it has said already that they are all sent. */
  #fromDevice(order: Order): SnapshotOrderView {
    const { count, intervalSeconds } = order.wish;
    const waitMs = count * intervalSeconds * 1000 + UPLOAD_GRACE_MS;
    if (order.said === null) order.cancel = this.#ports.clock.after(waitMs, () => this.#overdue(order));
    return { session: order.session, source: 'device' };
  }

  /** Ends an order whose pictures are all there. */
  #lookAt(order: Order): void {
    const { taken, said, wish, writing } = order;
    if (writing > 0 || said === null || taken.length === 0) return;
    if (taken.length >= Math.min(said, wish.count)) this.#end(order, null);
  }

  /** The time is over: what is there is all; when nothing is, the stream has to give it. */
  #overdue(order: Order): void {
    if (!this.#orders.has(order.session)) return;
    if (order.writing > 0) order.cancel = this.#ports.clock.after(LATE_MS, () => this.#overdue(order));
    else if (order.taken.length > 0) this.#end(order, null);
    else void this.#fromStream(order).then((made) => isProblem(made) && this.#end(order, made));
  }

  /** The first picture is waited for, so that whoever asked hears why there is none; the others follow. */
  async #fromStream(order: Order): Promise<SnapshotOrderView | Problem> {
    const first = await this.#fromKeyFrame(order);
    if (isProblem(first)) {
      this.#orders.delete(order.session);
      return first;
    }
    // the gateway may have been closed meanwhile
    this.#next(order);
    return { session: order.session, source: 'stream' };
  }

  #next(order: Order): void {
    if (!this.#orders.has(order.session)) return;
    if (order.taken.length >= order.wish.count) {
      this.#end(order, null);
      return;
    }
    order.cancel = this.#ports.clock.after(order.wish.intervalSeconds * 1000, () => {
      void this.#fromKeyFrame(order).then((made) => (isProblem(made) ? this.#end(order, made) : this.#next(order)));
    });
  }

  async #fromKeyFrame(order: Order): Promise<SnapshotView | Problem> {
    const { clock, files, picture } = this.#ports;
    const { deviceId, channelId, session, wish } = order;
    const jpeg = await picture(deviceId, channelId);
    if (isProblem(jpeg)) return jpeg;
    const about = { deviceId, channelId, session, fileId: '', alarm: wish.alarm ?? null, source: 'stream' as const };
    const view = await files.add({ ...about, epochMs: clock.epochMs() }, jpeg);
    if (!isProblem(view)) order.taken.push(view);
    return view;
  }

  #end(order: Order, problem: Problem | null): void {
    order.cancel();
    // after `#fromStream` has failed it is gone already, and is told of all the same
    if (!this.#orders.delete(order.session) && problem === null) return;
    const { session, deviceId, channelId, wish, taken } = order;
    this.#ports.publish('snapshot.completed', {
      session,
      deviceId,
      channelId,
      requested: wish.count,
      snapshots: taken,
      ...(wish.alarm === undefined ? {} : { alarmId: String(wish.alarm) }),
      ...(problem === null ? {} : { error: { code: problem.problem, detail: problem.detail } }),
    });
  }
}
