import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { ApiFault, type Channel } from '../api.ts';
import { useWords } from '../language.ts';
import { failed } from '../model.ts';
import { Icon } from '../parts/icon.tsx';
import { hrefOf, route } from '../route.ts';
import { useStore } from '../store.ts';
import { footageWords } from '../words/footage.ts';
import { readAddress } from './address.ts';
import { useFootageAddress } from './address-hook.ts';
import { newestAsks, ownFile, startDownload } from './api.ts';
import { speedBeside } from './deck.ts';
import { useDecks } from './decks-hook.ts';
import type { DeviceFootage } from './device-lane.ts';
import { useHead } from './head-hook.ts';
import { LaneWords } from './lane-words.tsx';
import { footageFrom, lengthOf, rangeAt, within } from './lanes.ts';
import { useLanes } from './lanes-hook.ts';
import { isWhole, type Mark, markedIn, markedOut, NO_MARK } from './mark.ts';
import { MarkBar } from './mark-bar.tsx';
import { newestDay } from './newest.ts';
import { around, endOf, type Scale, spanOf, zoomed } from './scale.ts';
import { Screen } from './screen.tsx';
import { useFootageKeys } from './stage-keys.ts';
import { keepFile, stillName } from './still.ts';
import { type LaneName, TimeLine } from './timeline.tsx';
import { Clock, JUMP_SECONDS, Transport } from './transport.tsx';
import { SPANS, WindowBar } from './window-bar.tsx';
import type { Zone } from './zone.ts';

/** Around a moment that an address names. */
const AT_SPAN_MS = SPANS.hour;
/** How long a notice stays. */
const NOTICE_MS = 8_000;

interface Props {
  channel: Channel;
  isOnline: boolean;
  zone: Zone;
}

type Notice = { readonly words: string; readonly href?: string } | null;

