import type { InfoAnswer } from '../../sip/call.ts';
import {
  buildMansrtsp,
  MANSRTSP_CONTENT_TYPE,
  type MansrtspAnswer,
  type MansrtspCommand,
  type MansrtspVersion,
  parseMansrtsp,
} from '../../sip/mansrtsp.ts';

/** What became of a command. `status`: of the INFO, or of the answer in its body when that is worse. */
export interface TalkAnswer {
  readonly status: number;
  readonly answer: MansrtspAnswer | null;
}

export interface TalkPorts {
  /** The start line that the device took before. */
  version(): MansrtspVersion;
  info(contentType: string, body: string): Promise<InfoAnswer>;
  /** It took this one, and refused the other just now. */
  worked(version: MansrtspVersion): void;
}

/** MANSRTSP in one playback: counts its requests, and finds the start line that the device takes (PB-11). */
export class PlaybackTalk {
  readonly #ports: TalkPorts;
  #cseq = 0;

  constructor(ports: TalkPorts) {
    this.#ports = ports;
  }

  async say(command: MansrtspCommand): Promise<TalkAnswer> {
    const version = this.#ports.version();
    const said = await this.#say(command, version);
    // 481: there is no such call, whatever it is told
    if (said.status < 400 || said.status === 481) return said;
    const other = version === 'RTSP/1.0' ? 'MANSRTSP/1.0' : 'RTSP/1.0';
    const again = await this.#say(command, other);
    if (again.status >= 400) return said;
    this.#ports.worked(other);
    return again;
  }

  async #say(command: MansrtspCommand, version: MansrtspVersion): Promise<TalkAnswer> {
    const body = buildMansrtsp(command, ++this.#cseq, version);
    const answer = await this.#ports.info(MANSRTSP_CONTENT_TYPE, body);
    const read = parseMansrtsp(answer.body);
    const inner = read?.kind === 'answer' ? read : null;
    return { status: Math.max(answer.status, inner?.status ?? 0), answer: inner };
  }
}
