/** Receipts on their way to one device: a storm of alarms leaves its line free for questions. */
export const MAX_RECEIPTS = 4;
/** Others of that device wait for these: five seconds of twenty alarms a second. What comes on top of them has none. */
export const MAX_RECEIPTS_WAITING = 100;
/** Receipts whose alarm is not written yet, as many as alarms wait for that in memory. */
const MAX_OWED = 20_000;

interface Receipt {
  readonly deviceId: string;
  readonly sn: number;
  readonly sourceId: string;
}

/** Receipts of one device: on their way, and after those. */
interface Line {
  open: number;
  readonly waiting: Receipt[];
}

/**
 * Answers of the application to alarms that came by MESSAGE (GB/T 28181-2022 9.4.2): each leaves when its alarm is on the disk, so that a
 * device that waits for it tells again what a crash took from us.
 */
export class AlarmReceipts {
  readonly #say: (deviceId: string, sn: number, sourceId: string) => Promise<unknown>;
  readonly #lines = new Map<string, Line>();
  #owed: { readonly row: number; readonly receipt: Receipt }[] = [];
  #written: number;
  /** Alarms that have no receipt, because too many wait for theirs. */
  leftOut = 0;

  /** `written`: number of the newest alarm on the disk. `say` settles when the device has answered, or never will. */
  constructor(written: number, say: (deviceId: string, sn: number, sourceId: string) => Promise<unknown>) {
    this.#written = written;
    this.#say = say;
  }

  /** What is asked under `sn` is answered when row `row` is written. Rows only grow. */
  owe(row: number, receipt: Receipt): void {
    if (row <= this.#written) this.#queue(receipt);
    else if (this.#owed.length < MAX_OWED) this.#owed.push({ row, receipt });
    else this.leftOut += 1;
  }

  /** All rows up to this one are on the disk. */
  written(row: number): void {
    this.#written = row;
    let due = 0;
    while (due < this.#owed.length && this.#owed[due]!.row <= row) due += 1;
    for (const { receipt } of this.#owed.splice(0, due)) this.#queue(receipt);
  }

  #queue(receipt: Receipt): void {
    const line = this.#lines.get(receipt.deviceId) ?? { open: 0, waiting: [] };
    this.#lines.set(receipt.deviceId, line);
    if (line.open < MAX_RECEIPTS) this.#send(line, receipt);
    else if (line.waiting.length < MAX_RECEIPTS_WAITING) line.waiting.push(receipt);
    else this.leftOut += 1;
  }

  #send(line: Line, { deviceId, sn, sourceId }: Receipt): void {
    line.open += 1;
    void this.#say(deviceId, sn, sourceId).finally(() => {
      line.open -= 1;
      const next = line.waiting.shift();
      if (next !== undefined) this.#send(line, next);
      else if (line.open === 0) this.#lines.delete(deviceId);
    });
  }
}
