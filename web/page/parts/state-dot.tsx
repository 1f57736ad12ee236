import './state-dot.css';

/** A coloured dot with its word: the word is what screen readers say and what tells the states apart without colour. */
export function StateDot({ tone, children }: { tone: 'good' | 'quiet' | 'warning' | 'danger'; children: string }) {
  return (
    <span class={`state-dot ${tone}`}>
      <i aria-hidden="true" />
      {children}
    </span>
  );
}
