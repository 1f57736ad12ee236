import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

interface Props {
  /** What it does, for screen readers and the pointer that rests. */
  label: string;
  /** What it asks after the first click. */
  really: string;
  disabled?: boolean;
  /** Why it is disabled. */
  reason?: string | undefined;
  testId?: string;
  children: ComponentChildren;
  onConfirm: () => void;
}

/**
 * A button for what cannot be undone: the first click asks on the button itself, the second one does it. A double click is one click, and so is a
 * key that is held: whoever does either has read no question.
 */
export function ConfirmButton({ label, really, disabled = false, reason, testId, children, onConfirm }: Props) {
  const [isAsking, setAsking] = useState(false);
  return (
    <button
      type="button"
      class={isAsking ? 'confirm danger' : 'confirm'}
      data-testid={testId}
      title={disabled ? (reason ?? label) : label}
      aria-label={isAsking ? really : disabled && reason !== undefined ? `${label}: ${reason}` : label}
      disabled={disabled}
      onBlur={() => setAsking(false)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setAsking(false);
        if (event.repeat) event.preventDefault();
      }}
      onClick={({ detail }) => {
        if (detail > 1) return;
        setAsking(!isAsking);
        if (isAsking) onConfirm();
      }}
    >
      {isAsking ? really : children}
    </button>
  );
}
