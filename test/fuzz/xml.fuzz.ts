import { readFileSync } from 'node:fs';
import { readCatalog } from '../../src/sip/manscdp/catalog.ts';
import { readDeviceInfo } from '../../src/sip/manscdp/device-info.ts';
import { readDeviceStatus } from '../../src/sip/manscdp/device-status.ts';
import { readEnvelope } from '../../src/sip/manscdp/envelope.ts';
import { readKeepalive } from '../../src/sip/manscdp/keepalive.ts';
import { cpuMs, mutate, pick, prng } from './mutate.ts';

export const name = 'xml';

const seeds = [
  'catalog-hikvision.xml',
  'catalog-gb2312-declared-utf8.xml',
  'catalog-utf8-declared-gb18030.xml',
  'device-info.xml',
  'device-status-wrong-cmdtype.xml',
  'keepalive-ipc.xml',
].map((file) => readFileSync(new URL(`../fixtures/sip/manscdp/${file}`, import.meta.url)));

/** A body that takes longer than this to read is a hang in the making. */
const SLOW_MS = 1000;

/** Bodies in both charsets, changed at random, read by every reader. */
export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  for (let i = 0; i < iterations; i += 1) {
    const bytes = mutate(pick(random, seeds), random);
    const startMs = cpuMs();
    const envelope = readEnvelope(bytes, pick(random, [null, 'UTF-8', 'GB18030'] as const));
    if (!('fault' in envelope)) {
      const { items } = readCatalog(envelope);
      for (const item of items) {
        if (!/^[A-Za-z0-9]{1,64}$/.test(item.id)) throw new Error(`an id that is none at iteration ${i}`);
      }
      readDeviceInfo(envelope);
      readDeviceStatus(envelope);
      readKeepalive(envelope);
    }
    if (cpuMs() - startMs > SLOW_MS) throw new Error(`iteration ${i} took ${cpuMs() - startMs} ms`);
  }
}
