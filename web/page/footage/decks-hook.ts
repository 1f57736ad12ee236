import { useEffect, useMemo, useRef } from 'preact/hooks';
import { mayControl } from '../access.ts';
import type { ApiFault } from '../api.ts';
import { refused } from '../model.ts';
import {
  controlPlayback,
  ownFile,
  ownFileStart,
  type Place,
  readPlayback,
  startPlayback,
  stopPlayback,
} from './api.ts';
import { DeviceDeck } from './device-deck.ts';
import { footageFrom, type Range, rangeAt } from './lanes.ts';
import { after } from './lanes-hook.ts';
import { OwnDeck } from './own-deck.ts';

function onRefusal(fault: ApiFault): void {
  if (fault.status === 401) refused();
  else mayControl.set(false);
}

export interface Decks {
  readonly device: DeviceDeck;
  readonly own: OwnDeck;
}

/** The two decks of a channel; what they play ends with the view. `files` and `runs` are what the lanes know. */
export function useDecks(place: Place, files: readonly Range[], runs: readonly Range[]): Decks {
  const { deviceId, channelId } = place;
  const known = useRef({ files, runs });
  known.current = { files, runs };
  const decks = useMemo(() => {
    const here = { deviceId, channelId };
    const device: DeviceDeck = new DeviceDeck({
      start: (startMs, endMs, speed) => startPlayback(here, startMs, endMs, speed),
      read: readPlayback,
      control: controlPlayback,
      stop: stopPlayback,
      epochMs: () => Date.now(),
      nowMs: () => performance.now(),
      after,
      refused: onRefusal,
      onRangeEnd(endMs) {
        const next = footageFrom(known.current.files, endMs);
        if (next !== null) device.seek(next);
      },
    });
    const own = new OwnDeck({
      fileStart: (startMs, endMs, signal) => ownFileStart(here, startMs, endMs, signal),
      address: (startMs, endMs) => ownFile(here, startMs, endMs, false),
      runAt: (epochMs) => rangeAt(known.current.runs, epochMs),
      next: (epochMs) => footageFrom(known.current.runs, epochMs),
      refused: onRefusal,
    });
    return { device, own };
  }, [deviceId, channelId]);
  useEffect(
    () => () => {
      decks.device.stop();
      decks.own.stop();
    },
    [decks],
  );
  return decks;
}
