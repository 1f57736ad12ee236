import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { onEvent } from '../model.ts';
import { Ago } from '../parts/ago.tsx';
import { FindingsList } from '../parts/findings-list.tsx';
import { devicesWords } from '../words/devices.ts';
import { type DeviceDetails, type DeviceHealth, readHealth, readHistory } from './api.ts';
import { History } from './history.tsx';
import { useLoaded } from './loaded.ts';

/** Keepalives come once a minute; what is older is still right to the second by its own age. */
const READ_MS = 10_000;

/** Who it is, how it does, where it is, when it came and went, and what is unusual. */
export function Overview({ device }: { device: DeviceDetails }) {
  const words = useWords(devicesWords);
  const health = useLoaded(`health ${device.id}`, () => readHealth(device.id), READ_MS);
  const history = useLoaded(`history ${device.id}`, () => readHistory(device.id), null);
  const [readHealthAgain, readHistoryAgain] = [health.again, history.again];
  useEffect(
    () =>
      onEvent(({ type, data }) => {
        if (!type.startsWith('device.') || data.deviceId !== device.id) return;
        readHealthAgain();
        readHistoryAgain();
      }),
    [device.id, readHealthAgain, readHistoryAgain],
  );
  const fault = health.fault ?? history.fault;
  return (
    <div class="panels">
      {fault !== null && (
        <p class="fault wide" role="alert">
          {fault || words.unreachable}
        </p>
      )}
      <Panel title={words.identity} name="identity">
        <Fact name={words.id} value={device.id} />
        <Fact name={words.name} value={device.name} />
        <Fact name={words.manufacturer} value={device.manufacturer} />
        <Fact name={words.model} value={device.model} />
        <Fact name={words.firmware} value={device.firmware ?? ''} />
        <Fact name={words.edition} value={device.version ?? words.editionUnknown} />
      </Panel>
      <Registration device={device} health={health.value} />
      <Addresses health={health.value} />
      <section class="panel wide">
        <History changes={history.value} />
      </section>
      <section class="panel wide" data-testid="device-findings">
        <h2>{words.findings}</h2>
        <p class="hint">{words.findingsHint}</p>
        {health.value !== null && <FindingsList findings={health.value.findings} />}
      </section>
    </div>
  );
}

function Registration({ device, health }: { device: DeviceDetails; health: DeviceHealth | null }) {
  const words = useWords(devicesWords);
  const locale = localeOf(useLanguage());
  const keepalive = health?.keepalive;
  const left = health?.expiresInSeconds ?? null;
  const seen = keepalive?.at ?? health?.registeredAt ?? null;
  const isLate = (keepalive?.missed ?? 0) > 0 && device.online;
  return (
    <Panel title={words.health} name="registration">
      <Fact
        name={words.registered}
        value={
          health?.registeredAt
            ? new Date(health.registeredAt).toLocaleString(locale)
            : health === null
              ? ''
              : words.never
        }
      />
      <Fact name={words.expires} value={left === null ? '' : left < 0 ? words.overdue : words.inSeconds(left)} />
      <Fact name={words.keepalive} value={seen === null ? '' : <Ago at={seen} />} />
      <Fact
        name={words.missed}
        value={
          keepalive === undefined ? (
            ''
          ) : (
            <span class={isLate ? 'warning' : ''}>
              {words.missedOf(keepalive.missed, keepalive.allowedMisses)}
              <small> {words.every(keepalive.intervalSeconds)}</small>
            </span>
          )
        }
      />
      <Fact name={words.signalling} value={device.transport?.toUpperCase() ?? ''} />
    </Panel>
  );
}

function Addresses({ health }: { health: DeviceHealth | null }) {
  const words = useWords(devicesWords);
  const addresses = health?.addresses ?? null;
  return (
    <Panel title={words.addresses} name="addresses">
      <Fact name={words.seenAt} value={addresses?.source ?? (health === null ? '' : words.unknown)} />
      <Fact name={`${words.told} Via`} value={addresses?.via ?? ''} />
      <Fact name={`${words.told} Contact`} value={addresses?.contact ?? ''} />
      <Fact name={`${words.told} o= c=`} value={addresses === null ? '' : both(addresses.sdp)} />
      <Fact
        name={words.says}
        value={
          addresses === null ? (
            ''
          ) : addresses.says.length === 0 ? (
            words.saysSame
          ) : (
            <span class="warning">{addresses.says.join(' · ')}</span>
          )
        }
      />
      {addresses !== null && addresses.clockOffsetSeconds !== null && (
        <Fact name={words.clock} value={words.clockOff(Math.round(addresses.clockOffsetSeconds))} />
      )}
    </Panel>
  );
}

function both({ origin, connection }: { origin: string; connection: string }): string {
  return origin === connection ? origin : `${origin}, ${connection}`;
}

function Panel({ title, name, children }: { title: string; name: string; children: ComponentChildren }) {
  return (
    <section class="panel" data-testid={name}>
      <h2>{title}</h2>
      <dl class="device-facts">{children}</dl>
    </section>
  );
}

/** A line that keeps its height while its value is being read. */
function Fact({ name, value }: { name: string; value: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value === '' ? '–' : value}</dd>
    </>
  );
}
