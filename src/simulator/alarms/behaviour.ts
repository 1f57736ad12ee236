/** Everything in which a simulated camera may differ from a well-behaved one when it tells alarms. */
export interface AlarmBehaviour {
  /** `odd`: a time that is none, the method as a word, `info` for `Info`. */
  alarms: 'true' | 'odd';
  /** Tells alarms only while it is guarded. */
  alarmsWhenGuarded: boolean;
}

/** Tells alarms without a fault. */
export const FLAWLESS_ALARMS: Readonly<AlarmBehaviour> = { alarms: 'true', alarmsWhenGuarded: false };
