import { useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { useWords } from '../language.ts';
import { go, hrefOf } from '../route.ts';
import { useStore } from '../store.ts';
import { devicesWords } from '../words/devices.ts';
import { type DeviceDetails, deleteDevice } from './api.ts';
import { faultOf } from './loaded.ts';

/** Deleting wants a second click, on a button that was not there before; blocking is chosen beside it. */
export function Removal({ device }: { device: DeviceDetails }) {
  const words = useWords(devicesWords);
  const may = useStore(mayControl);
  const [isAsked, setAsked] = useState(false);
  const [isBlocked, setBlocked] = useState(false);
  const [fault, setFault] = useState<string | null>(null);

  async function remove(): Promise<void> {
    try {
      await deleteDevice(device.id, isBlocked);
      go(hrefOf('devices'), 'replace');
    } catch (error) {
      setFault(faultOf(error) || words.unreachable);
    }
  }

  return (
    <section class="panel removal" data-testid="removal">
      <h2>{words.removal}</h2>
      <p class="hint">{words.removalHint}</p>
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {isAsked ? (
        <>
          <label class="check">
            <input
              type="checkbox"
              data-testid="block"
              checked={isBlocked}
              onChange={(event) => setBlocked(event.currentTarget.checked)}
            />
            {words.block}
          </label>
          <div class="actions">
            <button type="button" class="danger" data-testid="delete-really" onClick={() => void remove()}>
              {words.removeReally}: {device.name || device.id}
            </button>
            <button type="button" onClick={() => setAsked(false)}>
              {words.keep}
            </button>
          </div>
        </>
      ) : (
        <div class="actions">
          <button
            type="button"
            class="danger"
            data-testid="delete-device"
            disabled={!may}
            onClick={() => setAsked(true)}
          >
            {words.remove}
          </button>
        </div>
      )}
    </section>
  );
}
