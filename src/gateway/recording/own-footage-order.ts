import type { Recording } from '../../record/archive.ts';

/** Where a row stands in time; ids make it one order. */
export type RowPlace = Pick<Recording, 'startEpochMs' | 'id'>;

/** Rows by their beginning, oldest first. New ones come at the end and old ones go from the front: both are cheap. */
export class OwnFootageOrder {
  readonly rows: Recording[] = [];

  /** Puts in a row that is not there. */
  add(row: Recording): void {
    this.rows.splice(this.placeOf(row), 0, row);
  }

  /** Takes out a row by the place it was put in at. */
  remove(row: RowPlace): void {
    const at = this.placeOf(row);
    if (this.rows[at]?.id === row.id) this.rows.splice(at, 1);
  }

  /** How many rows begin before that one. */
  placeOf({ startEpochMs, id }: RowPlace): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = this.rows[middle]!;
      const isBefore = row.startEpochMs < startEpochMs || (row.startEpochMs === startEpochMs && row.id < id);
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
