/** IP addresses between text and bytes (RFC 791, RFC 4291 2.2). */
import { isIPv4, isIPv6 } from 'node:net';

/** 4 or 16 bytes in network order; null for text that is no address. A zone (`%eth0`) is left out. */
export function addressBytes(text: string): Uint8Array | null {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  const plain = text.split('%')[0] ?? '';
  if (!isIPv6(plain)) return null;
  const out = new Uint8Array(16);
  const [head = '', tail] = plain.split('::');
  const first = groups(head);
  const last = tail === undefined ? [] : groups(tail);
  out.set(first, 0);
  out.set(last, 16 - last.length);
  return out;
}

/** Bytes of `1:2:3` or `ffff:1.2.3.4`. */
function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** The text of 4 or 16 bytes; IPv4 inside of IPv6 (`::ffff:a.b.c.d`) as IPv4. The longest run of zeros is shortened (RFC 5952). */
export function addressText(bytes: Uint8Array, at: number, length: 4 | 16): string {
  if (length === 4) return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
  const words = Array.from({ length: 8 }, (_, i) => (bytes[at + 2 * i]! << 8) | bytes[at + 2 * i + 1]!);
  if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff) return addressText(bytes, at + 12, 4);
  let from = -1;
  let run = 1;
  for (let i = 0; i < 8; i += 1) {
    let end = i;
    while (end < 8 && words[end] === 0) end += 1;
    if (end - i > run) [from, run] = [i, end - i];
  }
  const hex = (part: number[]) => part.map((word) => word.toString(16)).join(':');
  return from < 0 ? hex(words) : `${hex(words.slice(0, from))}::${hex(words.slice(from + run))}`;
}
