import { useWords } from '../language.ts';
import { footageWords } from '../words/footage.ts';
import type { DeviceFootage } from './device-lane.ts';
import { rangeAt, within } from './lanes.ts';
import type { OwnFootage } from './own-lane.ts';
import { endOf, type Scale } from './scale.ts';

interface Props {
  scale: Scale;
  device: DeviceFootage;
  own: OwnFootage;
  nowMs: number;
  isSearching: boolean;
  /** A search for the newest footage found none. */
  isNothing: boolean;
  onRetry: () => void;
  onNewest: () => void;
}

/** Why a lane is empty, and what helps; nothing when there is something to see. */
export function LaneWords({ scale, device, own, nowMs, isSearching, isNothing, onRetry, onNewest }: Props) {
  const words = useWords(footageWords);
  const window = { startMs: scale.startMs, endMs: endOf(scale) };
  const has = (...layers: (typeof device.files)[]) => layers.some((layer) => within(layer, window).length > 0);
  const { fault } = device;
  const known = rangeAt(device.known, window.startMs);
  const isKnown = known !== null && known.endMs >= Math.min(window.endMs, nowMs) && !own.isLoading;
  const isEmpty = isKnown && !has(device.files, device.wholeDays, device.partDays, own.runs);
  return (
    <div class="lane-words">
      {fault !== null && (
        <p class="lane-fault" role="alert" data-testid="lane-fault" data-code={fault.code}>
          <span>
            <strong>{words.deviceFault}</strong> {words.laneCures[fault.code] ?? fault.message}
          </span>
          <button type="button" data-testid="ask-again" onClick={onRetry}>
            {words.tryAgain}
          </button>
        </p>
      )}
      {own.fault !== null && (
        <p class="lane-fault" role="alert" data-testid="own-fault">
          <span>
            <strong>{words.ownFault}</strong> {words.laneCures[own.fault.code] ?? own.fault.message}
          </span>
          <button type="button" onClick={onRetry}>
            {words.tryAgain}
          </button>
        </p>
      )}
      {isEmpty && fault === null && (
        <p class="lane-empty" data-testid="lane-empty">
          <span>{isNothing ? words.nothingAnywhere : words.nothingHere}</span>
          {!isNothing && (
            <button type="button" data-testid="newest" disabled={isSearching} onClick={onNewest}>
              {isSearching ? words.asking : words.newest}
            </button>
          )}
        </p>
      )}
    </div>
  );
}
