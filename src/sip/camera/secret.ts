import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { Device } from './directory.ts';

/**
 * Passwords of single devices, sealed for the database. An HA1 would do only for devices that log in with their own id: the
 * field has cameras that send `admin` or another name (REG-4), and HA1 holds the name and the realm. So the password itself is
 * kept, under AES-256-GCM with a key of the data folder: never readable in the database, its journal or a backup of it, never in an answer.
 */

const FORMAT = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function keyOf(secret: Uint8Array): Buffer {
  return createHash('sha256').update('gbgate device password\n').update(secret).digest();
}

/** Seals a password for one device. `random` gives that many random bytes. */
export function sealPassword(
  password: string,
  deviceId: string,
  secret: Uint8Array,
  random: (bytes: number) => Uint8Array,
): string {
  const nonce = Buffer.from(random(NONCE_BYTES));
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), nonce).setAAD(Buffer.from(deviceId));
  const sealed = Buffer.concat([cipher.update(password, 'utf8'), cipher.final()]);
  return `${FORMAT}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
}

/** Opens a sealed password; null when it was sealed with another key, for another device, or is damaged. */
export function openPassword(sealed: string, deviceId: string, secret: Uint8Array): string | null {
  const [format, text] = sealed.split('.');
  if (format !== FORMAT || text === undefined) return null;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), bytes.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(deviceId))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}

/** The password of a device: its own, sealed with `key`, else the common one. Null: it has none, and does not get in. */
export function passwordOf(device: Device | undefined, common: string | null, key: Uint8Array): string | null {
  const sealed = device?.sealedPassword ?? null;
  return device === undefined || sealed === null ? common : openPassword(sealed, device.id, key);
}
