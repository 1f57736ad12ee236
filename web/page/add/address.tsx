import { useState } from 'preact/hooks';
import { ApiFault } from '../api.ts';
import { useWords } from '../language.ts';
import { failed } from '../model.ts';
import { addWords } from '../words/add.ts';
import { type Onboarding, readOnboarding } from './api.ts';

interface Props {
  onboarding: Onboarding;
  address: string;
  onAddress: (address: string) => void;
}

/** Which address of the gateway the camera sees: chosen, or found from the camera's own address. */
export function AddressChoice({ onboarding, address, onAddress }: Props) {
  const words = useWords(addWords);
  const [camera, setCamera] = useState('');
  const [note, setNote] = useState<string | null>(null);
  const [from, setFrom] = useState(onboarding.addressFrom);
  const isFixed = onboarding.addresses.length === 0;

  async function find(): Promise<void> {
    try {
      const answer = await readOnboarding(camera.trim());
      setFrom(answer.addressFrom);
      setNote(null);
      onAddress(answer.address);
    } catch (error) {
      if (error instanceof ApiFault && error.status === 400) setNote(words.notAnAddress);
      else failed(error);
    }
  }

  if (isFixed) return <p class="hint">{words.addressFrom[from]}</p>;
  const choices = onboarding.addresses.some((one) => one.address === address)
    ? onboarding.addresses
    : [{ address, interface: '' }, ...onboarding.addresses];
  return (
    <>
      <label>
        <span>{words.otherAddress}</span>
        <select
          data-testid="address-choice"
          value={address}
          onChange={(event) => {
            setFrom('interface');
            onAddress(event.currentTarget.value);
          }}
        >
          {choices.map((one) => (
            <option key={one.address} value={one.address}>
              {one.interface === '' ? one.address : `${one.address} (${one.interface})`}
            </option>
          ))}
        </select>
      </label>
      <p class="hint">{words.addressFrom[from]}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void find();
        }}
      >
        <label>
          <span>{words.cameraAddress}</span>
          <input
            inputMode="decimal"
            placeholder="192.168.1.64"
            data-testid="camera-address"
            value={camera}
            onInput={(event) => setCamera(event.currentTarget.value)}
          />
        </label>
        <button type="submit" disabled={camera.trim() === ''}>
          {words.ask}
        </button>
      </form>
      {note !== null && (
        <p class="fault" role="alert">
          {note}
        </p>
      )}
    </>
  );
}
