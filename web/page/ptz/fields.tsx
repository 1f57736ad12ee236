import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { ptzWords } from '../words/ptz.ts';
import type { Answer } from './answer.ts';
import type { Preset } from './api.ts';
import { sentenceOf } from './deeds.ts';

import './forms.css';

interface SectionProps {
  title: string;
  testId: string;
  children: ComponentChildren;
}

/** What is needed now and then: asked of the camera and drawn when it is opened. */
export function Section({ title, testId, children }: SectionProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="ptz-section" data-testid={testId} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {isOpen && <div class="ptz-body">{children}</div>}
    </details>
  );
}

interface NumberProps {
  label: string;
  value: string;
  min: number;
  max: number;
  step?: number;
  placeholder?: string | undefined;
  testId?: string;
  onChange: (value: string) => void;
}

/** A number as text: an empty one is none. */
export function NumberField({ label, value, min, max, step = 1, placeholder, testId, onChange }: NumberProps) {
  return (
    <label class="ptz-field">
      <span>{label}</span>
      <input
        type="number"
        inputMode={step === 1 ? 'numeric' : 'decimal'}
        min={min}
        max={max}
        step={step}
        value={value}
        placeholder={placeholder}
        data-testid={testId}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

/** The number that a field holds, or null when there is none within its bounds. Pure. */
export function numberIn(text: string, min: number, max: number): number | null {
  const value = Number(text);
  return text.trim() === '' || !(value >= min && value <= max) ? null : value;
}

interface PresetProps {
  presets: readonly Preset[];
  value: string;
  testId?: string;
  onChange: (value: string) => void;
}

/** One of the presets that are known, or any number where none is. */
export function PresetField({ presets, value, testId, onChange }: PresetProps) {
  const words = useWords(ptzWords);
  if (presets.length === 0)
    return (
      <NumberField
        label={words.preset}
        value={value}
        min={1}
        max={255}
        {...(testId === undefined ? {} : { testId })}
        onChange={onChange}
      />
    );
  const isKnown = presets.some(({ number }) => String(number) === value);
  return (
    <label class="ptz-field grow">
      <span>{words.preset}</span>
      <select value={value} data-testid={testId} onChange={(event) => onChange(event.currentTarget.value)}>
        {!isKnown && <option value={value}>{value}</option>}
        {presets.map(({ number, name }) => (
          <option key={number} value={String(number)}>
            {name === '' ? number : `${number} · ${name}`}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Says that the camera is being asked, or that it does not tell, with a way to ask again; nothing when it has told. */
export function Untold({ answer }: { answer: Answer<unknown> }) {
  const words = useWords(ptzWords);
  if (answer.fault === null) return answer.isSlow && answer.value === null ? <p class="hint">{words.asking}</p> : null;
  return (
    <p class="hint ptz-untold" title={sentenceOf(answer.fault, words)}>
      {words.notTold}
      <button type="button" class="plain" onClick={() => answer.askAgain(true)}>
        {words.askAgain}
      </button>
    </p>
  );
}
