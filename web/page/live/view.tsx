import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Channel } from '../api.ts';
import { useWords } from '../language.ts';
import { directory, isLinked, readRecordings, recordings, refused } from '../model.ts';
import { go, hrefOf, route } from '../route.ts';
import { useStore } from '../store.ts';
import { liveWords } from '../words/live.ts';
import { keepWall, keptWall } from './kept-wall.ts';
import { Stage } from './stage.tsx';
import { CameraTree } from './tree/tree.tsx';
import { WallGrid } from './wall/wall.tsx';
import {
  type Cell,
  cellsShown,
  EMPTY_WALL,
  GRIDS,
  type Grid,
  nextEmpty,
  placed,
  poured,
  readWall,
  regridded,
  type Wall,
  writeWall,
} from './wall/wall-address.ts';
import { WallBar } from './wall/wall-bar.tsx';
import { WallSteering } from './wall/wall-steering.tsx';

import './live.css';

const cellOf = (channel: Channel): Cell => ({ deviceId: channel.deviceId, channelId: channel.id, stream: 'auto' });

/** The stream that the address names; what is none is the main one. */
function streamOf(query: URLSearchParams): number {
  const text = query.get('stream') ?? '';
  return /^\d$/.test(text) ? Number(text) : 0;
}

/**
 * Cameras on the left. On the right the one that the address names (`#/live/DEVICE/CHANNEL?stream=N`), or the wall that it describes
 * (`#/live?grid=9&cells=…&page=2`).
 */
export function LiveView() {
  const words = useWords(liveWords);
  const known = useStore(directory);
  const recorded = useStore(recordings);
  const linked = useStore(isLinked);
  const { parts, query } = useStore(route);
  const [deviceId, channelId] = parts;
  const isStage = deviceId !== undefined && channelId !== undefined;
  const wall = useMemo(() => (isStage ? null : readWall(query)), [isStage, query]);
  const [selected, setSelected] = useState(0);
  const [wasSteered, setSteered] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const channel = known?.channels.find((one) => one.deviceId === deviceId && one.id === channelId);

  useEffect(() => {
    if (wall !== null) keepWall(writeWall(wall));
  }, [wall]);

  // The selection stays on the page that is shown.
  const from = wall === null ? 0 : wall.page * wall.grid;
  const isSeen = wall !== null && selected >= from && selected < from + wall.grid;
  const chosen = isSeen ? selected : from;

  const isSteered = wall !== null && wasSteered;
  useEffect(() => {
    if (isStage) setSteered(false);
  }, [isStage]);
  const held = wall?.cells[chosen] ?? null;
  const heldChannel = known?.channels.find((one) => one.deviceId === held?.deviceId && one.id === held.channelId);
  const chosenElement = () => box.current?.querySelector<HTMLElement>(`[data-cell="${chosen - from}"]`) ?? null;
  /** The focus is in the cell then: it says whose camera the keys move. */
  function steer(isOn: boolean): void {
    setSteered(isOn);
    chosenElement()?.focus({ preventScroll: true });
  }
  const isOnlineAt = (id: string | undefined) =>
    linked && (known?.devices.some((one) => one.id === id && one.online) ?? false);

  const show = (next: Wall) => go(hrefOf('live', [], writeWall(next)), 'replace');

  function choose(next: Channel): void {
    if (wall === null) {
      go(hrefOf('live', [next.deviceId, next.id]));
      return;
    }
    const filled = placed(wall, chosen, cellOf(next));
    show({ ...filled, big: null });
    setSelected(nextEmpty(filled, chosen));
  }

  /** All of them on a wall: the one that is shown, from the chosen cell on, or a new one just large enough. */
  function chooseAll(channels: readonly Channel[]): void {
    const cells = channels.map(cellOf);
    if (wall !== null) show({ ...poured(wall, chosen, cells), big: null });
    else {
      const grid = GRIDS.find((one) => one >= cells.length) ?? 25;
      go(hrefOf('live', [], writeWall(poured({ ...EMPTY_WALL, grid }, 0, cells))));
    }
  }

  /** From the stage to the wall there was, or to a new one with the channel on stage. */
  function toGrid(grid: Grid): void {
    const kept = readWall(keptWall());
    const first = channel === undefined ? EMPTY_WALL : placed(EMPTY_WALL, 0, cellOf(channel));
    go(hrefOf('live', [], writeWall(regridded(kept ?? first, grid))));
  }

  const shown = useMemo(
    () =>
      new Set(
        wall === null
          ? [`${deviceId}/${channelId}`]
          : cellsShown(wall).map((cell) => (cell === null ? '' : `${cell.deviceId}/${cell.channelId}`)),
      ),
    [wall, deviceId, channelId],
  );

  return (
    <div class={wall === null ? 'live' : 'live with-wall'}>
      <nav class="side" aria-label={words.cameras}>
        <CameraTree directory={known} shown={shown} onChoose={choose} onChooseAll={chooseAll} />
      </nav>
      <main ref={box}>
        <WallBar
          wall={wall}
          onChange={show}
          onGrid={toGrid}
          isSteered={isSteered}
          onSteer={() => steer(!isSteered)}
          onFullScreen={() =>
            void (document.fullscreenElement ? document.exitFullscreen() : box.current?.requestFullscreen())
          }
        />
        {wall !== null ? (
          <div class={isSteered ? 'wall-room steered' : 'wall-room'}>
            <WallGrid
              wall={wall}
              directory={known}
              isLinked={linked}
              selected={chosen}
              isSteered={isSteered}
              onSteer={setSteered}
              onSelect={setSelected}
              onChange={show}
            />
            {isSteered && (
              <WallSteering
                key={`${chosen} ${held?.deviceId}/${held?.channelId}`}
                channel={heldChannel}
                isOnline={isOnlineAt(held?.deviceId)}
                cellElement={chosenElement}
                onClose={() => steer(false)}
              />
            )}
          </div>
        ) : channel !== undefined ? (
          <Stage
            key={`${channel.deviceId}/${channel.id}`}
            channel={channel}
            isOnline={isOnlineAt(channel.deviceId)}
            streamNumber={streamOf(query)}
            recordings={recorded ?? []}
            onUnauthorized={refused}
            onRecordingsChanged={() => void readRecordings()}
          />
        ) : (
          <section class="stage">
            <div class="screen">
              <div class="message" role="status" data-testid="message">
                <p>{known === null ? words.loading : isStage ? words.noSuchChannel : words.choose}</p>
                {known !== null && !isStage && <p class="detail">{words.chooseHint}</p>}
              </div>
            </div>
          </section>
        )}
      </main>
    </div>
  );
}
