import { answerFindings } from '../../src/sip/answer-findings.ts';
import { registerFindings } from '../../src/sip/camera/register-findings.ts';
import { confirmDialogue, endStray, openDialogue } from '../../src/sip/dialog.ts';
import { parseCredentials } from '../../src/sip/digest.ts';
import { type Peer, SipEndpoint } from '../../src/sip/endpoint.ts';
import { responseFindings } from '../../src/sip/response-findings.ts';
import { parseSdp } from '../../src/sip/sdp.ts';
import { parseNameAddr } from '../../src/sip/wire/address.ts';
import { contentTypeOf, type SipMessage } from '../../src/sip/wire/message.ts';
import { MAX_HEADERS, parseDatagram } from '../../src/sip/wire/parse.ts';
import { makeResponse } from '../../src/sip/wire/response.ts';
import { serialize } from '../../src/sip/wire/serialize.ts';
import { parseVia } from '../../src/sip/wire/via.ts';
import { below, cpuMs, mutate, pick, prng } from './mutate.ts';
import { seeds } from './sip-seeds.ts';

export const name = 'sip-datagram';
export const cases = seeds;

const ASKED = { deviceId: '1', channelId: '2', transport: 'tcp-passive', sipHost: '192.0.2.1' } as const;

/** No input may hold the process longer. */
const SLOW_MS = 1000;
/** A small table, so that its bound is reached. */
const MAX_TRANSACTIONS = 64;

const dialogue = openDialogue({
  callId: 'c',
  deviceId: '1',
  channelId: '1',
  localUri: 'sip:2@d',
  localTag: 'us',
  remoteUri: 'sip:1@h',
  localContact: 'sip:2@h',
  createdEpochMs: 0,
});

/** Mutated datagrams through parser, endpoint, response and dialogue; throws on a throw, a hang or growth. */
export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  const endpoint = new SipEndpoint({ random: () => String(random()), maxServerTransactions: MAX_TRANSACTIONS });
  let nowMs = 0;
  for (let i = 0; i < iterations; i += 1) {
    const bytes = mutate(pick(random, seeds), random);
    const peer: Peer = { transport: 'udp', host: `192.0.2.${below(random, 4)}`, port: 5060 };
    nowMs += below(random, 40);
    const startedMs = cpuMs();
    try {
      const message = parseDatagram(bytes);
      if (message.kind !== 'fault') take(endpoint, message, peer, nowMs);
      endpoint.poll(nowMs);
    } catch (error) {
      throw new Error(`seed ${seed}, iteration ${i}: ${Buffer.from(bytes).toString('base64')}`, { cause: error });
    }
    const tookMs = cpuMs() - startedMs;
    if (tookMs > SLOW_MS) throw new Error(`seed ${seed}, iteration ${i}: took ${Math.round(tookMs)} ms`);
    const { serverTransactions, clientTransactions } = endpoint.counts();
    if (serverTransactions > MAX_TRANSACTIONS || clientTransactions > 0)
      throw new Error(`seed ${seed}: transactions grow`);
  }
}

function take(endpoint: SipEndpoint, message: SipMessage, peer: Peer, nowMs: number): void {
  if (message.headers.size > MAX_HEADERS) throw new Error('more headers than allowed');
  if (message.headers.size === MAX_HEADERS) return; // Content-Length, which we add, would be one too many
  const again = parseDatagram(serialize(message));
  if (again.kind === 'fault') throw new Error(`what was written is not read: ${again.code}`);
  if (again.headers.size > message.headers.size + 1) throw new Error('a value became a header');
  contentTypeOf(message);
  for (const header of ['From', 'To', 'Contact', 'Record-Route']) message.headers.list(header).map(parseNameAddr);
  message.headers.list('Via').map(parseVia);
  if (message.kind === 'response') {
    serialize(endStray(message, peer)?.bye ?? message);
    responseFindings(confirmDialogue(dialogue, message), message, peer);
    answerFindings('', parseSdp(Buffer.from(message.body).toString('latin1')), ASKED);
  }
  if (message.kind === 'request') {
    const credentials = parseCredentials(message.headers.get('Authorization') ?? '');
    for (const [code, detail] of registerFindings(message, '1', credentials, peer, true))
      if (!/^[A-Z]+-\d+$/.test(code) || detail === '') throw new Error('a finding without code or words');
  }
  for (const output of endpoint.receive(message, peer, nowMs)) {
    if (output.type !== 'request' || output.request.method === 'ACK') continue;
    const response = makeResponse(output.request, 200, 'OK', { from: peer });
    const back = parseDatagram(serialize(response));
    if (back.kind !== 'response') throw new Error('our response is not read');
    if (output.transaction === null) endpoint.respondStateless(output.request, response, peer);
    else endpoint.respond(output.transaction, response, nowMs);
  }
}
