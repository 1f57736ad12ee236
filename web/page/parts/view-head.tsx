import type { ComponentChildren } from 'preact';

import './view-head.css';

/** The head of a view: its name, and beside it what can be said or chosen at once. */
export function ViewHead({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="view-head">
      <h1>{title}</h1>
      {children}
    </div>
  );
}
