import { useEffect, useState } from 'preact/hooks';
import { ApiFault } from '../api.ts';
import { useWords } from '../language.ts';
import { failed } from '../model.ts';
import { hrefOf } from '../route.ts';
import { addWords, type Happening } from '../words/add.ts';
import { type FirstPicture, firstChannel, tryPicture } from './api.ts';
import { fill } from './story.ts';

/** Pictures tried at once without a click: a site that comes back after a power cut must not be pulled as a whole. */
const MAX_TRYING = 3;

type State =
  | { readonly is: 'none' | 'trying' }
  | { readonly is: 'came'; readonly picture: FirstPicture }
  | { readonly is: 'failed'; readonly code: string; readonly detail: string };

/** What was tried stays known while the page is open, also when the view is left and opened again. */
const states = new Map<string, State>();
let trying = 0;

interface Props {
  deviceId: string;
  mayTry: boolean;
  /** It came while the page was looking: its picture is tried by itself. */
  isNews: boolean;
}

/** Whether the first channel of a device gives a picture, and how fast; the way to watch it. */
export function Picture({ deviceId, mayTry, isNews }: Props) {
  const words = useWords(addWords);
  const [state, setState] = useState<State>(states.get(deviceId) ?? { is: 'none' });
  const [channelId, setChannelId] = useState<string | null>(null);

  const show = (next: State) => {
    states.set(deviceId, next);
    setState(next);
  };
  const attempt = (id: string) => {
    show({ is: 'trying' });
    trying += 1;
    tryPicture(deviceId, id)
      .then((picture) => show({ is: 'came', picture }))
      .catch((error: unknown) => {
        const [code, detail] = error instanceof ApiFault ? [error.code, error.message] : ['', String(error)];
        show({ is: 'failed', code, detail });
      })
      .finally(() => {
        trying -= 1;
      });
  };
  useEffect(() => {
    firstChannel(deviceId).then(setChannelId).catch(failed);
  }, [deviceId]);
  useEffect(() => {
    if (channelId === null || !mayTry || !isNews || trying >= MAX_TRYING) return;
    if ((states.get(deviceId) ?? { is: 'none' }).is === 'none') attempt(channelId);
  }, [channelId, mayTry, isNews]);

  if (channelId === null) return null;
  const trouble = troubleOf(state, words.picture);
  const isWatchable = state.is === 'came';
  return (
    <span class="picture" data-state={state.is} data-testid="picture">
      {state.is === 'trying' && <span class="hint">{words.picture.trying}</span>}
      {state.is === 'came' && state.picture.ms !== null && (
        <strong>{fill(words.picture.came, { seconds: (state.picture.ms / 1000).toFixed(1) })}</strong>
      )}
      {trouble !== null && <span class="fault">{trouble.title}</span>}
      {(state.is === 'none' || state.is === 'failed') && mayTry && (
        <button type="button" class="small" data-testid="try-picture" onClick={() => attempt(channelId)}>
          {state.is === 'none' ? words.picture.try : words.picture.again}
        </button>
      )}
      {(isWatchable || !mayTry) && (
        <a class="button small" href={hrefOf('live', [deviceId, channelId])} data-testid="watch">
          {words.picture.watch}
        </a>
      )}
      {trouble !== null && trouble.cure !== '' && (
        <span class="cure" data-testid="cure">
          {trouble.cure}
        </span>
      )}
    </span>
  );
}

function troubleOf(state: State, words: (typeof addWords)['en']['picture']): Happening | null {
  if (state.is === 'came') return state.picture.ms === null ? words.waiting : null;
  if (state.is !== 'failed') return null;
  const { title, cure } = words.failed[state.code] ?? words.failedOther;
  return { title: fill(title, { detail: state.detail }), cure };
}
