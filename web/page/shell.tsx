import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { AddView } from './add/view.tsx';
import { DevicesView } from './devices/view.tsx';
import { DownloadsView } from './downloads/view.tsx';
import { openPlaybackAddresses } from './footage/door.ts';
import { FootageView } from './footage/view.tsx';
import { listenToKeys, useShortcuts } from './keys/keys.ts';
import { KeySheet } from './keys/sheet.tsx';
import { speak, useLanguage, useWords } from './language.ts';
import { LiveView } from './live/view.tsx';
import { fault, followGateway, hasExpired, hasToken, isLinked, isSignedOut, signOut } from './model.ts';
import { NoticeStrip } from './notices/strip.tsx';
import { countAlarms, unseenAlarms } from './notices/unseen.ts';
import { Icon } from './parts/icon.tsx';
import { lazy } from './parts/lazy.tsx';
import { RecordingsView } from './recordings/view.tsx';
import { go, hrefOf, route, VIEWS, type View } from './route.ts';
import { keepToken } from './session.ts';
import { SignIn } from './sign-in.tsx';
import { useStore } from './store.ts';
import { StreamsView } from './streams/view.tsx';
import { SystemView } from './system/view.tsx';
import { ThemeSwitch } from './theme-switch.tsx';
import { noticesWords } from './words/notices.ts';
import { shellWords } from './words/shell.ts';

const SHOWN: Readonly<Record<View, ComponentType>> = {
  live: LiveView,
  footage: FootageView,
  alarms: lazy(async () => (await import('./alarms/view.tsx')).AlarmsView),
  devices: DevicesView,
  add: AddView,
  streams: StreamsView,
  recordings: RecordingsView,
  downloads: DownloadsView,
  positions: lazy(async () => (await import('./positions/view.tsx')).PositionsView),
  system: SystemView,
};

/** `g` and the view's first letter go there. */
const LETTERS: Readonly<Record<View, string>> = {
  live: 'l',
  footage: 'p',
  alarms: 'm',
  devices: 'd',
  add: 'a',
  streams: 's',
  recordings: 'r',
  downloads: 'o',
  positions: 'n',
  system: 'y',
};

/** Beside the word there is no room for more. */
const MAX_UNSEEN = 99;

function toContent(): void {
  const main = document.querySelector<HTMLElement>('main');
  main?.setAttribute('tabindex', '-1');
  main?.focus();
}

/** The frame of the page: the way between the views, what goes wrong, and the view that the address names. */
export function Shell() {
  const words = useWords(shellWords);
  const language = useLanguage();
  const { view } = useStore(route);
  const signedOut = useStore(isSignedOut);
  const linked = useStore(isLinked);
  const wrong = useStore(fault);
  const expired = useStore(hasExpired);
  const unseen = useStore(unseenAlarms);
  const { unseen: unseenWords } = useWords(noticesWords);
  const [sheet, setSheet] = useState(false);
  useShortcuts(words.page, [
    { key: '?', words: words.showKeys, run: () => setSheet(true) },
    ...VIEWS.map((name) => ({
      key: `g ${LETTERS[name]}`,
      words: words.goTo(words.views[name]),
      run: () => go(hrefOf(name)),
    })),
  ]);
  useEffect(() => listenToKeys(), []);
  // The keys of one view are not those of the next.
  useEffect(() => setSheet(false), [view]);
  // On a phone the way to the view may lie beside the screen.
  useEffect(() => {
    document.querySelector('.views [aria-current]')?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
  }, [view, signedOut]);
  useEffect(() => {
    document.title = signedOut ? 'gbgate' : `${words.views[view]} · gbgate`;
  }, [view, words, signedOut]);
  useEffect(() => (signedOut ? undefined : followGateway()), [signedOut]);
  useEffect(() => (signedOut ? undefined : openPlaybackAddresses()), [signedOut]);
  useEffect(() => (signedOut ? undefined : countAlarms()), [signedOut]);

  if (signedOut) {
    return (
      <SignIn
        why={expired ? 'expired' : hasToken() ? 'wrong' : null}
        onToken={(value) => {
          keepToken(value);
          hasExpired.set(false);
          isSignedOut.set(false);
        }}
      />
    );
  }
  const Shown = SHOWN[view];
  return (
    <div class="page">
      <button type="button" class="skip" onClick={toContent}>
        {words.skip}
      </button>
      <header>
        <img src="./icon.svg" alt="" width="26" height="26" />
        <strong>gbgate</strong>
        <nav class="views" aria-label={words.navigation}>
          {VIEWS.map((name) => (
            <a
              key={name}
              href={hrefOf(name)}
              aria-current={name === view ? 'page' : undefined}
              data-testid={`view-${name}`}
            >
              {words.views[name]}
              {name === 'alarms' && unseen > 0 && (
                <b class="unseen" title={unseenWords(unseen)} data-testid="unseen">
                  {unseen > MAX_UNSEEN ? `${MAX_UNSEEN}+` : unseen}
                </b>
              )}
            </a>
          ))}
        </nav>
        {!linked && (
          <span class="link-lost" role="status">
            {words.linkLost}
          </span>
        )}
        <span class="switches">
          <button
            type="button"
            class="plain"
            data-testid="language"
            onClick={() => speak(language === 'zh' ? 'en' : 'zh')}
          >
            {words.otherLanguage}
          </button>
          <ThemeSwitch />
          <button
            type="button"
            class="plain keys-button"
            data-testid="show-keys"
            title={`${words.keys} (?)`}
            aria-label={words.keys}
            onClick={() => setSheet(true)}
          >
            <span class="kbd">?</span>
          </button>
          {hasToken() && (
            <button
              type="button"
              class="plain sign-out"
              title={words.signOut}
              aria-label={words.signOut}
              onClick={signOut}
            >
              <Icon name="signOut" />
              <span>{words.signOut}</span>
            </button>
          )}
        </span>
      </header>
      {wrong !== null && linked && (
        <p class="fault banner" role="alert">
          {wrong || words.unreachable}
          <button type="button" class="plain" onClick={() => fault.set(null)}>
            {words.dismiss}
          </button>
        </p>
      )}
      <Shown />
      <NoticeStrip />
      {sheet && <KeySheet onClose={() => setSheet(false)} />}
    </div>
  );
}
