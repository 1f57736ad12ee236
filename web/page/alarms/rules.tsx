import { useEffect, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { faultOf } from '../devices/loaded.ts';
import { useWords } from '../language.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Icon } from '../parts/icon.tsx';
import { useStore } from '../store.ts';
import { alarmsWords } from '../words/alarms.ts';
import { type AlarmRule, type AlarmWordList, putRules, readAlarmWords, readRules, takeRulesBack } from './api.ts';
import { useNames } from './names.ts';
import { RuleForm } from './rule-form.tsx';

import './rules.css';

const NEW_RULE: AlarmRule = { name: '', enabled: true, record: 'plan', snapshot: null };
/** As many as the gateway takes. */
const MAX_RULES = 100;

/** What alarms set off: all rules in one form, saved together as the gateway holds them. */
export function Rules() {
  const words = useWords(alarmsWords);
  const may = useStore(mayControl);
  const names = useNames();
  const [list, setList] = useState<AlarmWordList | null>(null);
  const [kept, setKept] = useState<readonly AlarmRule[] | null>(null);
  const [draft, setDraft] = useState<readonly AlarmRule[]>([]);
  const [said, setSaid] = useState<{ isFault: boolean; text: string } | null>(null);
  const isChanged = kept !== null && JSON.stringify(kept) !== JSON.stringify(draft);

  const doing = async (change: () => Promise<readonly AlarmRule[]>, text: string): Promise<void> => {
    try {
      const rules = await change();
      setKept(rules);
      setDraft(rules);
      setSaid(text === '' ? null : { isFault: false, text });
    } catch (error) {
      setSaid({ isFault: true, text: faultOf(error) || words.unreachable });
    }
  };
  const read = () => {
    void readAlarmWords().then(setList, () => {}); // without words its numbers are shown
    void doing(readRules, '');
  };
  useEffect(read, []);
  const edit = (next: readonly AlarmRule[]) => {
    setDraft(next);
    setSaid(null);
  };

  return (
    <form
      class="rules-body"
      data-testid="rules"
      onSubmit={(event) => {
        event.preventDefault();
        void doing(() => putRules(draft), words.saved);
      }}
    >
      <p class="hint">{words.rulesHint}</p>
      {!may && (
        <p class="panel notice" role="note" data-testid="may-only-look">
          {words.lookOnly}
        </p>
      )}
      {kept === null && said === null && <p class="hint late">{words.loading}</p>}
      {kept === null && said !== null && (
        <p>
          <button type="button" onClick={read}>
            {words.again}
          </button>
        </p>
      )}
      {kept !== null && draft.length === 0 && <p class="empty boxed">{words.noRules}</p>}
      {draft.map((rule, i) => (
        <RuleForm
          key={i}
          number={i + 1}
          rule={rule}
          names={names}
          words={list}
          mayChange={may}
          onChange={(next) => edit(draft.map((one, at) => (at === i ? next : one)))}
          onRemove={() => edit(draft.filter((_, at) => at !== i))}
        />
      ))}
      {kept !== null && (
        <div class="rules-deeds">
          <button type="submit" class="primary" data-testid="save-rules" disabled={!may || !isChanged}>
            {words.save}
          </button>
          <button type="button" disabled={!isChanged} onClick={() => edit(kept)}>
            {words.discard}
          </button>
          <button
            type="button"
            data-testid="add-rule"
            disabled={!may || draft.length >= MAX_RULES}
            onClick={() => edit([...draft, NEW_RULE])}
          >
            <Icon name="add" />
            {words.addRule}
          </button>
          <ConfirmButton
            label={words.takeBack}
            really={words.takeBackReally}
            testId="take-back"
            disabled={!may}
            reason={may ? undefined : words.lookOnly}
            onConfirm={() => void doing(takeRulesBack, words.saved)}
          >
            {words.takeBack}
          </ConfirmButton>
        </div>
      )}
      <p role="status" class={said?.isFault ? 'fault' : 'hint'} data-testid="rules-said">
        {said?.text ?? ''}
      </p>
    </form>
  );
}
