import { guardControl } from '../../sip/manscdp/device-control.ts';
import type { SubscriptionEvent } from '../../sip/subscription-words.ts';
import type { Asked } from '../control/asked.ts';

/**
 * Arms a device (GuardCmd, GB/T 28181 A.2.3.1.5) once its alarms are subscribed to: some tell none before (SUB-4). Whoever subscribes
 * wants them; by default nobody does. A device that knows no guard says so once and is left alone.
 */
export class AlarmArming {
  readonly #asked: Pick<Asked, 'ask'>;

  constructor(asked: Pick<Asked, 'ask'>) {
    this.#asked = asked;
  }

  /** A subscription has begun, or ended. */
  changed({ deviceId, subscription, state }: SubscriptionEvent['data']): void {
    if (subscription !== 'alarm' || state !== 'active') return;
    void this.#asked.ask(deviceId, 'GuardCmd', guardControl(deviceId, true), { force: false });
  }
}
