import { textOf, type XmlElement } from './xml.ts';

/** Whether a device does what it was asked: `Result` of its answer (GB/T 28181 A.2.1). */
export interface Result {
  /** False when it says ERROR, or a word like FAIL as some do; whatever else it says is taken for OK. */
  readonly ok: boolean;
  /** Its own words on why not (`Reason`), when it has any. */
  readonly reason?: string;
}

/** What a sentence of ours has room for. */
const MAX_REASON = 128;

export function resultOf(element: XmlElement): Result {
  const ok = !/^(ERROR|FAIL\w*)$/i.test(textOf(element, 'Result') ?? '');
  const reason = ok ? '' : (textOf(element, 'Reason') ?? '').slice(0, MAX_REASON);
  return reason === '' ? { ok } : { ok, reason };
}

/** Of an answer in many messages: refused when one of them says so. */
export function resultOfAll(parts: readonly Result[]): Result {
  const { ok = true, reason } = parts.find((part) => !part.ok) ?? {};
  return reason === undefined ? { ok } : { ok, reason };
}
