import { useId } from 'preact/hooks';
import { useLanguage, useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { alarmsWords } from '../words/alarms.ts';
import type { AlarmRule, AlarmWordList, BothWords } from './api.ts';
import { spoken } from './filter.ts';
import type { Names } from './names.ts';
import { toggled, withField } from './rule-fields.ts';

interface Props {
  number: number;
  rule: AlarmRule;
  names: Names;
  /** Null: only numbers are known. */
  words: AlarmWordList | null;
  mayChange: boolean;
  onChange: (rule: AlarmRule) => void;
  onRemove: () => void;
}

/** A rule: which alarms on the left, what they set off on the right. */
export function RuleForm({ number, rule, names, words: list, mayChange, onChange, onRemove }: Props) {
  const words = useWords(alarmsWords);
  const language = useLanguage();
  const inputs = useId();
  const { channels, deviceId, methods, record, snapshot, types } = rule;
  const set = <K extends keyof AlarmRule>(field: K, value: AlarmRule[K] | undefined) =>
    onChange(withField(rule, field, value));
  // a type means something else with each method
  const [method] = methods ?? [];
  const typeWords = methods?.length === 1 && method !== undefined ? (list?.types[method] ?? {}) : {};
  const chips = (
    label: string,
    any: string,
    all: Readonly<Record<string, BothWords>>,
    chosen: readonly number[] | undefined,
    put: (next: number[] | undefined) => void,
  ) => {
    const known = Object.keys(all).map(Number);
    const numbers = [...known, ...(chosen ?? []).filter((one) => !known.includes(one))];
    return (
      <fieldset class="chips" disabled={!mayChange}>
        <legend>
          {label}
          {chosen === undefined && <span class="hint"> · {any}</span>}
        </legend>
        {numbers.map((one) => (
          <label key={one} class="chip">
            <input
              type="checkbox"
              checked={chosen?.includes(one) ?? false}
              onChange={() => put(toggled(chosen, one))}
            />
            <span>{spoken(all[one], language) || one}</span>
          </label>
        ))}
      </fieldset>
    );
  };
  const device = names.devices.some(({ id }) => id === deviceId);
  const targets = channels ?? [];
  const setTarget = (at: number, value: string) => {
    const [target = '', channel = ''] = value.split('/');
    const next = { deviceId: target, channelId: channel };
    set(
      'channels',
      targets.map((one, i) => (i === at ? next : one)),
    );
  };
  return (
    <section class="rule" data-testid="rule" aria-label={rule.name || words.rule(number)}>
      <div class="rule-head">
        <label class="check">
          <input
            type="checkbox"
            data-testid="rule-enabled"
            checked={rule.enabled}
            disabled={!mayChange}
            onChange={({ currentTarget }) => set('enabled', currentTarget.checked)}
          />
          <span>{words.enabled}</span>
        </label>
        <input
          aria-label={words.name}
          placeholder={words.rule(number)}
          maxLength={100}
          data-testid="rule-name"
          value={rule.name}
          disabled={!mayChange}
          onInput={({ currentTarget }) => set('name', currentTarget.value)}
        />
        <button
          type="button"
          class="plain"
          data-testid="remove-rule"
          disabled={!mayChange}
          aria-label={`${words.removeRule}: ${rule.name || words.rule(number)}`}
          title={words.removeRule}
          onClick={onRemove}
        >
          <Icon name="remove" />
        </button>
      </div>
      <div class="rule-when">
        <h3>{words.when}</h3>
        <label>
          <span>{words.device}</span>
          <select
            data-testid="rule-device"
            value={deviceId ?? ''}
            disabled={!mayChange}
            onChange={({ currentTarget: { value } }) => set('deviceId', value === '' ? undefined : value)}
          >
            <option value="">{words.allDevices}</option>
            {deviceId !== undefined && !device && <option value={deviceId}>{deviceId}</option>}
            {names.devices.map(({ id, name }) => (
              <option key={id} value={id}>
                {name || id}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{words.source}</span>
          <input
            list={inputs}
            maxLength={64}
            placeholder={words.sourceHint}
            value={rule.channelId ?? ''}
            disabled={!mayChange}
            onChange={({ currentTarget }) => set('channelId', currentTarget.value.trim() || undefined)}
          />
          <datalist id={inputs}>
            {names.channels
              .filter((one) => deviceId === undefined || one.deviceId === deviceId)
              .slice(0, 200)
              .map((one) => (
                <option key={`${one.deviceId}/${one.id}`} value={one.id}>
                  {one.name}
                </option>
              ))}
          </datalist>
        </label>
        <label>
          <span>{words.priority}</span>
          <select
            value={rule.priority ?? ''}
            disabled={!mayChange}
            onChange={({ currentTarget: { value } }) => set('priority', value === '' ? undefined : Number(value))}
          >
            <option value="">{words.allPriorities}</option>
            {[1, 2, 3, 4].map((level) => {
              const name = spoken(list?.priorities[level], language) || String(level);
              return (
                <option key={level} value={level}>
                  {level === 1 ? name : words.andHigher(name)}
                </option>
              );
            })}
          </select>
        </label>
        {chips(words.methods, words.anyMethod, list?.methods ?? {}, methods, (next) =>
          // the kinds of another way are other kinds
          onChange(withField(withField(rule, 'types', undefined), 'methods', next)),
        )}
        {(Object.keys(typeWords).length > 0 || types !== undefined) &&
          chips(words.types, words.anyType, typeWords, types, (next) => set('types', next))}
      </div>
      <div class="rule-then">
        <h3>{words.does}</h3>
        <label>
          <span>{words.record}</span>
          <select
            data-testid="rule-record"
            value={typeof record === 'number' ? 'seconds' : record}
            disabled={!mayChange}
            onChange={({ currentTarget: { value } }) =>
              set('record', value === 'seconds' ? 60 : (value as 'plan' | 'off'))
            }
          >
            {(['plan', 'seconds', 'off'] as const).map((one) => (
              <option key={one} value={one}>
                {words.records[one]}
              </option>
            ))}
          </select>
        </label>
        {typeof record === 'number' && (
          <label>
            <span>{words.seconds}</span>
            <input
              type="number"
              min={1}
              max={86_400}
              required
              data-testid="rule-seconds"
              value={record}
              disabled={!mayChange}
              onChange={({ currentTarget }) => set('record', currentTarget.valueAsNumber || 60)}
            />
          </label>
        )}
        <label class="check">
          <input
            type="checkbox"
            data-testid="rule-snapshot"
            checked={snapshot != null}
            disabled={!mayChange}
            onChange={({ currentTarget }) =>
              set('snapshot', currentTarget.checked ? { count: 1, intervalSeconds: 1 } : null)
            }
          />
          <span>{words.takesPictures}</span>
        </label>
        {snapshot != null && (
          <div class="pair">
            <label>
              <span>{words.count}</span>
              <input
                type="number"
                min={1}
                max={10}
                required
                data-testid="rule-count"
                value={snapshot.count}
                disabled={!mayChange}
                onChange={({ currentTarget }) =>
                  set('snapshot', { ...snapshot, count: currentTarget.valueAsNumber || 1 })
                }
              />
            </label>
            <label>
              <span>{words.interval}</span>
              <input
                type="number"
                min={1}
                max={3600}
                required
                value={snapshot.intervalSeconds}
                disabled={!mayChange}
                onChange={({ currentTarget }) =>
                  set('snapshot', { ...snapshot, intervalSeconds: currentTarget.valueAsNumber || 1 })
                }
              />
            </label>
          </div>
        )}
        <fieldset class="targets" disabled={!mayChange}>
          <legend>
            {words.targets}
            {targets.length === 0 && <span class="hint"> · {words.ownChannel}</span>}
          </legend>
          {targets.map((target, at) => {
            const key = `${target.deviceId}/${target.channelId}`;
            return (
              <span key={at} class="target">
                <select
                  aria-label={words.channel}
                  value={key}
                  onChange={({ currentTarget }) => setTarget(at, currentTarget.value)}
                >
                  {!names.channels.some((one) => `${one.deviceId}/${one.id}` === key) && (
                    <option value={key}>{key}</option>
                  )}
                  {names.channels.map((one) => (
                    <option key={`${one.deviceId}/${one.id}`} value={`${one.deviceId}/${one.id}`}>
                      {one.name || one.id}
                    </option>
                  ))}
                </select>
                <button
                  type="button"
                  class="plain"
                  aria-label={`${words.remove}: ${names.channel(target.deviceId, target.channelId)}`}
                  onClick={() => {
                    const rest = targets.filter((_, i) => i !== at);
                    set('channels', rest.length === 0 ? undefined : rest);
                  }}
                >
                  <Icon name="close" />
                </button>
              </span>
            );
          })}
          <button
            type="button"
            class="plain"
            data-testid="add-target"
            disabled={!mayChange || names.channels.length === 0 || targets.length >= 64}
            onClick={() => {
              const [one] = names.channels;
              if (one !== undefined) set('channels', [...targets, { deviceId: one.deviceId, channelId: one.id }]);
            }}
          >
            <Icon name="add" />
            {words.addTarget}
          </button>
        </fieldset>
      </div>
    </section>
  );
}
