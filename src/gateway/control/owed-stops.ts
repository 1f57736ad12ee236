/** Cameras that were told to move and not to stop yet, kept in the database: whoever comes after a `kill -9` stops them. */

/** Name of the setting: a list of device and channel. */
const SETTING = 'owedStops';

export interface OwedStopsPorts {
  readonly settings: { get(name: string): string | undefined; put(name: string, value: string): void };
}

export class OwedStops {
  readonly #settings: OwedStopsPorts['settings'];
  /** By both ids; as many as are steered at once. */
  readonly #owed = new Map<string, readonly [deviceId: string, channelId: string]>();

  constructor({ settings }: OwedStopsPorts) {
    this.#settings = settings;
    for (const each of JSON.parse(settings.get(SETTING) ?? '[]') as [string, string][])
      this.#owed.set(each.join(' '), each);
  }

  all(): readonly (readonly [deviceId: string, channelId: string])[] {
    return [...this.#owed.values()];
  }

  /** Written before the first frame of a motion leaves, and when its stop was taken. */
  note(deviceId: string, channelId: string, isOwed: boolean): void {
    const key = `${deviceId} ${channelId}`;
    if (isOwed === this.#owed.has(key)) return;
    if (isOwed) this.#owed.set(key, [deviceId, channelId]);
    else this.#owed.delete(key);
    this.#settings.put(SETTING, JSON.stringify(this.all()));
  }
}
