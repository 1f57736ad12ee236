import { useId, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { useWords } from '../language.ts';
import { useStore } from '../store.ts';
import { devicesWords } from '../words/devices.ts';
import { changeDevice, type DeviceDetails } from './api.ts';
import { faultOf } from './loaded.ts';
import { ProfileForm } from './profile-form.tsx';
import { Removal } from './removal.tsx';

/** Name and password, the profile, and the way out. */
export function Settings({ device, onChanged }: { device: DeviceDetails; onChanged: () => void }) {
  const words = useWords(devicesWords);
  const may = useStore(mayControl);
  return (
    <div class="settings">
      {!may && (
        <p class="panel notice" role="note" data-testid="may-only-look">
          {words.mayOnlyLook}
        </p>
      )}
      <Account device={device} onChanged={onChanged} />
      <ProfileForm id={device.id} />
      <Removal device={device} />
    </div>
  );
}

function Account({ device, onChanged }: { device: DeviceDetails; onChanged: () => void }) {
  const words = useWords(devicesWords);
  const may = useStore(mayControl);
  const [name, setName] = useState(device.name);
  const [password, setPassword] = useState('');
  const [said, setSaid] = useState<{ isFault: boolean; text: string } | null>(null);
  const ids = { name: useId(), password: useId(), hint: useId() };
  const changes = {
    ...(name !== device.name && name !== '' ? { name } : {}),
    ...(password === '' ? {} : { password }),
  };

  async function save(): Promise<void> {
    try {
      await changeDevice(device.id, changes);
      setPassword('');
      setSaid({ isFault: false, text: words.saved });
      onChanged();
    } catch (error) {
      setSaid({ isFault: true, text: faultOf(error) || words.unreachable });
    }
  }

  return (
    <form
      class="panel account"
      data-testid="account"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2>{words.account}</h2>
      <label for={ids.name}>{words.name}</label>
      <input
        id={ids.name}
        name="name"
        maxLength={128}
        disabled={!may}
        value={name}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <label for={ids.password}>{words.password}</label>
      <div>
        <input
          id={ids.password}
          name="password"
          type="password"
          autocomplete="new-password"
          maxLength={128}
          disabled={!may}
          value={password}
          aria-describedby={ids.hint}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
        <small id={ids.hint}>{words.passwordHint}</small>
      </div>
      <div class="actions">
        <button type="submit" class="primary" disabled={!may || Object.keys(changes).length === 0}>
          {words.save}
        </button>
        <span role="status" class={said?.isFault ? 'fault' : 'hint'}>
          {said?.text ?? ''}
        </span>
      </div>
    </form>
  );
}
