import { useEffect, useRef, useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Icon } from '../parts/icon.tsx';
import type { Preset } from '../ptz/api.ts';
import { ptzWords } from '../words/ptz.ts';

interface Props {
  preset: Preset;
  /** The camera was sent there last, and nobody has moved it since. */
  isHere: boolean;
  maxName: number;
  onGo: () => void;
  onRename: (name: string) => Promise<boolean>;
  onOverwrite: () => void;
  onDelete: () => void;
}

/** One preset: a click goes there. */
export function PresetRow({ preset, isHere, maxName, onGo, onRename, onOverwrite, onDelete }: Props) {
  const words = useWords(ptzWords);
  const [draft, setDraft] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const pencil = useRef<HTMLButtonElement>(null);
  const name = preset.name || words.presets.unnamed(preset.number);
  const isEditing = draft !== null;
  useEffect(() => field.current?.select(), [isEditing]);

  function leave(): void {
    setDraft(null);
    // the field is gone: the keyboard stays in the row
    requestAnimationFrame(() => pencil.current?.focus());
  }

  if (draft !== null)
    return (
      <li class="preset" data-number={preset.number}>
        <form
          class="rename"
          onSubmit={(event) => {
            event.preventDefault();
            void onRename(draft.trim()).then((isDone) => isDone && leave());
          }}
        >
          <input
            ref={field}
            type="text"
            maxLength={maxName}
            value={draft}
            aria-label={words.presets.name}
            autocomplete="off"
            data-testid="preset-new-name"
            onInput={(event) => setDraft(event.currentTarget.value)}
            onKeyDown={(event) => event.key === 'Escape' && leave()}
          />
          <button
            type="submit"
            class="plain"
            aria-label={words.save}
            title={words.save}
            data-testid="preset-rename-save"
          >
            <Icon name="done" />
          </button>
          <button type="button" class="plain" aria-label={words.cancel} title={words.cancel} onClick={leave}>
            <Icon name="close" />
          </button>
        </form>
      </li>
    );
  return (
    <li class={isHere ? 'preset here' : 'preset'} data-number={preset.number}>
      <button
        type="button"
        class="plain go"
        title={words.presets.goTo(name)}
        aria-current={isHere ? 'true' : undefined}
        data-testid="preset-go"
        onClick={onGo}
      >
        <span class="number">{preset.number}</span>
        <span class={preset.name === '' ? 'name unnamed' : 'name'}>{name}</span>
      </button>
      <span class="deeds">
        <button
          ref={pencil}
          type="button"
          class="plain"
          title={words.presets.rename}
          aria-label={`${words.presets.rename}: ${name}`}
          data-testid="preset-rename"
          onClick={() => setDraft(preset.name)}
        >
          <Icon name="rename" />
        </button>
        <ConfirmButton
          label={`${words.presets.overwrite}: ${name}`}
          really={words.really}
          testId="preset-overwrite"
          onConfirm={onOverwrite}
        >
          <Icon name="here" />
        </ConfirmButton>
        <ConfirmButton
          label={`${words.remove}: ${name}`}
          really={words.really}
          testId="preset-delete"
          onConfirm={onDelete}
        >
          <Icon name="remove" />
        </ConfirmButton>
      </span>
    </li>
  );
}
