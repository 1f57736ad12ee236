import { useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { ptzWords } from '../words/ptz.ts';
import { control, type Where } from './api.ts';
import type { Deed } from './deeds.ts';
import { NumberField, numberIn } from './fields.tsx';

interface Props {
  where: Where;
  run: (deed: Deed) => Promise<boolean>;
}

/** The one that the standard names (GB/T 28181 annex A.3.7). */
const WIPER = 1;
/** What many makers have there. */
const LIGHT = '2';

/** The wiper, and what else the maker has given a number. A camera does not tell whether they are on. */
export function SwitchesForm({ where, run }: Props) {
  const words = useWords(ptzWords);
  const [other, setOther] = useState(LIGHT);
  const number = numberIn(other, 0, 255);

  const button = (name: string, which: number | null, enabled: boolean) => (
    <button
      type="button"
      data-testid={`${name}-${enabled ? 'on' : 'off'}`}
      aria-label={`${name === 'wiper' ? words.switches.wiper : words.switches.other}: ${enabled ? words.on : words.off}`}
      disabled={which === null}
      onClick={() =>
        which !== null && void run((force) => control(where, { command: 'aux', number: which, enabled }, force))
      }
    >
      {enabled ? words.on : words.off}
    </button>
  );
  return (
    <>
      <div class="ptz-row">
        <span class="grow">{words.switches.wiper}</span>
        {button('wiper', WIPER, true)}
        {button('wiper', WIPER, false)}
      </div>
      <div class="ptz-row">
        <NumberField
          label={words.switches.other}
          value={other}
          min={0}
          max={255}
          testId="switch-number"
          onChange={setOther}
        />
        <span class="grow" />
        {button('switch', number, true)}
        {button('switch', number, false)}
      </div>
      <p class="hint">{words.switches.hint}</p>
    </>
  );
}
