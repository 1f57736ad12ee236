import { randomBytes, randomInt } from 'node:crypto';

export interface SettingRows {
  get(name: string): string | undefined;
  put(name: string, value: string): void;
}

export interface Secrets {
  readonly sipPassword: string;
  readonly token: string;
  readonly signingKey: Uint8Array;
}

/** Without look-alikes (0 O, 1 l I): the password is typed into camera forms by hand. */
const TYPEABLE = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789';
/** 12 characters of 54: 69 bits, and short enough for the 16-character fields of camera forms. */
const PASSWORD_LENGTH = 12;

/** Secrets of this data folder, generated at first start and kept. */
export function openSecrets(rows: SettingRows): Secrets {
  return {
    sipPassword: kept(rows, 'sip.password', () =>
      Array.from({ length: PASSWORD_LENGTH }, () => TYPEABLE[randomInt(TYPEABLE.length)]).join(''),
    ),
    token: kept(rows, 'http.token', () => randomBytes(24).toString('base64url')),
    signingKey: Buffer.from(
      kept(rows, 'http.signingKey', () => randomBytes(32).toString('base64url')),
      'base64url',
    ),
  };
}

function kept(rows: SettingRows, name: string, generate: () => string): string {
  const known = rows.get(name);
  if (known !== undefined) return known;
  const value = generate();
  rows.put(name, value);
  return value;
}
