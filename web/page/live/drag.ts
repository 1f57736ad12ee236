/** What is dragged from the tree onto the wall, or from one cell to another: a list of channels as text. */
const TYPE = 'application/x-gbgate-channels';

/** One channel of one device. */
export interface Named {
  readonly deviceId: string;
  readonly id: string;
}

/** More than the largest wall has cells is never dropped. */
const MAX_CARRIED = 100;

/** At `dragstart`. */
export function carry(event: DragEvent, channels: readonly Named[]): void {
  const list = channels.slice(0, MAX_CARRIED).map(({ deviceId, id }) => ({ deviceId, id }));
  event.dataTransfer?.setData(TYPE, JSON.stringify(list));
  if (event.dataTransfer !== null) event.dataTransfer.effectAllowed = 'copyMove';
}

/** At `dragover`: true when it is channels that are dragged. */
export function isCarried(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes(TYPE) ?? false;
}

/** At `drop`. Other pages may write anything into a drag. */
export function carried(event: DragEvent): readonly Named[] {
  try {
    const list = JSON.parse(event.dataTransfer?.getData(TYPE) ?? '') as unknown;
    if (!Array.isArray(list)) return [];
    return list.slice(0, MAX_CARRIED).filter((one): one is Named => {
      const { deviceId, id } = (one ?? {}) as { deviceId?: unknown; id?: unknown };
      return typeof deviceId === 'string' && typeof id === 'string';
    });
  } catch {
    return [];
  }
}
