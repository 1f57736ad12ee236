import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { partsWords } from '../words/parts.ts';

/**
 * A part of the page that is fetched when somebody first opens it, so that the first view need not wait for it. When it cannot be fetched, the gateway is away or
 * was renewed since, and a new page brings the new part.
 */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  /** What holds its place meanwhile: a view is the `main` of the page. */
  Place: 'main' | 'div' = 'main',
): ComponentType<Props> {
  let Loaded: ComponentType<Props> | null = null;
  return function Lazy(props: Props) {
    const words = useWords(partsWords);
    const [state, setState] = useState<'loading' | 'here' | 'failed'>(Loaded === null ? 'loading' : 'here');
    const [round, setRound] = useState(0);
    useEffect(() => {
      if (Loaded !== null) return undefined;
      let isWanted = true;
      setState('loading');
      load().then(
        (component) => {
          Loaded = component;
          if (isWanted) setState('here');
        },
        () => isWanted && setState('failed'),
      );
      return () => {
        isWanted = false;
      };
    }, [round]);
    if (Loaded !== null) return <Loaded {...props} />;
    if (state !== 'failed') return <Place aria-busy="true" />;
    return (
      <Place>
        <div class="empty boxed" role="alert" data-testid="part-missing">
          <p>{words.partMissing}</p>
          <p>
            <button type="button" onClick={() => setRound(round + 1)}>
              {words.again}
            </button>{' '}
            <button type="button" onClick={() => location.reload()}>
              {words.reload}
            </button>
          </p>
        </div>
      </Place>
    );
  };
}
