import { list, one, send } from '../api.ts';
import type { ZoomBox } from './box.ts';
import type { Drive } from './drive.ts';

/** A channel of a device. */
export interface Where {
  readonly deviceId: string;
  readonly channelId: string;
}

export interface Preset {
  /** 1 to 255. */
  readonly number: number;
  /** '' when nobody has named it. */
  readonly name: string;
}

/** A round of presets. */
export interface Cruise {
  /** 0 to 255. */
  readonly number: number;
  readonly name: string;
}

export interface CruiseTrack extends Cruise {
  readonly points: readonly {
    readonly preset: number;
    readonly staySeconds: number | null;
    readonly speed: number | null;
  }[];
}

/** Where a camera goes back to; null where it says nothing. */
export interface HomePosition {
  readonly enabled: boolean | null;
  readonly resetSeconds: number | null;
  readonly preset: number | null;
}

/** Where a camera looks: degrees, tilt + down; null where it says nothing. */
export interface PtzPosition {
  readonly pan: number | null;
  readonly tilt: number | null;
  readonly zoom: number | null;
}

/** What `POST C/control` takes of a camera that is steered. */
export type Control =
  | ({ readonly command: 'drag-zoom-in' | 'drag-zoom-out' } & ZoomBox)
  | { readonly command: 'aux'; readonly number: number; readonly enabled: boolean }
  | {
      readonly command: 'cruise';
      readonly group: number;
      readonly action: 'start' | 'stop' | 'add' | 'delete' | 'speed' | 'dwell';
      readonly preset?: number;
      readonly value?: number;
    }
  | {
      readonly command: 'scan';
      readonly group: number;
      readonly action: 'start' | 'stop' | 'left' | 'right' | 'speed';
      readonly value?: number;
    }
  | {
      readonly command: 'home-position';
      readonly enabled: boolean;
      readonly preset?: number;
      readonly resetSeconds?: number;
    }
  | { readonly command: 'ptz-precise'; readonly pan?: number; readonly tilt?: number; readonly zoom?: number }
  | { readonly command: 'target-track'; readonly mode: 'auto' | 'manual' | 'stop'; readonly box?: ZoomBox };

const path = ({ deviceId, channelId }: Where, rest: string) =>
  `devices/${encodeURIComponent(deviceId)}/channels/${encodeURIComponent(channelId)}/${rest}`;

/** `force`: also what the device is remembered not to do. */
const forced = (force: boolean) => (force ? '?force=true' : '');

async function tell(method: string, to: string, body?: object, isLast = false): Promise<Response> {
  return send(to, {
    method,
    // a stop leaves the browser also when its tab is being closed
    keepalive: isLast,
    ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  });
}

export const drive = async (where: Where, motion: Drive, timeoutMs: number): Promise<void> =>
  void (await tell('POST', path(where, 'ptz'), { ...motion, timeoutMs }));
export const stop = async (where: Where): Promise<void> =>
  void (await tell('POST', path(where, 'ptz'), { stop: true }, true));

/** Rejects also when the device itself answers that it did not do it. */
export async function control(where: Where, wish: Control, force: boolean): Promise<void> {
  const response = await tell('POST', path(where, `control${forced(force)}`), wish);
  if (response.status !== 200) return;
  const { result } = (await response.json()) as { result: string };
  if (result === 'ERROR') throw new Error('ERROR');
}

export const listPresets = (where: Where, force: boolean): Promise<Preset[]> =>
  list<Preset>(path(where, 'presets'), force ? { force: 'true' } : {});
export const setPreset = async (where: Where, number: number, name: string): Promise<void> =>
  void (await tell('PUT', path(where, `presets/${number}`), { name }));
export const renamePreset = async (where: Where, number: number, name: string): Promise<void> =>
  void (await tell('PATCH', path(where, `presets/${number}`), { name }));
export const gotoPreset = async (where: Where, number: number): Promise<void> =>
  void (await tell('POST', path(where, `presets/${number}/goto`)));
export const deletePreset = async (where: Where, number: number): Promise<void> =>
  void (await tell('DELETE', path(where, `presets/${number}`)));

export const listCruises = (where: Where, force: boolean): Promise<Cruise[]> =>
  list<Cruise>(path(where, 'cruises'), force ? { force: 'true' } : {});
export const readCruise = (where: Where, number: number, force: boolean): Promise<CruiseTrack> =>
  one<CruiseTrack>(path(where, `cruises/${number}${forced(force)}`));
export const readHome = (where: Where, force: boolean): Promise<HomePosition> =>
  one<HomePosition>(path(where, `home-position${forced(force)}`));
export const readPosition = (where: Where, force: boolean): Promise<PtzPosition> =>
  one<PtzPosition>(path(where, `ptz-position${forced(force)}`));
