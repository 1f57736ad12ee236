/** `;name=value` parameters in order: names in lower case, quotes removed, null for a name without `=`. */
export type Params = ReadonlyMap<string, string | null>;

/** Shared empty parameters. */
export const NO_PARAMS: Params = new Map();

/**
 * Reads parameters; blanks around `;` and `=` are tolerated (SIP-9). Of a name that comes twice the first counts.
 * @param text what follows the value, with or without its first `;`
 */
export function parseParams(text: string): Params {
  if (text === '') return NO_PARAMS;
  const params = new Map<string, string | null>();
  for (let at = 0; at < text.length; ) {
    const end = endOfParam(text, at);
    const piece = text.slice(at, end);
    at = end + 1;
    const equals = piece.indexOf('=');
    const name = (equals < 0 ? piece : piece.slice(0, equals)).trim().toLowerCase();
    if (name === '' || params.has(name)) continue;
    params.set(name, equals < 0 ? null : unquote(piece.slice(equals + 1).trim()));
  }
  return params;
}

/** Parameters as text, each with its `;`. Values that need quotes get them. */
export function formatParams(params: Params): string {
  let text = '';
  for (const [name, value] of params) {
    text += value === null ? `;${name}` : `;${name}=${/^[\w!%*+`'~.\-[\]:/&$@?]*$/.test(value) ? value : quote(value)}`;
  }
  return text;
}

/** `"…"` with its escapes. */
export function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** Takes the quotes and escapes off; text without quotes stays as it is. */
export function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  const end = text.length > 1 && text.endsWith('"') ? text.length - 1 : text.length;
  return text.slice(1, end).replace(/\\(.)/g, '$1');
}

function endOfParam(text: string, from: number): number {
  let quoted = false;
  for (let i = from; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (quoted && c === 0x5c) i += 1;
    else if (c === 0x22) quoted = !quoted;
    else if (c === 0x3b && !quoted) return i;
  }
  return text.length;
}
