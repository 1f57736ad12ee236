import { useId } from 'preact/hooks';
import { useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { type ConfigWords, configWords } from '../words/config.ts';
import type { Value } from './change.ts';
import { emptyOf, isCount, isKey, isTimeSegment, mayGrow, type Schema } from './schema.ts';
import { segmentParts, segmentTime, TIME_PATTERN } from './time-segment.ts';

type Path = readonly (string | number)[];
export type Put = (path: Path, value: Value) => void;

interface Props {
  /** The section it belongs to. */
  section: string;
  name: string;
  path: Path;
  schema: Schema;
  value: Value | undefined;
  isOff: boolean;
  put: Put;
}

/** What the page calls an element; one that it does not know by the standard's name. */
function fieldName(words: ConfigWords, name: string): string {
  return words.fields[name] ?? name;
}

/** One element, or all that is in it, as what can be typed, chosen or switched. */
export function Field(props: Props) {
  const { schema, section, value, name } = props;
  // by its key an entry is named already
  if (isCount(name) || isKey(section, name)) return null;
  if (schema.readOnly === true) return value === undefined ? null : <Fact name={name} value={value} />;
  if (schema.type === 'object') return isTimeSegment(schema) ? <TimeSegment {...props} /> : <Group {...props} />;
  if (schema.type === 'array' && schema.items?.type === 'object') return <List {...props} />;
  return <Single {...props} />;
}

/** The elements of an object, and behind them those that no table knows: shown, never changed. */
export function Elements({ section, path, schema, value, isOff, put }: Omit<Props, 'name'>) {
  const words = useWords(configWords);
  const known = schema.properties ?? {};
  const held = typeof value === 'object' && !Array.isArray(value) ? (value as Readonly<Record<string, Value>>) : {};
  const beyond = Object.entries(held).filter(([name]) => !Object.hasOwn(known, name));
  return (
    <>
      {Object.entries(known).map(([name, inner]) => (
        <Field
          key={name}
          section={section}
          name={name}
          path={[...path, name]}
          schema={inner}
          value={held[name]}
          isOff={isOff}
          put={put}
        />
      ))}
      {beyond.length > 0 && (
        <fieldset class="config-group beyond" data-testid="beyond">
          <legend>{words.beyond}</legend>
          {beyond.map(([name, inner]) => (
            <Fact key={name} name={name} value={inner} />
          ))}
        </fieldset>
      )}
    </>
  );
}

function Group(props: Props) {
  const words = useWords(configWords);
  return (
    <fieldset class="config-group">
      <legend>{fieldName(words, props.name)}</legend>
      <Elements {...props} />
    </fieldset>
  );
}

function List({ section, name, path, schema, value, isOff, put }: Props) {
  const words = useWords(configWords);
  const { items, maxItems = 16 } = schema;
  const entries = Array.isArray(value) ? (value as readonly Value[]) : [];
  if (items === undefined) return null;
  const canGrow = mayGrow(section);
  // the standard calls entries of every kind `Item`
  const isNameless = name === 'Item';
  const title = isNameless ? words.entry : fieldName(words, name);
  return (
    <fieldset class={isNameless ? 'config-group list bare' : 'config-group list'} data-testid={`list-${name}`}>
      {!isNameless && <legend>{title}</legend>}
      {entries.length === 0 && <p class="hint">{words.noEntries}</p>}
      {entries.map((entry, at) => (
        <div key={at} class={isTimeSegment(items) ? 'config-entry short' : 'config-entry'}>
          <Field
            section={section}
            name={entryName(entry, words) ?? `${title} ${at + 1}`}
            path={[...path, at]}
            schema={items}
            value={entry}
            isOff={isOff}
            put={put}
          />
          {canGrow && (
            <button
              type="button"
              class="plain"
              disabled={isOff}
              aria-label={`${words.remove}: ${title} ${at + 1}`}
              title={words.remove}
              onClick={() =>
                put(
                  path,
                  entries.filter((_, i) => i !== at),
                )
              }
            >
              <Icon name="remove" />
            </button>
          )}
        </div>
      ))}
      {canGrow && (
        <button
          type="button"
          class="plain grow-list"
          data-testid={`add-${name}`}
          disabled={isOff || entries.length >= maxItems}
          onClick={() => put(path, [...entries, emptyOf(items)])}
        >
          <Icon name="add" />
          {words.addEntry}
        </button>
      )}
    </fieldset>
  );
}

/** What an entry is known by: the stream that it is about. Pure. */
function entryName(entry: Value, words: ConfigWords): string | null {
  if (typeof entry !== 'object' || Array.isArray(entry)) return null;
  const { StreamName, StreamNumber } = entry as Readonly<Record<string, Value>>;
  if (StreamNumber !== undefined) return words.options.StreamNumber?.[String(StreamNumber)] ?? String(StreamNumber);
  return StreamName === undefined ? null : String(StreamName);
}

function TimeSegment({ name, path, value, isOff, put }: Props) {
  const words = useWords(configWords);
  const input = (end: 'Start' | 'Stop', label: string) => (
    <input
      key={segmentTime(value, end)}
      class="time"
      pattern={TIME_PATTERN}
      required
      aria-label={`${name}: ${label}`}
      defaultValue={segmentTime(value, end)}
      disabled={isOff}
      onChange={({ currentTarget }) => {
        const parts = segmentParts(currentTarget.value.trim(), end);
        if (parts === null) currentTarget.reportValidity();
        else put(path, { ...(typeof value === 'object' ? value : {}), ...parts } as Value);
      }}
    />
  );
  return (
    <span class="segment">
      {input('Start', words.from)}
      <span aria-hidden="true">–</span>
      {input('Stop', words.to)}
    </span>
  );
}

function Single({ section, name, path, schema, value, isOff, put }: Props) {
  const words = useWords(configWords);
  const id = useId();
  const options = words.options[`${section}.${name}`] ?? words.options[name];
  const hint = words.hints[`${section}.${name}`] ?? words.hints[name];
  const common = {
    id,
    disabled: isOff,
    'data-testid': `config-${section}-${path.join('-')}`,
    ...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` }),
  };
  return (
    <div class={schema.type === 'boolean' ? 'config-field switch' : 'config-field'}>
      <label for={id}>{fieldName(words, name)}</label>
      <Control common={common} schema={schema} value={value} options={options} put={(next) => put(path, next)} />
      {hint !== undefined && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}

interface ControlProps {
  common: { readonly id: string; readonly disabled: boolean };
  schema: Schema;
  value: Value | undefined;
  options: Readonly<Record<string, string>> | undefined;
  put: (value: Value) => void;
}

function Control({ common, schema, value, options, put }: ControlProps) {
  const words = useWords(configWords);
  const { type, minimum, maximum, maxLength } = schema;
  if (type === 'boolean')
    return (
      <input
        {...common}
        type="checkbox"
        checked={value === true}
        onChange={({ currentTarget }) => put(currentTarget.checked)}
      />
    );
  const text = Array.isArray(value) ? value.join(', ') : value === undefined ? '' : String(value);
  if (options !== undefined && type === 'integer')
    return (
      <select {...common} value={text} onChange={({ currentTarget }) => put(Number(currentTarget.value))}>
        {!Object.hasOwn(options, text) && <option value={text}>{text}</option>}
        {Object.entries(options).map(([number, name]) => (
          <option key={number} value={number}>
            {name}
          </option>
        ))}
      </select>
    );
  if (type === 'integer' || type === 'number')
    return (
      <input
        {...common}
        type="number"
        min={minimum}
        max={maximum}
        step={type === 'integer' ? 1 : 'any'}
        // what the device has cannot be taken from it, only changed
        required={value !== undefined}
        value={text}
        onInput={({ currentTarget }) => {
          if (currentTarget.value !== '') put(currentTarget.valueAsNumber);
        }}
      />
    );
  if (type === 'array') {
    const isNumbers = schema.items?.type === 'integer';
    return (
      <input
        {...common}
        key={text}
        defaultValue={text}
        {...(schema.minItems === undefined
          ? {}
          : { pattern: `\\s*\\d+(\\s*[,，]\\s*\\d+){${schema.minItems - 1}}\\s*` })}
        onChange={({ currentTarget }) => {
          const parts = currentTarget.value.split(/[\s,，/]+/).filter(Boolean);
          if (currentTarget.reportValidity()) put(isNumbers ? parts.map(Number) : parts);
        }}
      />
    );
  }
  const typed = {
    ...common,
    ...(maxLength === undefined ? {} : { maxLength }),
    value: text,
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement }) => put(currentTarget.value),
  };
  if (schema.writeOnly === true)
    return <input {...typed} type="password" autocomplete="new-password" placeholder={words.unchanged} />;
  if (options === undefined) return <input {...typed} />;
  return (
    <>
      <input {...typed} list={`${common.id}-options`} />
      <datalist id={`${common.id}-options`}>
        {Object.entries(options).map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </datalist>
    </>
  );
}

/** What is only read. */
function Fact({ name, value }: { name: string; value: Value }) {
  const words = useWords(configWords);
  const options = words.options[name];
  return (
    <div class="config-field fact" data-testid="config-fact">
      <span class="name">{fieldName(words, name)}</span>
      <span class="value">{factWords(value, options ?? {})}</span>
    </div>
  );
}

/** Lists of plain values in one line; what has elements of its own as it is. Pure. */
function factWords(value: Value, options: Readonly<Record<string, string>>): string {
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object'))
    return value.map((one) => options[String(one)] ?? String(one)).join(', ');
  return typeof value === 'object' ? JSON.stringify(value, null, 1) : (options[String(value)] ?? String(value));
}
