/** Everything in which a simulated camera may differ from a well-behaved one when it is controlled. */
export interface ControlBehaviour {
  /** `device`: controls and queries that name anything but the device itself get 404. */
  controlledAs: 'channel' | 'device';
  /** So many stops (PTZCmd) are answered and not obeyed. */
  deafStops: number;
  /** `odd`: presets 0 and 256 are listed as well, and names are not kept. */
  presetList: 'true' | 'odd';
  /** `restart`: a DeviceConfig is carried out by a restart, and not answered. */
  configAnswer: 'true' | 'restart';
}

/** Controlled without a fault. */
export const FLAWLESS_CONTROL: Readonly<ControlBehaviour> = {
  controlledAs: 'channel',
  deafStops: 0,
  presetList: 'true',
  configAnswer: 'true',
};
