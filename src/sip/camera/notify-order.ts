import { callIdOf, cseqOf, type SipRequest } from '../wire/message.ts';

/** Items that one device may have told something of: annex M's limit of one catalogue. */
const MAX_ITEMS = 10_000;

interface Told {
  readonly callId: string;
  /** CSeq of the newest NOTIFY that told of an item. */
  readonly items: Map<string, number>;
}

/**
 * Change notifies in the order of telling: over UDP, NOTIFYs may overtake each other, and an OFF that comes after the ON it preceded
 * must not win. The CSeq within a dialogue says which is newer; between dialogues nothing does.
 */
export class NotifyOrder {
  readonly #told = new Map<string, Told>();

  /** Of the items of a NOTIFY, those of which nothing newer was told. Messages without a dialogue are taken as they come. */
  newest<T extends { readonly id: string }>(deviceId: string, request: SipRequest, items: readonly T[]): readonly T[] {
    const cseq = request.method === 'NOTIFY' ? cseqOf(request) : null;
    if (cseq === null) return items;
    const callId = callIdOf(request);
    let told = this.#told.get(deviceId);
    if (told === undefined || told.callId !== callId) {
      told = { callId, items: new Map() };
      this.#told.set(deviceId, told);
    }
    const { items: newest } = told;
    return items.filter(({ id }) => {
      const before = newest.get(id);
      if (before !== undefined && cseq.number < before) return false;
      if (before !== undefined || newest.size < MAX_ITEMS) newest.set(id, cseq.number);
      return true;
    });
  }

  /** The device was deleted. */
  forget(deviceId: string): void {
    this.#told.delete(deviceId);
  }
}
