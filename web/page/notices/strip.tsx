import { useEffect, useRef, useState } from 'preact/hooks';
import { kindWords } from '../alarms/filter.ts';
import { type Names, useNames } from '../alarms/names.ts';
import { channelOf } from '../alarms/row.tsx';
import type { GatewayEvent } from '../events.ts';
import { type Language, useLanguage, useWords } from '../language.ts';
import { onEvent } from '../model.ts';
import { Icon } from '../parts/icon.tsx';
import { hrefOf, route } from '../route.ts';
import { useStore } from '../store.ts';
import { noticesWords } from '../words/notices.ts';
import { type Notice, withEvent, withoutOld } from './notices.ts';
import { areShown, showNotices } from './silence.ts';

import './notices.css';

/** A storm is drawn together; and old ones go within this. */
const DRAW_MS = 300;

/** Alarms and offers of video at the edge of every view, a few at a time; they stay while a hand or the focus is on them. */
export function NoticeStrip() {
  const words = useWords(noticesWords);
  const language = useLanguage();
  const names = useNames();
  const shown = useStore(areShown);
  const isList = useStore(route).view === 'alarms';
  const { notices, hold, drop } = useNotices();
  // the list of alarms shows them itself
  const seen = shown ? notices.filter(({ alarm }) => alarm === null || !isList) : [];
  return (
    <section
      class="notices"
      aria-label={words.title}
      aria-live="polite"
      data-testid="notices"
      onMouseEnter={() => hold(true)}
      onMouseLeave={() => hold(false)}
      onFocusCapture={() => hold(true)}
      onBlurCapture={() => hold(false)}
    >
      {seen.map((notice) => (
        <NoticeCard
          key={notice.key}
          notice={notice}
          names={names}
          language={language}
          onDrop={() => drop(notice.key)}
        />
      ))}
      {seen.length > 0 && (
        <button type="button" class="plain quiet" data-testid="silence" onClick={() => showNotices(false)}>
          {words.silence}
        </button>
      )}
    </section>
  );
}

interface CardProps {
  notice: Notice;
  names: Names;
  language: Language;
  onDrop: () => void;
}

function NoticeCard({ notice: { deviceId, channelId, alarm, count }, names, language, onDrop }: CardProps) {
  const words = useWords(noticesWords);
  const watched = alarm === null ? channelId : channelOf(alarm, names);
  const where = watched === null ? names.device(deviceId) : names.channel(deviceId, watched);
  const what = alarm === null ? words.offer : kindWords(alarm, language) || words.alarm;
  return (
    <article class={alarm === null ? 'notice' : 'notice alarmed'} data-testid="notice">
      <p>
        <strong>{where}</strong>
        <span>{count > 1 ? words.times(what, count) : what}</span>
      </p>
      {alarm !== null && (
        <a class="button" href={hrefOf('alarms', [alarm.id])} onClick={onDrop} data-testid="notice-alarm">
          {words.details}
        </a>
      )}
      {watched !== null && (
        <a class="button" href={hrefOf('live', [deviceId, watched])} onClick={onDrop} data-testid="notice-watch">
          <Icon name="camera" />
          {words.watch}
        </a>
      )}
      <button type="button" class="plain" aria-label={words.dismiss} title={words.dismiss} onClick={onDrop}>
        <Icon name="close" />
      </button>
    </article>
  );
}

function useNotices() {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const isHeld = useRef(false);
  useEffect(() => {
    let told: GatewayEvent[] = [];
    let timer = 0;
    const draw = () => {
      timer = 0;
      const fresh = told;
      told = [];
      const nowMs = performance.now();
      setNotices((before) => {
        const all = fresh.reduce((list, event) => withEvent(list, event, nowMs), before);
        const next = isHeld.current ? all : withoutOld(all, nowMs);
        if (next.length > 0 && timer === 0) timer = window.setTimeout(draw, DRAW_MS);
        return next;
      });
    };
    const unhear = onEvent((event) => {
      if (event.type !== 'alarm' && event.type !== 'video.offered') return;
      told.push(event);
      if (timer === 0) timer = window.setTimeout(draw, DRAW_MS);
    });
    return () => {
      unhear();
      window.clearTimeout(timer);
    };
  }, []);
  return {
    notices,
    hold(held: boolean) {
      isHeld.current = held;
    },
    drop: (key: string) => setNotices((before) => before.filter((notice) => notice.key !== key)),
  };
}
