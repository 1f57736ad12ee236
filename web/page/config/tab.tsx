import { useEffect, useRef, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { failedBy, type Said } from '../control/said.ts';
import { SaidLine } from '../control/said-line.tsx';
import type { DeviceDetails } from '../devices/api.ts';
import { useWords } from '../language.ts';
import { directory, failed } from '../model.ts';
import { useStore } from '../store.ts';
import { configWords } from '../words/config.ts';
import { controlWords } from '../words/control.ts';
import { type Config, readConfig, readSchemas } from './api.ts';
import { declaredSize } from './plane/declared.ts';
import { usePicture } from './plane/picture.tsx';
import { inOrder, type Schema } from './schema.ts';
import { Section } from './section.tsx';

import '../control/control.css';
import './config.css';

/** How a device, or one of its channels, is set up: asked when the tab opens, one form a section. */
export function ConfigTab({ device }: { device: DeviceDetails }) {
  const words = useWords(configWords);
  const shared = useWords(controlWords);
  const may = useStore(mayControl);
  const channels = (useStore(directory)?.channels ?? []).filter((one) => one.deviceId === device.id);
  const [target, setTarget] = useState('');
  const channelId = channels.some(({ id }) => id === target) ? target : null;
  const [schemas, setSchemas] = useState<Readonly<Record<string, Schema>> | null>(null);
  const [read, setRead] = useState<{ round: number; config: Config } | null>(null);
  const [isReading, setReading] = useState(false);
  const [said, setSaid] = useState<Said | null>(null);
  const round = useRef(0);
  const reason = !may ? shared.lookOnly : device.online ? undefined : shared.offline;

  async function ask(isForced = false): Promise<void> {
    const mine = ++round.current;
    setReading(true);
    setSaid(null);
    try {
      const config = await readConfig(device.id, channelId, { isForced });
      if (mine === round.current) setRead({ round: mine, config });
    } catch (error) {
      if (mine === round.current) setSaid(failedBy(error, shared.unreachable, () => void ask(true)));
    }
    if (mine === round.current) setReading(false);
  }
  useEffect(() => void readSchemas().then(setSchemas, failed), []);
  useEffect(() => {
    setRead(null);
    if (device.online) void ask();
    else setReading(false);
    return () => {
      round.current++;
    };
  }, [device.id, channelId]);

  // of a device with one channel it is that one's
  const seenId = channelId ?? (channels.length === 1 ? channels[0]?.id : undefined);
  const source = seenId === undefined ? null : { deviceId: device.id, channelId: seenId, streamNumber: 0 };
  const { hold, taker } = usePicture(source, device.online);

  const sections = read === null || schemas === null ? [] : inOrder(read.config);
  return (
    <div class="control config">
      {reason !== undefined && (
        <p class="panel notice" role="note" data-testid="cannot-configure">
          {reason}
        </p>
      )}
      <div class="toolbar">
        <p class="hint">{words.hint}</p>
        {channels.length > 1 && (
          <label class="control-target">
            <span>{shared.target}</span>
            <select
              data-testid="config-target"
              value={channelId ?? ''}
              onChange={({ currentTarget }) => setTarget(currentTarget.value)}
            >
              <option value="">{shared.wholeDevice}</option>
              {channels.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name || id}
                </option>
              ))}
            </select>
          </label>
        )}
        <button
          type="button"
          class="config-again"
          data-testid="config-again"
          disabled={isReading || !device.online}
          onClick={() => void ask()}
        >
          {shared.refresh}
        </button>
      </div>
      {isReading && read === null && <p class="hint late">{shared.loading}</p>}
      {said !== null && <SaidLine said={said} testId="config-said" />}
      {read !== null && schemas !== null && sections.length === 0 && <p class="panel empty">{words.none}</p>}
      {read !== null &&
        sections.map(([section, value]) => (
          <Section
            // read again, a form begins anew
            key={`${read.round} ${section}`}
            deviceId={device.id}
            channelId={channelId}
            section={section}
            schema={schemas?.[section] ?? { type: 'object', readOnly: true }}
            value={value}
            reason={reason}
            hold={hold}
            declared={declaredSize(read.config)}
          />
        ))}
      {taker}
    </div>
  );
}
