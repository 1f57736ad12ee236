import { randomBytes } from 'node:crypto';

/** 128 random bits: Call-IDs, tags and branches nobody guesses (INV-9). */
export function randomToken(): string {
  return randomBytes(16).toString('hex');
}
