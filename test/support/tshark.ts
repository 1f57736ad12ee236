import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SeenPacket, writeSipPcap } from './sip-pcap.ts';

/** What tshark, which knows nothing of us, says about SIP messages. */
export interface Judgement {
  /** `Control DeviceControl`, `Response PresetQuery`: each body that it saw, retransmissions too. */
  readonly bodies: readonly string[];
  readonly messages: number;
  readonly malformedFrames: number;
  /** Beyond mere chat. */
  readonly complaints: readonly string[];
}

/** PI_CHAT of Wireshark: remarks about the normal course of things. Notes, warnings and errors are above it. */
const CHAT = 0x00200000;
const EXPERT =
  /<field name="_ws\.expert\.message"[^>]* show="([^"]*)"[^>]*>\s*<field name="_ws\.expert\.severity"[^>]* show="(\d+)"/g;
/** The version header of GB/T 28181-2022 annex I, which tshark does not know. */
export const STANDARD_HEADER = 'Unrecognised SIP header (x-gb-ver)';

/** Has tshark read what went over the SIP port. */
export function judgeSip(packets: readonly SeenPacket[], sipPort: number): Judgement {
  const folder = mkdtempSync(join(tmpdir(), 'gbgate-judged-'));
  try {
    const path = join(folder, 'seen.pcap');
    writeSipPcap(path, packets);
    const pdml = execFileSync(
      'tshark',
      ['-r', path, '-d', `udp.port==${sipPort},sip`, '-d', `tcp.port==${sipPort},sip`, '-T', 'pdml'],
      { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    return judgementOf(pdml);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function judgementOf(pdml: string): Judgement {
  const complaints = new Set<string>();
  const bodies: string[] = [];
  let [messages, malformedFrames] = [0, 0];
  for (const frame of pdml.split('<packet>').slice(1)) {
    if (frame.includes('name="_ws.malformed"')) malformedFrames += 1;
    for (const part of frame.split('<proto name="sip"').slice(1)) {
      messages += 1;
      const at = part.indexOf('name="sip.msg_body"');
      const lines = at < 0 ? [] : [...part.slice(at).matchAll(/<field name=""[^>]* value="([0-9a-f]+)"/g)];
      const body = Buffer.from(lines.map(([, value]) => value).join(''), 'hex').toString('latin1');
      const root = /<(Query|Control|Notify|Response)>/.exec(body)?.[1];
      if (root !== undefined) bodies.push(`${root} ${/<CmdType>(\w+)</.exec(body)?.[1]}`);
    }
    for (const [, message, severity] of frame.matchAll(EXPERT)) if (Number(severity) > CHAT) complaints.add(message!);
  }
  return { bodies, messages, malformedFrames, complaints: [...complaints].sort() };
}