/** Recorded footage of one channel: the picture, what moves it, and the time line of both places. Made anew for each channel (`key`). */
export function FootageStage({ channel, isOnline, zone }: Props) {
  const words = useWords(footageWords);
  const { deviceId, id: channelId } = channel;
  const place = useMemo(() => ({ deviceId, channelId }), [deviceId, channelId]);
  const { query } = useStore(route);
  const isAdmin = useStore(mayControl);
  const first = useRef(readAddress(query)).current;
  const [scale, setScale] = useState<Scale>(() =>
    first.atMs === null
      ? around(Date.now() - SPANS.day * 0.42, SPANS.day, 0, Date.now())
      : around(first.atMs, AT_SPAN_MS, 0, Date.now()),
  );
  const [lane, setLane] = useState<LaneName>(first.lane ?? 'device');
  const [mark, setMark] = useState<Mark>(NO_MARK);
  const [isMuted, setMuted] = useState(true);
  const [notice, setNotice] = useState<Notice>(null);
  const [search, setSearch] = useState<'none' | 'running' | 'nothing'>('none');
  const [nowMs, setNowMs] = useState(Date.now());
  const screen = useRef<HTMLDivElement>(null);
  const searching = useRef(new AbortController());
  const { device, own, retry } = useLanes(place, zone, scale);
  const decks = useDecks(place, device.files, own.runs);
  const deck = decks[lane];
  const shown = useStore(deck.shown);
  const stream = useStore(decks.device.stream);
  const head = useHead(deck, setScale);
  const canMove = shown.phase === 'playing' || shown.phase === 'stalled' || shown.phase === 'ended';
  const whyNot = lane === 'device' && !isAdmin ? words.lookOnly : null;

  /** A moment that was sought before the lane was known. */
  const unproved = useRef<number | null>(null);

  // What is shown can be sent to somebody, or loaded anew.
  const write = useFootageAddress(place, {
    onStream(running) {
      setLane('device');
      decks.device.join(running);
      const at = Date.parse(running.playback?.time ?? '');
      if (!Number.isNaN(at)) setScale(({ widthPx }) => around(at, AT_SPAN_MS, widthPx, Date.now()));
    },
    onMoment({ atMs, lane: asked }) {
      const to = asked ?? (isAdmin ? 'device' : 'own');
      setScale(({ widthPx }) => around(atMs, AT_SPAN_MS, widthPx, Date.now()));
      setLane(to);
      if (to === 'own' || isAdmin) decks[to].seek(atMs);
      unproved.current = to === 'device' ? atMs : null;
    },
  });

  function seek(epochMs: number, to: LaneName | null): void {
    const target = to ?? lane;
    if (target === 'device' && !isAdmin) {
      setNotice({ words: words.lookOnly });
      return;
    }
    const ranges = target === 'device' ? device.files : own.runs;
    // where a lane is not known to the end, the place itself is asked
    const isKnown =
      target === 'own' ? !own.isLoading : rangeAt(device.known, epochMs) !== null && !hasDaysAt(device, epochMs);
    const atMs = rangeAt(ranges, epochMs) === null && isKnown ? footageFrom(ranges, epochMs) : epochMs;
    if (atMs === null || (atMs !== epochMs && atMs > endOf(scale))) {
      setNotice({ words: words.noFootageAt(zone.write(epochMs)) });
      return;
    }
    setNotice(null);
    unproved.current = null;
    if (target !== lane) {
      deck.stop();
      setLane(target);
    }
    decks[target].seek(atMs);
    write({ atMs, lane: target, stream: target === 'device' ? (stream?.id ?? null) : null });
  }

  function playOrPause(): void {
    if (whyNot !== null) return;
    if (shown.phase === 'playing' || shown.phase === 'stalled') {
      if (shown.isPaused) deck.resume();
      else deck.pause();
      return;
    }
    const from = head.value.epochMs ?? firstShown();
    if (from !== null) seek(shown.phase === 'ended' ? (firstShown() ?? from) : from, null);
  }

  /** The first footage of what is shown. */
  function firstShown(): number | null {
    const ranges = lane === 'device' ? device.files : own.runs;
    const from = footageFrom(ranges, scale.startMs);
    return from !== null && from < endOf(scale) ? from : null;
  }

  function lastShown(): number | null {
    const ranges = within(lane === 'device' ? device.files : own.runs, { startMs: scale.startMs, endMs: endOf(scale) });
    const last = ranges.at(-1);
    return last === undefined ? null : Math.max(last.startMs, last.endMs - JUMP_SECONDS * 1_000);
  }

  function jump(seconds: number): void {
    const from = shown.aimMs ?? head.value.epochMs;
    if (from !== null && whyNot === null) seek(from + seconds * 1_000, null);
  }

  function showDay(date: string): void {
    const day = zone.day(date);
    if (day !== null)
      setScale(({ widthPx }) => around((day.startMs + day.endMs) / 2, SPANS.day * 1.06, widthPx, nowMs));
  }

  function zoom(factor: number): void {
    setScale((before) => {
      const at = head.value.epochMs;
      const isSeen = at !== null && at >= before.startMs && at <= endOf(before);
      const x = isSeen ? (at - before.startMs) / before.msPerPx : before.widthPx / 2;
      return zoomed(before, x, factor, nowMs);
    });
  }

  async function toNewest(): Promise<void> {
    setSearch('running');
    const found = await newestDay(newestAsks(place), zone, nowMs, searching.current.signal);
    if (searching.current.signal.aborted) return;
    setSearch(found === null ? 'nothing' : 'none');
    if (found !== null) showDay(found);
  }

  function step(by: 1 | -1): void {
    if (!shown.isPaused) return;
    void deck.step(by).then((isDone) => setNotice(isDone ? null : { words: words.noFrame }));
  }

  function still(): void {
    const at = head.value.epochMs;
    if (at === null || !canMove) return;
    deck.captureStill().then((picture) => keepFile(picture, stillName(channel.name || channelId, at, zone)), failed);
  }

  async function download(): Promise<void> {
    if (!isWhole(mark)) return;
    try {
      await startDownload(place, mark.inMs, mark.outMs);
      setNotice({ words: words.queued, href: hrefOf('downloads') });
    } catch (error) {
      if (error instanceof ApiFault && error.status !== 401)
        setNotice({ words: words.laneCures[error.code] ?? error.message });
      else failed(error);
    }
  }

  const markHere = (set: (before: Mark, epochMs: number) => Mark) => {
    const at = head.value.epochMs;
    if (at !== null) setMark((before) => set(before, at));
  };
  const fullScreen = () =>
    void (document.fullscreenElement ? document.exitFullscreen() : screen.current?.requestFullscreen());

  useEffect(() => {
    const timer = window.setInterval(() => setNowMs(Date.now()), 1_000);
    return () => {
      window.clearInterval(timer);
      searching.current.abort();
    };
  }, []);
  useEffect(() => {
    if (notice === null || notice.href !== undefined) return undefined;
    const timer = window.setTimeout(() => setNotice(null), NOTICE_MS);
    return () => window.clearTimeout(timer);
  }, [notice]);
  useEffect(() => setSearch('none'), [scale.startMs]);
  useEffect(() => {
    const atMs = unproved.current;
    if (atMs === null || rangeAt(device.known, atMs) === null || hasDaysAt(device, atMs)) return;
    unproved.current = null;
    // the device has begun behind the hole, and says nothing of it
    const next = footageFrom(device.files, atMs);
    if (next !== null && next !== atMs && lane === 'device') decks.device.seek(next);
  }, [device]);
  useEffect(() => {
    if (stream !== null && stream.state !== 'ended' && lane === 'device')
      write({ atMs: readAddress(route.value.query).atMs, lane: 'device', stream: stream.id });
  }, [stream?.id]);
  useFootageKeys({
    words,
    playOrPause,
    slower: () => deck.setSpeed(speedBeside(shown.speeds, shown.speed, -1)),
    faster: () => deck.setSpeed(speedBeside(shown.speeds, shown.speed, 1)),
    jump,
    step,
    zoom,
    toFirst: () => seek(firstShown() ?? scale.startMs, null),
    toLast: () => seek(lastShown() ?? scale.startMs, null),
    markIn: () => markHere(markedIn),
    markOut: () => markHere(markedOut),
    download: () => void download(),
    still,
    mute: () => setMuted(!isMuted),
    fullScreen,
  });

  const covered = isWhole(mark) ? { startMs: mark.inMs, endMs: mark.outMs } : null;
  const coveredMs = (ranges: typeof own.runs) => (covered === null ? 0 : lengthOf(within(ranges, covered)));
  const isDeviceKnown =
    covered !== null &&
    device.fault === null &&
    [device.pending, device.wholeDays, device.partDays].every((ranges) => within(ranges, covered).length === 0) &&
    covered.startMs >= scale.startMs &&
    covered.endMs <= endOf(scale) &&
    spanOf(scale) <= SPANS.day * 4;
  const canInvite = device.files.length > 0 || own.runs.length > 0;
  return (
    <section class="footage-stage">
      <div ref={screen} class="footage-picture">
        <Screen
          decks={decks}
          lane={lane}
          deviceId={deviceId}
          isMuted={isMuted}
          idle={
            whyNot !== null
              ? { sentence: whyNot, hint: '' }
              : { sentence: words.idle, hint: canInvite ? words.idleHint : '' }
          }
          onAgain={() =>
            seek(
              shown.phase === 'ended' ? (firstShown() ?? scale.startMs) : (readAddress(query).atMs ?? scale.startMs),
              null,
            )
          }
        />
      </div>
      <div class="footage-title">
        <h1>{channel.name || channelId}</h1>
        <span class="id">{channelId}</span>
        <a class="button plain to-live" href={hrefOf('live', [deviceId, channelId])} title={words.toLive}>
          <Icon name="camera" />
          <span>{words.toLive}</span>
        </a>
        <Clock zone={zone} head={head} />
      </div>
      <Transport
        deck={shown}
        lane={lane}
        isMuted={isMuted}
        canMove={canMove}
        whyNot={whyNot}
        onPlay={playOrPause}
        onJump={jump}
        onStep={step}
        onSpeed={(speed) => deck.setSpeed(speed)}
        onStill={still}
        onMute={() => setMuted(!isMuted)}
        onFullScreen={fullScreen}
      />
      {(notice !== null || shown.refusedSpeed !== null || (shown.trouble !== null && shown.phase !== 'failed')) && (
        <p class="footage-notice" role="status" data-testid="notice">
          {notice?.words ??
            (shown.refusedSpeed !== null ? words.speedRefused(shown.refusedSpeed) : shown.trouble?.detail)}{' '}
          {notice?.href !== undefined && (
            <a href={notice.href} data-testid="to-downloads">
              {words.toDownloads}
            </a>
          )}
        </p>
      )}
      <div class="time-line-box">
        <WindowBar
          place={place}
          zone={zone}
          scale={scale}
          nowMs={nowMs}
          isAsking={device.pending.length > 0}
          onDay={showDay}
          onSpan={(spanMs) => zoom(spanMs / spanOf(scale))}
          onZoom={zoom}
          onNow={() => setScale(({ widthPx }) => around(nowMs, spanOf(scale), widthPx, nowMs))}
        />
        <div class="lanes">
          <fieldset class="lane-names" aria-label={words.timeLine}>
            {(['device', 'own'] as const).map((name) => (
              <button
                key={name}
                type="button"
                class={`plain ${name}`}
                aria-pressed={lane === name}
                title={words.playLane[name]}
                data-testid={`lane-${name}`}
                onClick={() => {
                  if (lane === name) return;
                  const at = head.value.epochMs;
                  deck.stop();
                  setLane(name);
                  if (at !== null && (name === 'own' || isAdmin)) decks[name].seek(at);
                }}
              >
                {words.lanes[name]}
              </button>
            ))}
          </fieldset>
          <TimeLine
            scale={scale}
            zone={zone}
            device={device}
            own={own}
            active={lane}
            mark={mark}
            nowMs={nowMs}
            head={head}
            onScale={setScale}
            onSeek={seek}
            onMark={setMark}
          />
        </div>
        <LaneWords
          scale={scale}
          device={device}
          own={own}
          nowMs={nowMs}
          isSearching={search === 'running'}
          isNothing={search === 'nothing'}
          onRetry={retry}
          onNewest={() => void toNewest()}
        />
      </div>
      <MarkBar
        mark={mark}
        zone={zone}
        coveredMs={{ device: coveredMs(device.files), own: coveredMs(own.runs) }}
        isDeviceKnown={isDeviceKnown}
        isAdmin={isAdmin}
        isOnline={isOnline}
        ownHref={covered === null ? null : ownFile(place, covered.startMs, covered.endMs, true)}
        hasPicture={canMove}
        onMark={setMark}
        onIn={() => markHere(markedIn)}
        onOut={() => markHere(markedOut)}
        onDownload={() => void download()}
      />
    </section>
  );
}

/** Only the sum of that day is known. Pure. */
function hasDaysAt({ wholeDays, partDays }: DeviceFootage, epochMs: number): boolean {
  return rangeAt(wholeDays, epochMs) !== null || rangeAt(partDays, epochMs) !== null;
}
