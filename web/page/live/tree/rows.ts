import type { Channel, Device, Group } from '../../api.ts';
import type { Directory } from '../../directory.ts';
import { isFound, wordsOf } from './search.ts';

/** Where a row stands: its depth, and its place among the rows beside it (for screen readers). */
interface Place {
  readonly key: string;
  /** 0 for devices. */
  readonly depth: number;
  readonly position: number;
  readonly siblings: number;
}

/** A row that holds others. */
interface Holder extends Place {
  readonly isOpen: boolean;
  /** Every channel below, in order, that the search found. */
  readonly channels: readonly Channel[];
}

/** One line of the tree. */
export type Row =
  | (Holder & { readonly kind: 'device'; readonly device: Device })
  | (Holder & { readonly kind: 'group'; readonly group: Group; readonly isOnline: boolean })
  | (Place & { readonly kind: 'channel'; readonly channel: Channel; readonly isOnline: boolean })
  | (Place & { readonly kind: 'none' });

/** A device or a group with what lies directly below it. */
interface Node {
  readonly group: Group | null;
  readonly groups: Node[];
  readonly channels: Channel[];
}

/** Groups nested deeper than this are drawn no further to the right, and a chain of parents longer than this is broken off. */
const MAX_DEPTH = 8;

/** The tree of one device. A parent that is unknown, or its own descendant, is the device itself (CAT-5). */
function treeOf(groups: readonly Group[], channels: readonly Channel[]): Node {
  const root: Node = { group: null, groups: [], channels: [] };
  if (groups.length === 0) return { ...root, channels: [...channels] };
  const nodes = new Map<string, Node>(groups.map((group) => [group.id, { group, groups: [], channels: [] }]));
  const reachesRoot = (group: Group): boolean => {
    let at: Group | undefined = group;
    for (let i = 0; i <= MAX_DEPTH; i++) {
      at = nodes.get(at.parentId)?.group ?? undefined;
      if (at === undefined) return true;
    }
    return false;
  };
  for (const node of nodes.values()) {
    const { group } = node;
    if (group === null) continue;
    const parent = reachesRoot(group) ? nodes.get(group.parentId) : undefined;
    (parent ?? root).groups.push(node);
  }
  for (const channel of channels) {
    const holder = nodes.get(channel.parentId ?? '') ?? nodes.get(channel.civilCode ?? '') ?? root;
    holder.channels.push(channel);
  }
  return root;
}

function byDevice<T extends { readonly deviceId: string }>(list: readonly T[]): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const one of list) {
    const some = map.get(one.deviceId);
    if (some === undefined) map.set(one.deviceId, [one]);
    else some.push(one);
  }
  return map;
}

/** What of a node the search leaves, or null when nothing is left. `above` are its device and the groups around it. */
function found(node: Node, words: readonly string[], above: readonly (Device | Group)[]): Node | null {
  const around = node.group === null ? above : [...above, node.group];
  const channels =
    words.length === 0 ? node.channels : node.channels.filter((channel) => isFound(words, channel, ...around));
  const groups = node.groups.map((inner) => found(inner, words, around)).filter((inner) => inner !== null);
  if (channels.length === 0 && groups.length === 0) return null;
  return { group: node.group, groups, channels };
}

function channelsBelow(node: Node): Channel[] {
  return [...node.groups.flatMap(channelsBelow), ...node.channels];
}

/**
 * The lines of the tree from top to bottom: devices, their groups, their channels. `find` leaves what it finds, with everything open; else the holders whose
 * keys are in `closed` hide what they hold. Pure.
 */
export function rowsOf(directory: Directory, find: string, closed: ReadonlySet<string>): Row[] {
  const words = wordsOf(find);
  const channels = byDevice(directory.channels);
  const groups = byDevice(directory.groups);
  const isOpen = (key: string) => words.length > 0 || !closed.has(key);
  const rows: Row[] = [];

  const below = (node: Node, depth: number, device: Device): void => {
    const siblings = node.groups.length + node.channels.length;
    let position = 0;
    for (const inner of node.groups) {
      const { group } = inner;
      if (group === null) continue;
      const key = `${device.id}/${group.id}/`;
      const place = { key, depth, position: ++position, siblings };
      const open = isOpen(key);
      rows.push({
        ...place,
        kind: 'group',
        group,
        isOnline: device.online,
        isOpen: open,
        channels: channelsBelow(inner),
      });
      if (open) below(inner, Math.min(depth + 1, MAX_DEPTH), device);
    }
    for (const channel of node.channels) {
      const key = `${device.id}/${channel.id}`;
      const isOnline = device.online && channel.status === 'on';
      rows.push({ kind: 'channel', key, depth, position: ++position, siblings, channel, isOnline });
    }
  };

  const shown = directory.devices
    .map((device) => {
      const whole = treeOf(groups.get(device.id) ?? [], channels.get(device.id) ?? []);
      const left = found(whole, words, [device]);
      const isItself = left === null && (words.length === 0 || isFound(words, device));
      return { device, node: left ?? (isItself ? { group: null, groups: [], channels: [] } : null) };
    })
    .filter(({ node }) => node !== null);
  shown.forEach(({ device, node }, i) => {
    if (node === null) return;
    const key = `${device.id}/`;
    const open = isOpen(key);
    const all = channelsBelow(node);
    rows.push({
      kind: 'device',
      key,
      depth: 0,
      position: i + 1,
      siblings: shown.length,
      device,
      isOpen: open,
      channels: all,
    });
    if (!open) return;
    if (all.length === 0) rows.push({ kind: 'none', key: `${key}none`, depth: 1, position: 1, siblings: 1 });
    below(node, 1, device);
  });
  return rows;
}
