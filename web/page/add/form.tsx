import { useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { useLanguage, useWords } from '../language.ts';
import { failed } from '../model.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { useStore } from '../store.ts';
import { addWords } from '../words/add.ts';
import { AddressChoice } from './address.tsx';
import { type Onboarding, readSipPassword } from './api.ts';
import { BRAND_FIELDS, BRANDS, type Brand, type BrandField, fieldValue } from './brands.ts';
import { QrCode } from './qr.tsx';

const BRAND_KEY = 'gbgate.brand';
const SECONDS: readonly string[] = ['expires', 'heartbeat'];
/** What cameras have by themselves, and what is there twice: a smaller code is read from farther away. */
const NOT_IN_CODE: readonly string[] = ['mode', 'userName', 'localPort'];

function keptBrand(): Brand {
  const kept = localStorage.getItem(BRAND_KEY);
  return BRANDS.find((brand) => brand === kept) ?? 'hikvision';
}

/** What to type into the form of a camera, as its maker names the fields. `taken`: ids of devices that came since they were free. */
export function FormPanel({ onboarding, taken }: { onboarding: Onboarding; taken: ReadonlySet<string> }) {
  const words = useWords(addWords);
  const language = useLanguage();
  const [brand, setBrand] = useState(keptBrand);
  const [kind, setKind] = useState<'camera' | 'recorder'>('camera');
  const [turn, setTurn] = useState(0);
  const [address, setAddress] = useState(() => likeliestAddress(onboarding));
  const [password, setPassword] = useState<string | null>(null);

  const ids = onboarding.deviceIds[kind];
  const deviceId = ids[turn % Math.max(1, ids.length)] ?? '';
  const value = ({ key }: BrandField) => fieldValue(key, { onboarding, brand, address, deviceId, password });
  const fields = BRAND_FIELDS[brand];
  const code = fields
    .filter((field) => value(field) !== '' && !NOT_IN_CODE.includes(field.key))
    .map((field) => `${field[language]}: ${value(field)}`)
    .join('\n');

  const anotherId = () => {
    const later = ids.findIndex((_, i) => !taken.has(ids[(turn + 1 + i) % ids.length] ?? ''));
    setTurn(turn + 1 + Math.max(0, later));
  };
  const choose = (next: Brand) => {
    localStorage.setItem(BRAND_KEY, next);
    setBrand(next);
  };

  return (
    <section class="panel form-panel" aria-labelledby="add-title">
      <h1 id="add-title">{words.title}</h1>
      <p class="hint">{words.intro}</p>
      <div class="choices">
        <fieldset class="segments" aria-label={words.brand}>
          {BRANDS.map((one) => (
            <label key={one} data-testid={`brand-${one}`}>
              <input type="radio" name="brand" checked={one === brand} onChange={() => choose(one)} />
              <span>{words.brands[one]}</span>
            </label>
          ))}
        </fieldset>
        <label class="kind">
          <span>{words.kind}</span>
          <select
            data-testid="kind"
            value={kind}
            onChange={(event) => setKind(event.currentTarget.value === 'recorder' ? 'recorder' : 'camera')}
          >
            <option value="camera">{words.kinds.camera}</option>
            <option value="recorder">{words.kinds.recorder}</option>
          </select>
        </label>
      </div>
      <p class="where">{words.where[brand]}</p>
      <table class="fields">
        <thead class="for-readers">
          <tr>
            <th scope="col">{words.field}</th>
            <th scope="col">{words.value}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field.key} data-testid={`field-${field.key}`}>
              <th scope="row">
                {field[language]}
                <small lang={language === 'zh' ? 'en' : 'zh-CN'}>{language === 'zh' ? field.en : field.zh}</small>
              </th>
              <td>
                <div class="field-value">
                  {field.key === 'password' ? (
                    <Password onboarding={onboarding} name={field[language]} shown={password} onShown={setPassword} />
                  ) : (
                    <>
                      <output>{value(field)}</output>
                      {SECONDS.includes(field.key) && <span class="unit">{words.secondsNote}</span>}
                      {field.key === 'localPort' && <span class="unit">{words.localPortNote}</span>}
                      {field.key === 'channelId' && kind === 'recorder' && (
                        <span class="unit">{words.channelNote.recorder}</span>
                      )}
                      {field.key === 'deviceId' && taken.has(deviceId) && (
                        <span class="unit" data-testid="id-taken">
                          {words.idTaken}
                        </span>
                      )}
                      {field.key === 'deviceId' && (
                        <button type="button" class="plain small" onClick={anotherId}>
                          {words.anotherId}
                        </button>
                      )}
                      <CopyButton text={value(field)} name={field[language]} />
                    </>
                  )}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div class="beside">
        <div class="address-choice">
          <AddressChoice onboarding={onboarding} address={address} onAddress={setAddress} />
          <p class="hint">{words.differs}</p>
        </div>
        <figure>
          <QrCode text={code} label={words.qr} />
          <figcaption class="hint">{password === null ? words.qrNote : words.qrWithPassword}</figcaption>
        </figure>
      </div>
    </section>
  );
}

/** The browser reached the gateway by some address: if it is one of the machine's, a camera beside the browser sees the same. */
function likeliestAddress(onboarding: Onboarding): string {
  const { hostname } = location;
  return onboarding.addresses.some((one) => one.address === hostname) ? hostname : onboarding.address;
}

interface PasswordProps {
  onboarding: Onboarding;
  name: string;
  shown: string | null;
  onShown: (password: string | null) => void;
}

/** The password, on demand: it is not in the page before somebody asks for it. */
function Password({ onboarding, name, shown, onShown }: PasswordProps) {
  const words = useWords(addWords);
  const mayChange = useStore(mayControl);
  if (!onboarding.authentication) return <span class="unit">{words.noAuthentication}</span>;
  if (!onboarding.hasPassword) return <span class="unit">{words.noPassword}</span>;
  const toggle = () => {
    if (shown !== null) onShown(null);
    else readSipPassword().then(onShown).catch(failed);
  };
  return (
    <>
      <output data-testid="password">{shown ?? '••••••••'}</output>
      <button
        type="button"
        class="plain small"
        data-testid="show-password"
        disabled={!mayChange}
        title={mayChange ? undefined : words.onlyLooking}
        onClick={toggle}
      >
        {shown === null ? words.show : words.hide}
      </button>
      {shown !== null && <CopyButton text={shown} name={name} />}
      {!mayChange && <span class="unit">{words.onlyLooking}</span>}
    </>
  );
}
