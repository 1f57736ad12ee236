import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { onEvent } from '../model.ts';
import { useStore } from '../store.ts';
import { findDays, findFiles, ownRuns, type Place } from './api.ts';
import { type DeviceFootage, DeviceLane } from './device-lane.ts';
import { type OwnFootage, OwnLane } from './own-lane.ts';
import { endOf, type Scale } from './scale.ts';
import type { Zone } from './zone.ts';

/** A window that moves is not asked about until it rests. */
const REST_MS = 200;
/** What goes on while one looks: footage grows. */
const LOOK_MS = 15_000;

/** A timer that can be taken back. */
export function after(ms: number, action: () => void): () => void {
  const timer = window.setTimeout(action, ms);
  return () => window.clearTimeout(timer);
}

interface Lanes {
  readonly device: DeviceFootage;
  readonly own: OwnFootage;
  /** After a failure: ask again. */
  retry(): void;
}

/** What both lanes know of the window, asked for when it rests. */
export function useLanes(place: Place, zone: Zone, scale: Scale): Lanes {
  const { deviceId, channelId } = place;
  const lanes = useMemo(() => {
    const here = { deviceId, channelId };
    const clocks = { epochMs: () => Date.now(), nowMs: () => performance.now() };
    return {
      device: new DeviceLane(
        {
          ...clocks,
          after,
          files: (startMs, endMs, o) => findFiles(here, startMs, endMs, o),
          days: (month) => findDays(here, month),
        },
        zone,
      ),
      own: new OwnLane({ ...clocks, runs: (startMs, endMs) => ownRuns(here, startMs, endMs) }),
    };
  }, [deviceId, channelId, zone]);
  const range = { startMs: scale.startMs, endMs: endOf(scale) };
  const shown = useRef(range);
  shown.current = range;
  const [round, setRound] = useState(0);

  useEffect(() => {
    const cancel = after(REST_MS, () => {
      lanes.device.show(shown.current);
      lanes.own.show(shown.current);
    });
    return cancel;
  }, [lanes, range.startMs, range.endMs, round]);

  useEffect(() => {
    const timer = window.setInterval(() => document.hidden || setRound((count) => count + 1), LOOK_MS);
    const unfollow = onEvent(({ type, data }) => {
      // many at once, of whatever channels
      if (type === 'recording.deleted') lanes.own.changed(shown.current);
      if (data.deviceId !== deviceId) return;
      if (type === 'records.progress' && data.channelId === channelId) lanes.device.progressed(data.queryId);
      if (type === 'device.online' && lanes.device.shown.value.fault !== null) lanes.device.retry(shown.current);
      if (type.startsWith('recording.')) lanes.own.changed(shown.current);
    });
    return () => {
      window.clearInterval(timer);
      unfollow();
      lanes.device.close();
      lanes.own.close();
    };
  }, [lanes, deviceId, channelId]);

  return {
    device: useStore(lanes.device.shown),
    own: useStore(lanes.own.shown),
    retry() {
      lanes.device.retry(shown.current);
      lanes.own.changed(shown.current);
    },
  };
}
