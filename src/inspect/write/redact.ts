/**
 * Takes the identities out of SIP messages: every id of 20 digits (GB/T 28181 annex E) becomes another of 20 digits, the same
 * id always the same one, so that a message keeps its length and a dialogue its sense. The type code (digits 11 to 13: camera,
 * recorder, platform) stays, because behaviour hangs on it. SSRCs stay: the media carries them.
 */

const ID = /(?<!\d)\d{20}(?!\d)/g;

export class Redaction {
  readonly #fakes = new Map<string, string>();

  /** The message with fakes for ids; `bytes` is not written to. */
  message(bytes: Uint8Array): Buffer {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    return Buffer.from(
      text.replace(ID, (id) => this.#fake(id)),
      'latin1',
    );
  }

  #fake(id: string): string {
    let fake = this.#fakes.get(id);
    if (fake === undefined) {
      fake = `0000000000${id.slice(10, 13)}${String(this.#fakes.size + 1).padStart(7, '0')}`;
      this.#fakes.set(id, fake);
    }
    return fake;
  }
}
