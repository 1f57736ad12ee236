import { readControlResult } from '../../src/sip/manscdp/device-control.ts';
import { readUpgradeResult } from '../../src/sip/manscdp/device-upgrade.ts';
import { readEnvelope } from '../../src/sip/manscdp/envelope.ts';
import { readPresets } from '../../src/sip/manscdp/preset-query.ts';
import { readPtzCommand } from '../../src/sip/wire/ptz-command.ts';
import { cpuMs, mutate, pick, prng } from './mutate.ts';

export const name = 'control';

const presets = Array.from(
  { length: 20 },
  (_, i) => `<Item><PresetID>${i}</PresetID><PresetName>p</PresetName></Item>`,
);
const bodies = [
  `<Response><CmdType>PresetQuery</CmdType><SN>1</SN><SumNum>20</SumNum><PresetList Num="20">${presets.join('')}</PresetList></Response>`,
  '<Response><CmdType>DeviceControl</CmdType><SN>14</SN><Result>OK</Result></Response>',
  '<Notify><CmdType>DeviceUpgradeResult</CmdType><SN>1</SN><SessionID>a</SessionID><UpgradeResult>OK</UpgradeResult></Notify>',
].map((text) => Buffer.from(text));
const commands = ['A50F010180000036', 'A50F01491530204E', 'A50F0187015820B5'].map((text) => Buffer.from(text));

/** A body that takes longer than this to read is a hang in the making. */
const SLOW_MS = 1000;

/** What devices answer to controls, and the eight bytes, changed at random: numbers stay in their ranges. */
export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  for (let i = 0; i < iterations; i += 1) {
    const startMs = cpuMs();
    const command = readPtzCommand(Buffer.from(mutate(pick(random, commands), random)).toString('latin1'));
    if ('kind' in command && command.kind === 'preset' && !(command.preset >= 0 && command.preset <= 255))
      throw new Error(`preset at iteration ${i}`);
    const envelope = readEnvelope(mutate(pick(random, bodies), random));
    if (!('fault' in envelope)) {
      for (const { number } of readPresets(envelope).presets)
        if (!(number >= 1 && number <= 255)) throw new Error(`preset ${number} at iteration ${i}`);
      if (!['OK', 'ERROR'].includes(readControlResult(envelope))) throw new Error(`result at iteration ${i}`);
      if (readUpgradeResult(envelope).session.length > 128) throw new Error(`session at iteration ${i}`);
    }
    if (cpuMs() - startMs > SLOW_MS) throw new Error(`iteration ${i} took ${cpuMs() - startMs} ms`);
  }
}
