import { useEffect, useState } from 'preact/hooks';
import { useLanguage, useWords } from '../language.ts';
import { failed, onEvent } from '../model.ts';
import { usePolling } from '../parts/polling.ts';
import { StateDot } from '../parts/state-dot.tsx';
import { hrefOf } from '../route.ts';
import { spanWords, systemWords } from '../words/system.ts';
import { readSystem, readTold, type Told } from './api.ts';

/** A clock that is off by less is in time: devices tell whole seconds. */
const IN_TIME_SECONDS = 5;
/** Events say when something changes; clocks and names without one are read this often. */
const LOOK_MS = 30_000;
/** More rows are found by the search of the devices. */
const MAX_ROWS = 500;

/** What each device is told, what its packets say, how its clock goes. */
export function Addresses() {
  const words = useWords(systemWords).addresses;
  const language = useLanguage();
  const [told, setTold] = useState<readonly Told[] | null>(null);
  const [isAsking, setAsking] = useState(false);
  const read = async () => setTold(await readTold());
  const readSoon = usePolling(read, LOOK_MS, failed);

  useEffect(
    () =>
      onEvent((event) => {
        if (/^device\.(registered|online|offline|unregistered)$/.test(event.type)) readSoon();
      }),
    [],
  );

  async function askClocks(): Promise<void> {
    setAsking(true);
    await readSystem({ askDevices: true }, new AbortController().signal).catch(failed);
    await read().catch(failed);
    setAsking(false);
  }

  function clockWords(seconds: number | null): string {
    if (seconds === null) return '–';
    if (Math.abs(seconds) < IN_TIME_SECONDS) return words.inTime;
    const text = spanWords(seconds, language);
    return seconds > 0 ? words.ahead(text) : words.behind(text);
  }

  return (
    <>
      <div class="tools">
        <p class="hint">{words.hint}</p>
        <button type="button" data-testid="ask-clocks" disabled={isAsking} onClick={() => void askClocks()}>
          {isAsking ? words.asking : words.askClocks}
        </button>
      </div>
      {told?.length === 0 && <p class="empty boxed">{words.none}</p>}
      {told !== null && told.length > 0 && (
        <div class="table-box">
          <table class="told">
            <thead>
              <tr>
                <th scope="col">{words.device}</th>
                <th scope="col">{words.source}</th>
                <th scope="col">{words.via}</th>
                <th scope="col">{words.contact}</th>
                <th scope="col">{words.sdp}</th>
                <th scope="col">{words.clock}</th>
              </tr>
            </thead>
            <tbody>
              {told.slice(0, MAX_ROWS).map((one) => (
                <tr key={one.deviceId} data-testid="told" data-device-id={one.deviceId}>
                  <th scope="row">
                    <a href={hrefOf('devices', [one.deviceId])}>{one.name || one.deviceId}</a>
                    <small>{one.deviceId}</small>
                    <StateDot tone={one.online ? 'good' : 'quiet'}>
                      {one.online ? words.online : words.offline}
                    </StateDot>
                  </th>
                  <td>
                    {one.source ?? words.neverHeard}
                    {one.says.map((said) => (
                      <small key={said} lang="en">
                        {said}
                      </small>
                    ))}
                  </td>
                  <td>{one.via}</td>
                  <td>{one.contact}</td>
                  <td>
                    {one.sdp.origin}
                    {one.sdp.connection !== one.sdp.origin && `, ${one.sdp.connection}`}
                  </td>
                  <td data-testid="clock">{clockWords(one.clockOffsetSeconds)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
