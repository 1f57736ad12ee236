import { mayControl } from '../access.ts';
import type { DeviceDetails } from '../devices/api.ts';
import { useWords } from '../language.ts';
import { useStore } from '../store.ts';
import { Subscriptions } from '../subscriptions/panel.tsx';
import { controlWords } from '../words/control.ts';
import { Cards } from './cards.tsx';
import { Commands } from './commands.tsx';
import { Upgrade } from './upgrade.tsx';

import './control.css';

/** What a device can be told, and what it is to tell. Who may only look, and an offline device, are told why nothing can be done. */
export function ControlTab({ device }: { device: DeviceDetails }) {
  const words = useWords(controlWords);
  const may = useStore(mayControl);
  const reason = !may ? words.lookOnly : device.online ? undefined : words.offline;
  return (
    <div class="control">
      {reason !== undefined && (
        <p class="panel notice" role="note" data-testid="cannot-control">
          {reason}
        </p>
      )}
      <Commands deviceId={device.id} reason={reason} />
      <Subscriptions deviceId={device.id} />
      <Cards key={String(device.online)} deviceId={device.id} isOnline={device.online} reason={reason} />
      <Upgrade deviceId={device.id} reason={reason} />
    </div>
  );
}
