import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { failedBy, type Said } from '../control/said.ts';
import { SaidLine } from '../control/said-line.tsx';
import { useWords } from '../language.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { configWords } from '../words/config.ts';
import { controlWords } from '../words/control.ts';
import { planeWords } from '../words/plane.ts';
import { changeConfig, readConfig } from './api.ts';
import { changeOf, type Value, withValue } from './change.ts';
import { Elements, Field } from './fields.tsx';
import { areasOf } from './plane/areas.ts';
import type { Size } from './plane/box.ts';
import type { PictureHold } from './plane/picture.tsx';
import { Plane } from './plane/plane.tsx';
import type { Schema } from './schema.ts';

/** What the device says in its login: changed wrongly, it never comes back to this gateway. */
const PARTING = ['DeviceID', 'SIPServerID', 'SIPServerIP', 'SIPServerPort', 'DomainName', 'Password'];
/** A device that restarts to apply a change is back by then, or later. */
const BACK_MS = [3_000, 10_000, 30_000];
/** What a camera has taken is on its picture by then. */
const APPLIED_MS = 2_000;

interface Props {
  deviceId: string;
  channelId: string | null;
  section: string;
  schema: Schema;
  /** As the device told it. */
  value: Value;
  /** Why nothing can be changed now. */
  reason: string | undefined;
  /** The picture that it is about. */
  hold: PictureHold;
  /** The size of the main stream, as the device tells it. */
  declared: Size | null;
}

/** One section: its elements as a form of its own, written by itself; what was not touched is not said. */
export function Section({ deviceId, channelId, section, schema, value, reason, hold, declared }: Props) {
  const words = useWords(configWords);
  const { unreachable } = useWords(controlWords);
  const [kept, setKept] = useState(value);
  const [draft, setDraft] = useState(value);
  const [said, setSaid] = useState<Said | null>(null);
  const [isSaving, setSaving] = useState(false);
  const [readAgain, setReadAgain] = useState<number | null>(null);
  const change = changeOf(kept, draft);
  const areas = areasOf(section);
  const [isFolded] = useState(areas?.isRare === true && !areas.isOn(value, 0));
  const isReadOnly = schema.readOnly === true;
  const isOff = reason !== undefined || isSaving || isReadOnly;
  const parts = typeof change === 'object' && !Array.isArray(change) ? Object.keys(change) : [];
  const isParting = section === 'BasicParam' && parts.some((name) => PARTING.includes(name));

  // What the device has now, unless somebody types already.
  const take = (fresh: Value | undefined, before: Value) => {
    if (fresh === undefined) return;
    setKept(fresh);
    setDraft((now) => (JSON.stringify(now) === JSON.stringify(before) ? fresh : now));
  };
  useEffect(() => {
    if (readAgain === null) return undefined;
    let isWanted = true;
    const timer = setTimeout(() => {
      readConfig(deviceId, channelId, { section }).then(
        (config) => {
          if (!isWanted) return;
          take(config[section], kept);
          setReadAgain(null);
        },
        () => isWanted && setReadAgain(readAgain + 1 < BACK_MS.length ? readAgain + 1 : null),
      );
    }, BACK_MS[readAgain]);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [readAgain]);

  async function save(isForced = false): Promise<void> {
    if (change === undefined) return;
    setSaving(true);
    setSaid({ isFault: false, text: words.saving });
    try {
      const isApplied = await changeConfig(deviceId, channelId, { [section]: change }, isForced);
      const after = withoutSecrets(schema, draft);
      setKept(after);
      setDraft(after);
      setSaid({ isFault: false, text: isApplied ? words.saved : words.perhaps });
      // how it looks now
      if (isApplied && areas !== null && hold.picture.state === 'here') hold.again(APPLIED_MS);
      if (isApplied) take((await readConfig(deviceId, channelId, { section }).catch(() => null))?.[section], after);
      else setReadAgain(0);
    } catch (error) {
      setSaid(failedBy(error, unreachable, () => void save(true)));
    }
    setSaving(false);
  }

  const put = (path: readonly (string | number)[], next: Value) => {
    setDraft((before) => withValue(before, path, next));
    setSaid(null);
  };
  const saveWord = words.save;
  const canSave = !isOff && change !== undefined;
  return (
    <form
      class="panel config-section"
      data-testid={`section-${section}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (canSave && !isParting) void save();
      }}
    >
      <div class="panel-head">
        <h2>{words.sections[section] ?? section}</h2>
        <small class="id">{section}</small>
        {isReadOnly && <span class="badge">{words.readOnly}</span>}
      </div>
      {words.sectionHints[section] !== undefined && <p class="hint">{words.sectionHints[section]}</p>}
      <div class={areas === null || isFolded ? undefined : 'with-plane'}>
        {areas !== null && (
          <Foldable isFolded={isFolded}>
            <Plane
              section={section}
              areas={areas}
              schema={schema}
              value={draft}
              isOff={isOff}
              put={(next) => put([], next)}
              hold={hold}
              declared={declared}
            />
          </Foldable>
        )}
        <div class="config-fields">
          {schema.type === 'object' ? (
            <Elements section={section} path={[]} schema={locked(schema)} value={draft} isOff={isOff} put={put} />
          ) : (
            <Field section={section} name={section} path={[]} schema={schema} value={draft} isOff={isOff} put={put} />
          )}
        </div>
      </div>
      {!isReadOnly && (
        <div class="actions">
          {isParting ? (
            <ConfirmButton
              label={saveWord}
              really={words.parting}
              disabled={!canSave}
              reason={reason}
              testId={`save-${section}`}
              onConfirm={() => void save()}
            >
              {saveWord}
            </ConfirmButton>
          ) : (
            <button type="submit" class="primary" disabled={!canSave} title={reason} data-testid={`save-${section}`}>
              {saveWord}
            </button>
          )}
          <button
            type="button"
            disabled={change === undefined || isSaving}
            onClick={() => {
              setDraft(kept);
              setSaid(null);
            }}
          >
            {words.discard}
          </button>
          <SaidLine said={said} testId={`said-${section}`} />
        </div>
      )}
    </form>
  );
}

/** What few have: there when somebody unfolds it. */
function Foldable({ isFolded, children }: { isFolded: boolean; children: ComponentChildren }) {
  const { title } = useWords(planeWords);
  const [isOpen, setOpen] = useState(false);
  if (!isFolded) return <>{children}</>;
  return (
    <details class="config-drawing" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{title}</summary>
      {isOpen && children}
    </details>
  );
}

/** Everything in a section that is only read is only read. Pure. */
function locked(schema: Schema): Schema {
  if (schema.readOnly !== true || schema.properties === undefined) return schema;
  return {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(schema.properties).map(([name, inner]) => [name, { ...inner, readOnly: true }]),
    ),
  };
}

/** A password that was written is not shown, and not written again. Pure. */
function withoutSecrets(schema: Schema, value: Value): Value {
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value as Readonly<Record<string, Value>>).filter(
      ([name]) => schema.properties?.[name]?.writeOnly !== true,
    ),
  );
}
