import type { BodyStyle, Envelope } from './envelope.ts';

/**
 * One thing that is asked of a device, or told to it: what is sent, and what counts as its answer. Plain data, made anew for each time.
 * Where no answer need come (`none`, `optional`), null is what is answered then, so `A` has null in it.
 */
export interface Question<A> {
  /** CmdType of the answer, which is that of the question. */
  readonly command: string;
  /** Whom the body names: a channel, or the device itself. */
  readonly targetId: string;
  /** The body of the MESSAGE. */
  write(sn: number, style: BodyStyle): Buffer;
  /**
   * `response`: a Response of the device answers it. `none`: the SIP answer is all there is. `optional`: a Response may come; none
   * within the time limit is an answer as well.
   */
  readonly answer: 'response' | 'none' | 'optional';
  /** Whether an answer with our SN and another CmdType has the fields of this one (XML-8). */
  fits?(envelope: Envelope): boolean;
  /** Reads a Response. */
  read(envelope: Envelope): A;
  /** For answers that come in many messages: whether these are all of it. Quiet of `waitMs` ends it too. */
  gather?(parts: readonly A[]): boolean;
  /** What the parts are together; the last one unless told. */
  merge?(parts: readonly A[]): A;
  /** Time for the answer, or for its next part, ms. */
  readonly waitMs?: number;
  /** `first`: goes before everything that waits for its turn at the device. `beside`: waits for no turn at all, not even for that of an INVITE. */
  readonly haste?: 'first' | 'beside';
  /** Asked when its turn has come; false: something newer was said meanwhile, and it is left out. That counts as taken. */
  isWanted?(): boolean;
}
