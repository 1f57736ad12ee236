import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { selfSigned, type TlsPair } from './tls-self-signed.ts';

/** EDGE: the certificate of the configuration, or one of our own that is kept in the data folder. */

export interface TlsWish {
  /** PEM files; null: none. */
  readonly cert: string | null;
  readonly key: string | null;
  readonly selfSigned: boolean;
}

/** One that ends sooner is made anew at the next start. */
const RENEW_MS = 30 * 86_400_000;

/** Null when no certificate is wanted; a sentence when it cannot be used. `hosts`: names by which we are reached, beside the machine's own addresses. */
export function readTls(
  wish: TlsWish,
  o: { folder: string; hosts: readonly string[]; epochMs: number },
): TlsPair | null | { fault: string } {
  if (wish.cert !== null || wish.key !== null) {
    if (wish.cert === null || wish.key === null)
      return { fault: 'A certificate needs its key: give both --tls-cert and --tls-key.' };
    return checked(wish.cert, wish.key);
  }
  return wish.selfSigned ? own(o) : null;
}

/** The files, if certificate and key belong together. */
function checked(certPath: string, keyPath: string): TlsPair | { fault: string } {
  const texts: string[] = [];
  for (const path of [certPath, keyPath]) {
    try {
      texts.push(readFileSync(path, 'utf8'));
    } catch (error) {
      return { fault: `${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.` };
    }
  }
  const [cert = '', key = ''] = texts;
  try {
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
      return { fault: `The key ${keyPath} does not belong to the certificate ${certPath}.` };
  } catch {
    return { fault: `${certPath} and ${keyPath} are no certificate and key in PEM form.` };
  }
  return { cert, key };
}

/** The one that is kept; a new one when there is none, it is about to end, or it is damaged. */
function own(o: { folder: string; hosts: readonly string[]; epochMs: number }): TlsPair | { fault: string } {
  const folder = join(o.folder, 'tls');
  const [certPath, keyPath] = [join(folder, 'self-signed.pem'), join(folder, 'self-signed.key')];
  const kept = checked(certPath, keyPath);
  if (!('fault' in kept) && Date.parse(new X509Certificate(kept.cert).validTo) - o.epochMs > RENEW_MS) return kept;
  const made = selfSigned({
    hosts: [...new Set([...o.hosts, ...ownHosts()])],
    epochMs: o.epochMs,
    random: randomBytes,
  });
  try {
    mkdirSync(folder, { recursive: true });
    write(keyPath, made.key);
    write(certPath, made.cert);
  } catch (error) {
    return { fault: `${folder} cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}.` };
  }
  return made;
}

/** Whole or not at all, and for us alone. */
function write(path: string, content: string): void {
  writeFileSync(`${path}.new`, content, { mode: 0o600 });
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
}

/** Names and addresses of this machine; link-local ones need an interface in the address and are left out. */
function ownHosts(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  const name = hostname();
  return [
    'localhost',
    ...(/^[A-Za-z0-9.-]+$/.test(name) ? [name] : []),
    '127.0.0.1',
    '::1',
    ...addresses.filter((address) => !/^fe80:/i.test(address)),
  ];
}
