import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { directory } from '../model.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { hrefOf } from '../route.ts';
import { useStore } from '../store.ts';
import { controlWords } from '../words/control.ts';
import { type Command, control } from './api.ts';
import { failedBy, type Said } from './said.ts';
import { SaidLine } from './said-line.tsx';

interface Props {
  deviceId: string;
  /** Why nothing can be told now. */
  reason: string | undefined;
}

/** Guard, alarm, recording and restart, for the device or one of its channels. */
export function Commands({ deviceId, reason }: Props) {
  const words = useWords(controlWords);
  const channels = (useStore(directory)?.channels ?? []).filter((one) => one.deviceId === deviceId);
  const [target, setTarget] = useState('');
  const [said, setSaid] = useState<Said | null>(null);
  const [isTelling, setTelling] = useState(false);
  const channelId = channels.some(({ id }) => id === target) ? target : null;
  const isOff = reason !== undefined || isTelling;

  async function tell(what: string, command: Command, of: string | null, isForced = false): Promise<void> {
    setTelling(true);
    setSaid({ isFault: false, text: words.telling });
    try {
      const answer = await control(deviceId, of, command, isForced);
      if (answer === null) setSaid({ isFault: false, text: words.taken(what) });
      else if (answer.result === 'OK') setSaid({ isFault: false, text: words.done(what) });
      else setSaid({ isFault: true, text: words.refused(what) });
    } catch (error) {
      setSaid(failedBy(error, words.unreachable, () => void tell(what, command, of, true)));
    }
    setTelling(false);
  }
  const button = (testId: string, name: string, what: string, command: Command) => (
    <button
      type="button"
      data-testid={testId}
      disabled={isOff}
      title={reason}
      onClick={() => void tell(what, command, channelId)}
    >
      {name}
    </button>
  );

  return (
    <section class="panel" data-testid="commands">
      <div class="panel-head">
        <h2>{words.commands}</h2>
        {channels.length > 1 && (
          <label class="control-target">
            <span>{words.target}</span>
            <select
              data-testid="control-target"
              value={channelId ?? ''}
              onChange={({ currentTarget }) => setTarget(currentTarget.value)}
            >
              <option value="">{words.wholeDevice}</option>
              {channels.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name || id}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      <ul class="commands">
        <Line name={words.guard} hint={words.guardHint}>
          {button('guard-on', words.guardOn, words.guardOn, { command: 'guard', enabled: true })}
          {button('guard-off', words.guardOff, words.guardOff, { command: 'guard', enabled: false })}
        </Line>
        <Line name={words.alarm} hint={words.alarmHint}>
          {button('alarm-reset', words.alarmReset, words.alarmReset, { command: 'alarm-reset' })}
        </Line>
        <Line name={words.record} hint={words.recordHint}>
          {button('record-on', words.recordOn, words.record, { command: 'record', enabled: true })}
          {button('record-off', words.recordOff, words.record, { command: 'record', enabled: false })}
        </Line>
        <Line name={words.pictures} hint={words.picturesHint}>
          <a
            class="button"
            data-testid="to-pictures"
            href={hrefOf(
              'alarms',
              ['pictures'],
              new URLSearchParams({ channel: `${deviceId}/${channelId ?? channels[0]?.id ?? deviceId}` }),
            )}
          >
            {words.toPictures}
          </a>
        </Line>
        <Line name={words.reboot} hint={words.rebootHint}>
          <ConfirmButton
            label={words.reboot}
            really={words.rebootReally}
            disabled={isOff}
            reason={reason}
            testId="reboot"
            onConfirm={() => void tell(words.reboot, { command: 'reboot' }, null)}
          >
            {words.reboot}
          </ConfirmButton>
        </Line>
      </ul>
      <SaidLine said={said} testId="command-said" />
    </section>
  );
}

function Line({ name, hint, children }: { name: string; hint: string; children: ComponentChildren }) {
  return (
    <li>
      <span>
        {name}
        <small>{hint}</small>
      </span>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset has a legend, and this line has its name already */}
      <span class="actions" role="group" aria-label={name}>
        {children}
      </span>
    </li>
  );
}
