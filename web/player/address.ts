/** Addresses of streams, as a page gives them and as a socket wants them. Pure: no DOM. */

/** The WebSocket address of `src`, which may be relative to `base`, and `http(s)` or `ws(s)`. */
export function socketAddress(src: string, base: string): string {
  const address = new URL(src, base);
  address.protocol = address.protocol.replace('http', 'ws');
  address.hash = '';
  return address.href;
}

/**
 * The address of the sub-stream beside the main stream `src`, or null when there is none to offer: `src` is no live address, shows
 * another stream already, or is signed (a signature holds for one stream).
 */
export function subStreamAddress(src: string, base: string): string | null {
  const address = new URL(src, base);
  const { pathname, searchParams } = address;
  if (!/\/live\/[^/]+\/[^/]+\.mp4$/.test(pathname) || searchParams.has('sign')) return null;
  if ((searchParams.get('stream') ?? '0') !== '0') return null;
  searchParams.set('stream', '1');
  return address.href;
}

/** `CHANNEL-20261121T093000` for a file that shows `src` at `time` (local time of this computer). */
export function fileStem(src: string, time: Date): string {
  const name = /([^/]+)\.mp4$/.exec(src.replace(/[?#].*$/, ''))?.[1] ?? 'live';
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  const clock = `${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
  return `${name.replace(/[^\w-]+/g, '_')}-${day}T${clock}`;
}
