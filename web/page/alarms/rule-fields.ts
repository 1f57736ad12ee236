import type { AlarmRule } from './api.ts';

/** `rule` with a field of another value; undefined takes the field out, which fits every alarm. Pure. */
export function withField<K extends keyof AlarmRule>(
  rule: AlarmRule,
  field: K,
  value: AlarmRule[K] | undefined,
): AlarmRule {
  const { [field]: _, ...rest } = rule;
  return (value === undefined ? rest : { ...rest, [field]: value }) as AlarmRule;
}

/** The numbers with one more or one less, in order; undefined when none is left. Pure. */
export function toggled(numbers: readonly number[] | undefined, number: number): number[] | undefined {
  const before = numbers ?? [];
  const rest = before.filter((one) => one !== number);
  const next = rest.length === before.length ? [...rest, number].sort((a, b) => a - b) : rest;
  return next.length === 0 ? undefined : next;
}
