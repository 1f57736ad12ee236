import { route } from '../route.ts';
import { useStore } from '../store.ts';
import { DevicePage } from './device.tsx';
import { DeviceList } from './list.tsx';

import './devices.css';

/** `#/devices` is the list, `#/devices/ID` one of them. */
export function DevicesView() {
  const { parts } = useStore(route);
  const [deviceId] = parts;
  return (
    <main class="devices">{deviceId === undefined ? <DeviceList /> : <DevicePage key={deviceId} id={deviceId} />}</main>
  );
}
