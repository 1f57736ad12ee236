import { mayControl } from '../access.ts';
import { type Recording, recordingAddress } from '../api.ts';
import { useWords } from '../language.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Icon } from '../parts/icon.tsx';
import { useStore } from '../store.ts';
import { recordingsWords } from '../words/recordings.ts';
import { fileName, whyNotDeleted } from './row.tsx';

/** A browser drops downloads that begin in the same moment. */
const DOWNLOAD_GAP_MS = 400;

interface Props {
  selected: readonly Recording[];
  onLock: (isLocked: boolean) => void;
  onDelete: (doomed: readonly Recording[]) => void;
  onClear: () => void;
}

async function downloadAll(selected: readonly Recording[]): Promise<void> {
  for (const recording of selected) {
    const link = document.createElement('a');
    link.href = recordingAddress(recording.id);
    link.download = fileName(recording);
    link.click();
    await new Promise((resolve) => setTimeout(resolve, DOWNLOAD_GAP_MS));
  }
}

/** What can be done to several recordings at once. */
export function SelectionBar({ selected, onLock, onDelete, onClear }: Props) {
  const words = useWords(recordingsWords);
  const isAdmin = useStore(mayControl);
  const doomed = selected.filter((one) => whyNotDeleted(one, isAdmin, words) === undefined);
  const first = selected[0];
  const reason = first === undefined ? undefined : whyNotDeleted(first, isAdmin, words);
  const lookOnly = isAdmin ? undefined : words.lookOnly;
  return (
    <div class="selection-bar" role="toolbar" aria-label={words.selected(selected.length)}>
      <strong data-testid="selected-count">{words.selected(selected.length)}</strong>
      <button type="button" title={words.download} onClick={() => void downloadAll(selected)}>
        <Icon name="download" />
        <span>{words.download}</span>
      </button>
      <button
        type="button"
        data-testid="lock-selected"
        disabled={!isAdmin}
        title={lookOnly ?? words.lock}
        onClick={() => onLock(true)}
      >
        <Icon name="lock" />
        <span>{words.lock}</span>
      </button>
      <button
        type="button"
        data-testid="unlock-selected"
        disabled={!isAdmin}
        title={lookOnly ?? words.unlock}
        onClick={() => onLock(false)}
      >
        <Icon name="unlock" />
        <span>{words.unlock}</span>
      </button>
      <ConfirmButton
        label={words.remove}
        really={words.removeManyReally(doomed.length)}
        disabled={doomed.length === 0}
        reason={reason}
        testId="delete-selected"
        onConfirm={() => onDelete(doomed)}
      >
        <Icon name="remove" />
        <span>{words.remove}</span>
      </ConfirmButton>
      <button
        type="button"
        class="plain"
        title={words.clearSelection}
        aria-label={words.clearSelection}
        onClick={onClear}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
