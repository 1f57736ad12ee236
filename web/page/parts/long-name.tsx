import { halves } from '../format.ts';

import './long-name.css';

/** A name that gives up its middle where there is no room for it, because names that a site gives its cameras begin alike. */
export function LongName({ name }: { name: string }) {
  const [start, end] = halves(name);
  if (end === '') return <>{name}</>;
  return (
    <span class="long-name" title={name}>
      <span>{start}</span>
      <span>{end}</span>
    </span>
  );
}
