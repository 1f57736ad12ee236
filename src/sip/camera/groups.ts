import type { CatalogItem } from '../manscdp/catalog.ts';

/**
 * A node of a device's catalogue that holds channels and is none: a region (civil code of 2 to 8 digits), a business group (215), a virtual
 * organisation (216), a platform below the device (200); GB/T 28181 annex J. Kept beside the channels, marked.
 */
export interface Group {
  readonly id: string;
  readonly deviceId: string;
  readonly name: string;
  /** Another group, or what the device says: an unknown parent is the device itself (CAT-5). */
  readonly parentId: string;
  readonly isGroup: true;
}

/** The little of a store that groups need: they are rows among those of the channels. */
export interface GroupStore {
  putAll(groups: readonly Group[]): void;
  delete(deviceId: string, id: string): void;
}

/** Groups of one device: a catalogue of 10,000 channels in groups of five. Beyond it their channels stand under the device. */
export const MAX_GROUPS_PER_DEVICE = 2_000;

/** Whether a catalogue item holds others. */
export function isGroupNode(id: string): boolean {
  if (/^\d{2,8}$/.test(id)) return true;
  return /^\d{10}(200|215|216)\d{7}$/.test(id);
}

/** The groups of all devices: in memory, written through to the store of the channels. */
export class Groups {
  readonly #store: GroupStore;
  readonly #groups = new Map<string, Map<string, Group>>();

  constructor(store: GroupStore) {
    this.#store = store;
  }

  /** What an earlier run had stored of a device. */
  load(groups: readonly Group[]): void {
    for (const group of groups) this.#of(group.deviceId).set(group.id, group);
  }

  ofDevice(deviceId: string): Group[] {
    return [...(this.#groups.get(deviceId)?.values() ?? [])];
  }

  /** Adds or updates groups from catalogue items, and says how many changed. Items that are no groups are passed over. */
  upsert(deviceId: string, items: readonly CatalogItem[]): number {
    const changed: Group[] = [];
    for (const { id, fields } of items) {
      if (id === deviceId || !isGroupNode(id)) continue;
      const known = this.#of(deviceId);
      const before = known.get(id);
      if (before === undefined && known.size >= MAX_GROUPS_PER_DEVICE) continue;
      const name = fields.Name || before?.name || id;
      const parentId = parentOf(id, fields) || before?.parentId || '';
      if (before?.name === name && before.parentId === parentId) continue;
      const next: Group = { id, deviceId, name, parentId, isGroup: true };
      known.set(id, next);
      changed.push(next);
    }
    if (changed.length > 0) this.#store.putAll(changed);
    return changed.length;
  }

  /** Removes every group of the device that `listed` does not name, and says how many. */
  keepOnly(deviceId: string, listed: { has(id: string): boolean }): number {
    const gone = this.ofDevice(deviceId).filter((group) => !listed.has(group.id));
    for (const group of gone) this.remove(deviceId, group.id);
    return gone.length;
  }

  remove(deviceId: string, id: string): void {
    if (this.#groups.get(deviceId)?.delete(id)) this.#store.delete(deviceId, id);
  }

  /** Of a device that was deleted. */
  forget(deviceId: string): void {
    for (const group of this.ofDevice(deviceId)) this.remove(deviceId, group.id);
    this.#groups.delete(deviceId);
  }

  #of(deviceId: string): Map<string, Group> {
    let groups = this.#groups.get(deviceId);
    if (groups === undefined) {
      groups = new Map();
      this.#groups.set(deviceId, groups);
    }
    return groups;
  }
}

/** The nearest parent that the item names: `ParentID` (several are joined by `/`, CAT-5), else the group it is said to be in, else the region around a region. */
function parentOf(id: string, fields: Readonly<Record<string, string>>): string {
  const named = fields.ParentID?.split('/').pop() || fields.BusinessGroupID;
  if (named) return named;
  return /^\d{4,8}$/.test(id) ? id.slice(0, -2) : (fields.CivilCode ?? '');
}
