/**
 * Where a body over TCP ends whose Content-Length is missing, too short or too long (SIP-6): MANSCDP bodies are XML, and end with the
 * close tag of their root. Nothing depends on how the reads were cut: what cannot be known yet is `undecided`.
 */

/** Bytes behind the declared end in which the close tag is looked for: a miscount is small, a whole catalogue has a length. */
export const MAX_MISCOUNT_BYTES = 64 * 1024;
/** So much of a line says whether it is a start line. */
const START_PROBE_BYTES = 24;

const ROOT = /<([A-Za-z_][\w.-]{0,63})[\s>/]/;
const START = /^(?:[A-Z]{3,12} sips?:|SIP\/2\.0 \d)/;
const START_BEGUN = /^(?:[A-Z]{1,12}(?: (?:s(?:i(?:ps?)?)?)?)?|SIP(?:\/(?:2(?:\.(?:0 ?)?)?)?)?)$/;
const START_LINE = /\n(?:[A-Z]{3,12} sips?:\S+ SIP\/2\.0|SIP\/2\.0 \d{3} )/;

/**
 * @param from where the body begins
 * @param declaredEnd where it ends by its Content-Length; `from` when there is none
 * @param available where the bytes end that have come; not before `declaredEnd`
 */
export function xmlBodyEnd(bytes: Buffer, from: number, declaredEnd: number, available: number): number | 'undecided' {
  // a long body is looked at no more: whoever sends its rest byte by byte must not have all of it read again each time
  if (declaredEnd - from > MAX_MISCOUNT_BYTES) return declaredEnd;
  const limit = Math.min(available, declaredEnd + MAX_MISCOUNT_BYTES);
  const whole = limit < available || limit - declaredEnd === MAX_MISCOUNT_BYTES;
  const text = bytes.toString('latin1', from, limit);
  if (!mayBeXml(text)) return declaredEnd;
  const declared = declaredEnd - from;
  const close = closeOf(text);
  if (close !== null && close <= declared)
    return cutBefore(text, close, declared) ? from + close : decided(text, close, declared, declaredEnd);
  // the root is open where the body should end: what follows is another message, or the rest of this one
  const next = startState(text.slice(declared).replace(/^[\r\n\0]+/, ''), whole);
  if (next === 'start') return declaredEnd;
  const line = START_LINE.exec(text.slice(declared));
  const start = line === null ? Number.POSITIVE_INFINITY : declared + line.index;
  if (close !== null && close <= start) return from + close;
  if (line !== null || whole) return declaredEnd;
  return 'undecided';
}

/** The end of what has come when nothing more comes: behind the close tag of the root; null when that has not come. */
export function closedAt(bytes: Buffer, from: number, available: number): number | null {
  const close = closeOf(bytes.toString('latin1', from, available));
  return close === null ? null : from + close;
}

/** The index behind the close tag of the root; null when it is not there. */
function closeOf(text: string): number | null {
  const root = ROOT.exec(text)?.[1];
  if (root === undefined) return null;
  const close = new RegExp(`</${root.replaceAll('.', '\\.')}\\s{0,8}>`).exec(text);
  return close === null ? null : close.index + close[0].length;
}

/** Whether another message begins between the close tag and the declared end. */
function cutBefore(text: string, close: number, declared: number): boolean {
  const rest = text.slice(close, declared);
  if (/^[\s\0]*$/.test(rest)) return false;
  return startState(text.slice(close).replace(/^[\s\0]+/, ''), false) === 'start';
}

function decided(text: string, close: number, declared: number, declaredEnd: number): number | 'undecided' {
  if (/^[\s\0]*$/.test(text.slice(close, declared))) return declaredEnd;
  return startState(text.slice(close).replace(/^[\s\0]+/, ''), false) === 'maybe' ? 'undecided' : declaredEnd;
}

function startState(text: string, isAll: boolean): 'start' | 'no' | 'maybe' {
  const probe = text.slice(0, START_PROBE_BYTES);
  if (START.test(probe)) return 'start';
  return !isAll && probe.length < START_PROBE_BYTES && START_BEGUN.test(probe) ? 'maybe' : 'no';
}

/** Nothing yet, or markup. */
function mayBeXml(text: string): boolean {
  const begun = text.replace(/^[\s\0\u00ef\u00bb\u00bf]+/, '');
  return begun === '' || begun.startsWith('<');
}
