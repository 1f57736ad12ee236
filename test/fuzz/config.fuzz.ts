import { type ConfigAnswer, readConfigAnswer } from '../../src/sip/manscdp/config-download.ts';
import { readCruiseTrack } from '../../src/sip/manscdp/cruise-track.ts';
import { readCruises } from '../../src/sip/manscdp/cruise-track-list.ts';
import { deviceConfig } from '../../src/sip/manscdp/device-config.ts';
import { bodyStyle, readEnvelope } from '../../src/sip/manscdp/envelope.ts';
import { readHomePosition } from '../../src/sip/manscdp/home-position.ts';
import { readPtzPosition } from '../../src/sip/manscdp/ptz-position.ts';
import { readStorageCards } from '../../src/sip/manscdp/storage-card.ts';
import { cpuMs, mutate, pick, prng } from './mutate.ts';

export const name = 'config';

const response = (inner: string): Buffer =>
  Buffer.from(`<Response><CmdType>ConfigDownload</CmdType><SN>1</SN><Result>OK</Result>${inner}</Response>`);
const bodies = [
  response(
    '<BasicParam><Name>a</Name><Expiration>3600</Expiration><HeartBeatCount>3</HeartBeatCount></BasicParam><VideoParamOpt><DownloadSpeed>1/2/4</DownloadSpeed><Resolution>6/5</Resolution></VideoParamOpt>',
  ),
  response(
    '<VideoParamAttribute Num="1"><Item><StreamNumber>0</StreamNumber><FrameRate>25</FrameRate><Own a="b">c</Own></Item></VideoParamAttribute><FrameMirror>1</FrameMirror>',
  ),
  response(
    '<PictureMask><On>1</On><SumNum>1</SumNum><RegionList Num="1"><Item><Seq>1</Seq><Point>1,2,3,4</Point></Item></RegionList></PictureMask>',
  ),
  response(
    '<SumNum>1</SumNum><CruiseTrackList Num="1"><CruiseTrack><Number>0</Number><Name>n</Name></CruiseTrack></CruiseTrackList><CruisePointList Num="1"><CruisePoint><PresetIndex>1</PresetIndex></CruisePoint></CruisePointList>',
  ),
  response(
    '<HomePosition><Enabled>1</Enabled></HomePosition><Pan>90.00</Pan><SDCardStatusInfo Num="1"><Item><ID>1</ID><Capacity>1</Capacity></Item></SDCardStatusInfo>',
  ),
];

/** A body that takes longer than this to read is a hang in the making. */
const SLOW_MS = 1000;
const STYLE = bodyStyle('3.0', null);

/** What devices answer to questions, changed at random: what is read is bounded, and what was read can be written and read again. */
export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  for (let i = 0; i < iterations; i += 1) {
    const startMs = cpuMs();
    const envelope = readEnvelope(mutate(pick(random, bodies), random));
    if (!('fault' in envelope)) {
      writeBack(readConfigAnswer(envelope), i);
      readHomePosition(envelope);
      for (const each of Object.values(readPtzPosition(envelope)))
        if (typeof each === 'number' && !Number.isFinite(each)) throw new Error(`position at iteration ${i}`);
      const lists = [readCruises(envelope).items, readCruiseTrack(envelope).points, readStorageCards(envelope).items];
      if (lists.some((list) => list.length > 256)) throw new Error(`list at iteration ${i}`);
    }
    if (cpuMs() - startMs > SLOW_MS) throw new Error(`iteration ${i} took ${cpuMs() - startMs} ms`);
  }
}

/** Written and read again, a section is the same once it has been through that: nothing grows. */
function writeBack({ sections }: ConfigAnswer, i: number): void {
  for (const [type, value] of sections) {
    const once = deviceConfig('1', type, value).write(1, STYLE);
    const envelope = readEnvelope(once);
    if ('fault' in envelope) throw new Error(`${type} cannot be read again at iteration ${i}`);
    const again = readConfigAnswer(envelope).sections.get(type);
    const twice = again === undefined ? null : deviceConfig('1', type, again).write(1, STYLE);
    if (twice !== null && twice.length > once.length + 64) throw new Error(`${type} grows at iteration ${i}`);
  }
}
