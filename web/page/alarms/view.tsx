import { useWords } from '../language.ts';
import { areShown, showNotices } from '../notices/silence.ts';
import { ViewHead } from '../parts/view-head.tsx';
import { hrefOf, route } from '../route.ts';
import { useStore } from '../store.ts';
import { alarmsWords } from '../words/alarms.ts';
import { noticesWords } from '../words/notices.ts';
import { shellWords } from '../words/shell.ts';
import { AlarmList } from './list.tsx';
import { Pictures } from './pictures.tsx';
import { Rules } from './rules.tsx';

import './alarms.css';

const TABS = { alarms: AlarmList, pictures: Pictures, rules: Rules } as const;
type Tab = keyof typeof TABS;

/** What devices tell: `#/alarms`, one of them `#/alarms/ID`; the pictures they take, `#/alarms/pictures`; what alarms set off, `#/alarms/rules`. */
export function AlarmsView() {
  const words = useWords(alarmsWords);
  const { views } = useWords(shellWords);
  const notices = useWords(noticesWords);
  const everywhere = useStore(areShown);
  const [part] = useStore(route).parts;
  const shown: Tab = part === 'pictures' || part === 'rules' ? part : 'alarms';
  const Shown = TABS[shown];
  return (
    <main class={`alarms ${shown}`}>
      <ViewHead title={views.alarms}>
        <nav class="tabs" aria-label={views.alarms}>
          {(Object.keys(TABS) as Tab[]).map((tab) => (
            <a
              key={tab}
              href={hrefOf('alarms', tab === 'alarms' ? [] : [tab])}
              aria-current={tab === shown ? 'page' : undefined}
              data-testid={`tab-${tab}`}
            >
              {words.tabs[tab]}
            </a>
          ))}
        </nav>
        <label class="check">
          <input
            type="checkbox"
            checked={everywhere}
            data-testid="notices-everywhere"
            onChange={({ currentTarget }) => showNotices(currentTarget.checked)}
          />
          {notices.everywhere}
        </label>
      </ViewHead>
      <Shown />
    </main>
  );
}
