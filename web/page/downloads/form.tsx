import { useState } from 'preact/hooks';
import { ApiFault, type Channel } from '../api.ts';
import { duration, offsetWords } from '../format.ts';
import { useWords } from '../language.ts';
import { failed } from '../model.ts';
import { downloadsWords } from '../words/downloads.ts';
import { type Download, startDownload } from './api.ts';
import { type Draft, freshDraft, presetRange, SPEEDS, wishOf, wrongWith } from './wish.ts';

const PRESETS = ['hour', 'today', 'yesterday'] as const;

interface Props {
  channels: readonly Channel[];
  /** `DEVICE/CHANNEL` to begin with, or ''. */
  channel: string;
  onStarted: (download: Download) => void;
  onClose: () => void;
}

/** Asks for a range of a device's footage as one file. */
export function NewDownload({ channels, channel, onStarted, onClose }: Props) {
  const words = useWords(downloadsWords);
  const { form } = words;
  const [draft, setDraft] = useState<Draft>(() => freshDraft(channel, new Date()));
  const [said, setSaid] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const put = (more: Partial<Draft>) => {
    setSaid(null);
    setDraft({ ...draft, ...more });
  };
  const wrong = wrongWith(draft, Date.now());
  const spanMs = Date.parse(draft.to) - Date.parse(draft.from);

  async function start(): Promise<void> {
    if (wrong !== null) {
      setSaid(form.wrong[wrong]);
      return;
    }
    const [deviceId = '', channelId = ''] = draft.channel.split('/');
    setAsking(true);
    try {
      onStarted(await startDownload(deviceId, channelId, wishOf(draft)));
    } catch (error) {
      setSaid(error instanceof ApiFault && error.message !== '' ? error.message : form.refused);
      if (error instanceof ApiFault && error.status === 401) failed(error);
      setAsking(false);
    }
  }

  return (
    <form
      class="new-download"
      data-testid="new-download"
      aria-label={words.newDownload}
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <label class="field wide">
        <span>{words.channel}</span>
        <select
          name="channel"
          value={draft.channel}
          autofocus
          onChange={(event) => put({ channel: event.currentTarget.value })}
        >
          <option value="">{form.choose}</option>
          {channels.map((one) => (
            <option key={`${one.deviceId}/${one.id}`} value={`${one.deviceId}/${one.id}`}>
              {one.name || one.id}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{form.from}</span>
        <input
          type="datetime-local"
          name="from"
          step="1"
          value={draft.from}
          onInput={(event) => put({ from: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>{form.to}</span>
        <input
          type="datetime-local"
          name="to"
          step="1"
          value={draft.to}
          onInput={(event) => put({ to: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>{form.speed}</span>
        <select
          name="speed"
          value={String(draft.speed)}
          title={form.speedHint}
          onChange={(event) => put({ speed: Number(event.currentTarget.value) })}
        >
          {SPEEDS.map((speed) => (
            <option key={speed} value={String(speed)}>
              {speed}×
            </option>
          ))}
        </select>
      </label>
      <fieldset class="presets" aria-label={form.presets}>
        {PRESETS.map((preset) => (
          <button
            key={preset}
            type="button"
            data-testid={`preset-${preset}`}
            onClick={() => put(presetRange(preset, new Date()))}
          >
            {form.preset[preset]}
          </button>
        ))}
      </fieldset>
      <label class="check" title={form.exactHint}>
        <input
          type="checkbox"
          name="exact"
          checked={draft.exact}
          onChange={(event) => put({ exact: event.currentTarget.checked })}
        />
        <span>{form.exact}</span>
      </label>
      <p class="hint wide">
        {form.exactHint} {form.zone(offsetWords(-new Date().getTimezoneOffset()))}
      </p>
      <div class="deeds wide">
        <button type="submit" class="primary" data-testid="start-download" disabled={isAsking}>
          {form.start}
        </button>
        <button type="button" onClick={onClose}>
          {form.cancel}
        </button>
        <span role="status" class={said === null ? 'hint' : 'fault'} data-testid="form-said">
          {said ?? (spanMs > 0 ? form.length(duration(spanMs)) : '')}
        </span>
      </div>
    </form>
  );
}
