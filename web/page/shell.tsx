import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { AddView } from './add/view.tsx';
import { DevicesView } from './devices/view.tsx';
import { speak, useLanguage, useWords } from './language.ts';
import { LiveView } from './live/view.tsx';
import { fault, followGateway, hasToken, isLinked, isSignedOut } from './model.ts';
import { Icon } from './parts/icon.tsx';
import { RecordingsView } from './recordings/view.tsx';
import { hrefOf, route, VIEWS, type View } from './route.ts';
import { forgetToken, keepToken } from './session.ts';
import { SignIn } from './sign-in.tsx';
import { useStore } from './store.ts';
import { StreamsView } from './streams/view.tsx';
import { SystemView } from './system/view.tsx';
import { ThemeSwitch } from './theme-switch.tsx';
import { shellWords } from './words/shell.ts';

const SHOWN: Readonly<Record<View, ComponentType>> = {
  live: LiveView,
  devices: DevicesView,
  add: AddView,
  streams: StreamsView,
  recordings: RecordingsView,
  system: SystemView,
};

/** The frame of the page: the way between the views, what goes wrong, and the view that the address names. */
export function Shell() {
  const words = useWords(shellWords);
  const language = useLanguage();
  const { view } = useStore(route);
  const signedOut = useStore(isSignedOut);
  const linked = useStore(isLinked);
  const wrong = useStore(fault);
  useEffect(() => (signedOut ? undefined : followGateway()), [signedOut]);

  if (signedOut) {
    return (
      <SignIn
        wasRefused={hasToken()}
        onToken={(value) => {
          keepToken(value);
          isSignedOut.set(false);
        }}
      />
    );
  }
  const Shown = SHOWN[view];
  return (
    <div class="page">
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
          {hasToken() && (
            <button
              type="button"
              class="plain sign-out"
              onClick={() => {
                forgetToken();
                isSignedOut.set(true);
              }}
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
    </div>
  );
}
