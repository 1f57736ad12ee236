import { useEffect, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { useWords } from '../language.ts';
import { onEvent } from '../model.ts';
import { useStore } from '../store.ts';
import { devicesWords } from '../words/devices.ts';
import { type DeviceDetails, refreshCatalog } from './api.ts';
import { faultOf } from './loaded.ts';

type State =
  | { readonly is: 'idle' }
  | { readonly is: 'asking'; readonly received: number; readonly expected: number | null }
  | { readonly is: 'done'; readonly channels: number; readonly complete: boolean }
  | { readonly is: 'failed'; readonly detail: string };

/** Asks the device for its channels; what has come so far is counted beside the button. */
export function Catalogue({ device }: { device: DeviceDetails }) {
  const words = useWords(devicesWords);
  const may = useStore(mayControl);
  const [state, setState] = useState<State>({ is: 'idle' });
  const { id } = device;
  useEffect(
    () =>
      onEvent(({ type, data }) => {
        if (data.deviceId !== id) return;
        if (type === 'catalog.progress')
          setState({
            is: 'asking',
            received: Number(data.received) || 0,
            expected: typeof data.expected === 'number' ? data.expected : null,
          });
        else if (type === 'catalog.updated')
          setState({ is: 'done', channels: Number(data.channels) || 0, complete: data.complete === true });
      }),
    [id],
  );

  async function ask(): Promise<void> {
    setState({ is: 'asking', received: 0, expected: null });
    try {
      const { complete } = await refreshCatalog(id);
      setState((now) =>
        now.is === 'asking' && complete ? { is: 'done', channels: device.channelCount, complete } : now,
      );
    } catch (error) {
      setState({ is: 'failed', detail: faultOf(error) });
    }
  }

  return (
    <div class="catalogue">
      <span role="status" class={state.is === 'failed' ? 'fault' : 'hint'} data-testid="catalogue-state">
        {state.is === 'asking' &&
          (state.received === 0 ? words.refreshing : words.received(state.received, state.expected))}
        {state.is === 'done' && (state.complete ? words.refreshed : words.refreshedPartly)(state.channels)}
        {state.is === 'failed' && (state.detail || words.unreachable)}
      </span>
      <button
        type="button"
        data-testid="refresh-catalogue"
        disabled={!may || !device.online || state.is === 'asking'}
        title={may ? undefined : words.mayOnlyLook}
        onClick={() => void ask()}
      >
        {words.refresh}
      </button>
      {state.is === 'asking' && (
        <progress
          aria-label={words.refreshing}
          {...(state.expected === null ? {} : { value: state.received, max: Math.max(1, state.expected) })}
        />
      )}
    </div>
  );
}
