import { useWords } from '../language.ts';
import { ViewHead } from '../parts/view-head.tsx';
import { hrefOf, route } from '../route.ts';
import { useStore } from '../store.ts';
import { shellWords } from '../words/shell.ts';
import { systemWords } from '../words/system.ts';
import { Addresses } from './addresses.tsx';
import { Health } from './health.tsx';
import { Log } from './log.tsx';
import { Webhooks } from './webhooks.tsx';

import './system.css';

const TABS = { health: Health, addresses: Addresses, webhooks: Webhooks, log: Log } as const;
type Tab = keyof typeof TABS;

function isTab(part: string | undefined): part is Tab {
  return part !== undefined && Object.hasOwn(TABS, part);
}

/** How gateway and machine do: `#/system`, `#/system/addresses`, `#/system/webhooks`, `#/system/log`. */
export function SystemView() {
  const words = useWords(systemWords);
  const { views } = useWords(shellWords);
  const part = useStore(route).parts[0];
  const shown: Tab = isTab(part) ? part : 'health';
  const Shown = TABS[shown];
  return (
    <main class={`system ${shown}`}>
      <ViewHead title={views.system}>
        <nav class="tabs" aria-label={views.system}>
          {(Object.keys(TABS) as Tab[]).map((tab) => (
            <a
              key={tab}
              href={hrefOf('system', tab === 'health' ? [] : [tab])}
              aria-current={tab === shown ? 'page' : undefined}
              data-testid={`tab-${tab}`}
            >
              {words.tabs[tab]}
            </a>
          ))}
        </nav>
      </ViewHead>
      <Shown />
    </main>
  );
}
