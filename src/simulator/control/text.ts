import iconv from 'iconv-lite';

/** Requests of a platform, read as text. */

/** UTF-8 where it says so, else the charset of the standard. */
export function textOf(body: Uint8Array): string {
  const bytes = Buffer.from(body);
  return iconv.decode(bytes, /encoding="utf-8"/i.test(bytes.toString('latin1', 0, 80)) ? 'utf-8' : 'gb18030');
}

/** What an element holds; null when there is none of that name. */
export function inner(text: string, name: string): string | null {
  return new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(text)?.[1] ?? null;
}
