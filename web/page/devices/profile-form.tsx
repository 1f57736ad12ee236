import { useId, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { useWords } from '../language.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { useStore } from '../store.ts';
import { devicesWords } from '../words/devices.ts';
import type { DevicesWords, ProfileField } from '../words/devices-shape.ts';
import { changeProfile, forgetProfile, type Profile, readProfile } from './api.ts';
import { faultOf, useLoaded } from './loaded.ts';
import { automaticOf, type FieldKind, listOf, PROFILE_FIELDS, sourceOf } from './profile-fields.ts';

const GROUPS = ['media', 'signalling', 'footage'] as const;
/** What a device teaches while somebody looks. */
const READ_MS = 10_000;

type Put = (field: ProfileField, value: unknown) => void;

/** What was learned of a device and what was set by hand: each field holds at once, and is given back by "automatic". */
export function ProfileForm({ id }: { id: string }) {
  const words = useWords(devicesWords);
  const may = useStore(mayControl);
  const read = useLoaded(`profile ${id}`, () => readProfile(id), READ_MS);
  const [fault, setFault] = useState<string | null>(null);
  const profile = read.value;

  async function doing(change: () => Promise<unknown>): Promise<void> {
    try {
      await change();
      setFault(null);
    } catch (error) {
      setFault(faultOf(error) || words.unreachable);
    }
    read.again();
  }
  const put: Put = (field, value) => void doing(() => changeProfile(id, { [field]: value }));
  const said = fault ?? (read.fault === null ? null : read.fault || words.unreachable);

  return (
    <section class="panel profile" data-testid="profile">
      <h2>{words.profile}</h2>
      <p class="hint">{words.profileHint}</p>
      {said !== null && (
        <p class="fault" role="alert">
          {said}
        </p>
      )}
      {profile !== null &&
        GROUPS.map((group) => (
          <fieldset key={group} class="profile-group">
            <legend>{words.groups[group]}</legend>
            {PROFILE_FIELDS[group].map(([field, kind]) => (
              <Field key={field} profile={profile} field={field} kind={kind} mayChange={may} put={put} />
            ))}
          </fieldset>
        ))}
      <div class="actions">
        <button
          type="button"
          data-testid="forget-learned"
          disabled={!may || profile === null || Object.keys(profile.learned).length === 0}
          onClick={() => void doing(() => forgetProfile(id, true))}
        >
          {words.forgetLearned}
        </button>
        <ConfirmButton
          label={words.forgetAll}
          really={words.forgetReally}
          testId="forget-all"
          disabled={!may || profile === null}
          reason={may ? undefined : words.mayOnlyLook}
          onConfirm={() => void doing(() => forgetProfile(id, false))}
        >
          {words.forgetAll}
        </ConfirmButton>
      </div>
    </section>
  );
}

interface FieldProps {
  profile: Profile;
  field: ProfileField;
  kind: FieldKind;
  mayChange: boolean;
  put: Put;
}

function Field({ profile, field, kind, mayChange, put }: FieldProps) {
  const words = useWords(devicesWords);
  const id = useId();
  const source = sourceOf(profile, field);
  return (
    <div class="profile-field" data-testid={`profile-${field}`} data-source={source}>
      <label for={id}>{words.field[field]}</label>
      <Control id={id} profile={profile} field={field} kind={kind} mayChange={mayChange} put={put} />
      <span class={`badge ${source}`}>{words.source[source]}</span>
      <small id={`${id}-hint`}>{words.hint[field]}</small>
    </div>
  );
}

function Control({ id, profile, field, kind, mayChange, put }: FieldProps & { id: string }) {
  const words = useWords(devicesWords);
  const set = profile.byHand[field];
  const hint = `${id}-hint`;
  if (kind.is === 'choice' || kind.is === 'switch') {
    const known = kind.is === 'switch' ? ['true', 'false'] : kind.values;
    const chosen = set === undefined || set === null ? '' : String(set);
    const values = chosen === '' || known.includes(chosen) ? known : [...known, chosen];
    const automatic = automaticOf(profile, field);
    return (
      <select
        id={id}
        value={chosen}
        disabled={!mayChange}
        aria-describedby={hint}
        onChange={(event) => {
          const { value } = event.currentTarget;
          put(field, value === '' ? null : kind.is === 'switch' ? value === 'true' : value);
        }}
      >
        <option value="">
          {automatic === undefined ? words.source.standard : words.automatic(valueWords(field, automatic, words))}
        </option>
        {values.map((value) => (
          <option key={value} value={value}>
            {kind.is === 'switch' ? (value === 'true' ? words.yes : words.no) : (words.value[value] ?? value)}
          </option>
        ))}
      </select>
    );
  }
  const now = set ?? profile[field];
  const shown = Array.isArray(now) ? now.join(', ') : String(now ?? '');
  return (
    <input
      key={shown}
      id={id}
      defaultValue={shown}
      disabled={!mayChange}
      aria-describedby={hint}
      {...(kind.is === 'seconds'
        ? { type: 'number', step: 1, min: -86_400, max: 86_400 }
        : { placeholder: words.nothing })}
      onChange={(event) => {
        const { value } = event.currentTarget;
        if (value === '') put(field, null);
        else put(field, kind.is === 'seconds' ? Math.round(Number(value)) : listOf(value));
      }}
    />
  );
}

function valueWords(field: ProfileField, value: unknown, words: DevicesWords): string {
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (value === null || value === undefined)
    return field === 'audioLaw' || field === 'charset' ? words.asDeclared : words.nothing;
  return words.value[String(value)] ?? String(value);
}
