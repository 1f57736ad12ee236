import { useEffect, useRef, useState } from 'preact/hooks';
import { size } from '../format.ts';
import { useWords } from '../language.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { controlWords } from '../words/control.ts';
import { control, listCards, type StorageCard } from './api.ts';
import { failedBy, type Said } from './said.ts';
import { SaidLine } from './said-line.tsx';

/** How often a card that is being formatted is looked at. */
const FORMATTING_MS = 3_000;
const BYTES_PER_MB = 1_000_000;

interface Props {
  deviceId: string;
  isOnline: boolean;
  /** Why nothing can be told now. */
  reason: string | undefined;
}

/** The storage cards of a device, asked when the panel opens, and formatted by a second click. */
export function Cards({ deviceId, isOnline, reason }: Props) {
  const words = useWords(controlWords);
  const [cards, setCards] = useState<readonly StorageCard[] | null>(null);
  const [said, setSaid] = useState<Said | null>(null);
  const round = useRef(0);
  const isFormatting = cards?.some(({ status }) => status === 'formatting') ?? false;

  async function read(isForced = false): Promise<void> {
    const mine = ++round.current;
    try {
      const all = await listCards(deviceId, isForced);
      if (mine !== round.current) return;
      setCards(all);
      setSaid(null);
    } catch (error) {
      if (mine === round.current) setSaid(failedBy(error, words.unreachable, () => void read(true)));
    }
  }
  useEffect(() => {
    if (isOnline) void read();
    return () => {
      round.current++;
    };
  }, [deviceId, isOnline]);
  useEffect(() => {
    if (!isFormatting) return undefined;
    const timer = setInterval(() => document.hidden || void read(), FORMATTING_MS);
    return () => clearInterval(timer);
  }, [isFormatting]);

  async function format(card: StorageCard, isForced = false): Promise<void> {
    setSaid({ isFault: false, text: words.telling });
    try {
      const answer = await control(deviceId, null, { command: 'format-card', card: card.id }, isForced);
      await read();
      const what = `${words.format}, ${words.card(card.id, card.name)}`;
      setSaid(
        answer?.result === 'ERROR'
          ? { isFault: true, text: words.refused(what) }
          : { isFault: false, text: words.taken(what) },
      );
    } catch (error) {
      setSaid(failedBy(error, words.unreachable, () => void format(card, true)));
    }
  }

  return (
    <section class="panel" data-testid="cards">
      <div class="panel-head">
        <h2>{words.cards}</h2>
        <button type="button" class="plain" disabled={!isOnline} onClick={() => void read()}>
          {words.refresh}
        </button>
      </div>
      {cards === null && said === null && isOnline && <p class="hint late">{words.loading}</p>}
      {cards === null && !isOnline && <p class="hint">{words.offline}</p>}
      {cards?.length === 0 && <p class="hint">{words.noCards}</p>}
      <ul class="cards">
        {cards?.map((card) => (
          <Card key={card.id} card={card} reason={reason} onFormat={() => void format(card)} />
        ))}
      </ul>
      <SaidLine said={said} testId="cards-said" />
    </section>
  );
}

function Card({ card, reason, onFormat }: { card: StorageCard; reason: string | undefined; onFormat: () => void }) {
  const words = useWords(controlWords);
  const { id, name, status, capacityMb, freeMb, formatProgress } = card;
  const isFormatting = status === 'formatting';
  const isKnown = capacityMb !== null && freeMb !== null && capacityMb > 0;
  const share = isKnown ? Math.min(1, Math.max(0, 1 - freeMb / capacityMb)) : 0;
  const state = words.cardStates[status] ?? status;
  return (
    <li data-testid="card" data-status={status}>
      <span>
        {words.card(id, name)}
        <small>
          {isFormatting && formatProgress !== null ? `${state}, ${words.formatting(formatProgress)}` : state}
        </small>
      </span>
      <span class="room">
        {isKnown && (
          <>
            <meter min={0} max={1} value={share} aria-label={words.card(id, name)} />
            <small>{words.free(size(freeMb * BYTES_PER_MB), size(capacityMb * BYTES_PER_MB))}</small>
          </>
        )}
      </span>
      <ConfirmButton
        label={`${words.format}: ${words.card(id, name)}`}
        really={words.formatReally}
        disabled={reason !== undefined || isFormatting}
        reason={reason}
        testId="format-card"
        onConfirm={onFormat}
      >
        {words.format}
      </ConfirmButton>
    </li>
  );
}
