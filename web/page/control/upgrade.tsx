import { useEffect, useRef, useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { onEvent } from '../model.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { controlWords } from '../words/control.ts';
import { control } from './api.ts';
import { failedBy, type Said } from './said.ts';
import { SaidLine } from './said-line.tsx';

const ADDRESS = /^(?:https?|ftp):\/\/[^\s/]+/;

/** Installs firmware, and waits for what the device says of it: it does so after it has come back. */
export function Upgrade({ deviceId, reason }: { deviceId: string; reason: string | undefined }) {
  const words = useWords(controlWords);
  const [firmware, setFirmware] = useState('');
  const [url, setUrl] = useState('');
  const [said, setSaid] = useState<Said | null>(null);
  const [isTelling, setTelling] = useState(false);
  const spoken = useRef(words);
  spoken.current = words;
  useEffect(
    () =>
      onEvent(({ type, data }) => {
        if (type !== 'upgrade.completed' || data.deviceId !== deviceId) return;
        const { upgradeFailed, upgraded } = spoken.current;
        setSaid(
          data.result === 'OK'
            ? { isFault: false, text: upgraded(String(data.firmware)) }
            : { isFault: true, text: upgradeFailed(String(data.reason ?? '–')) },
        );
      }),
    [deviceId],
  );

  async function tell(isForced = false): Promise<void> {
    setTelling(true);
    setSaid({ isFault: false, text: words.telling });
    try {
      const answer = await control(deviceId, null, { command: 'upgrade', firmware, url }, isForced);
      // its end may have been told already
      setSaid((before) =>
        before?.text !== words.telling
          ? before
          : answer?.result === 'ERROR'
            ? { isFault: true, text: words.refused(words.upgradeNow) }
            : { isFault: false, text: words.upgrading },
      );
    } catch (error) {
      setSaid(failedBy(error, words.unreachable, () => void tell(true)));
    }
    setTelling(false);
  }

  const isReady = firmware.trim() !== '' && ADDRESS.test(url);
  return (
    <section class="panel upgrade" data-testid="upgrade">
      <h2>{words.upgrade}</h2>
      <p class="hint">{words.upgradeHint}</p>
      <div class="upgrade-fields">
        <label>
          <span>{words.firmware}</span>
          <input
            name="firmware"
            maxLength={128}
            disabled={reason !== undefined}
            value={firmware}
            onInput={({ currentTarget }) => setFirmware(currentTarget.value)}
          />
        </label>
        <label>
          <span>{words.url}</span>
          <input
            name="url"
            type="url"
            maxLength={1024}
            placeholder="http://…/firmware.bin"
            disabled={reason !== undefined}
            value={url}
            onInput={({ currentTarget }) => setUrl(currentTarget.value.trim())}
          />
        </label>
        <ConfirmButton
          label={words.upgradeNow}
          really={words.upgradeReally}
          disabled={reason !== undefined || !isReady || isTelling}
          reason={reason}
          testId="upgrade-now"
          onConfirm={() => void tell()}
        >
          {words.upgradeNow}
        </ConfirmButton>
      </div>
      <SaidLine said={said} testId="upgrade-said" />
    </section>
  );
}
