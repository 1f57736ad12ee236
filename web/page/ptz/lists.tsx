import { useWords } from '../language.ts';
import { PresetList } from '../presets/list.tsx';
import { ptzWords } from '../words/ptz.ts';
import { useAnswer } from './answer.ts';
import { listPresets, type Where } from './api.ts';
import { CruiseForm } from './cruise.tsx';
import type { Deed } from './deeds.ts';
import { Section } from './fields.tsx';
import { HomeForm } from './home.tsx';
import { PositionForm } from './position.tsx';
import { ScanForm } from './scan.tsx';
import type { Steering } from './steering.ts';
import { SwitchesForm } from './switches.tsx';
import { TrackForm } from './track.tsx';

interface Props {
  where: Where;
  steering: Steering;
  run: (deed: Deed) => Promise<boolean>;
  isTracking: boolean;
  onTracking: (isTracking: boolean) => void;
}

/** What a camera does by itself when it is told: presets first, what is rarer folded away. */
export function Lists({ where, steering, run, isTracking, onTracking }: Props) {
  const words = useWords(ptzWords);
  const presets = useAnswer((force) => listPresets(where, force));
  const known = presets.value ?? [];
  return (
    <>
      <PresetList where={where} steering={steering} presets={presets} run={run} />
      <div class="ptz-sections">
        <Section title={words.cruise.title} testId="cruise">
          <CruiseForm where={where} presets={known} run={run} />
        </Section>
        <Section title={words.scan.title} testId="scan">
          <ScanForm where={where} run={run} />
        </Section>
        <Section title={words.switches.title} testId="switches">
          <SwitchesForm where={where} run={run} />
        </Section>
        <Section title={words.home.title} testId="home">
          <HomeForm where={where} presets={known} run={run} />
        </Section>
        <Section title={words.position.title} testId="position">
          <PositionForm where={where} run={run} />
        </Section>
        <Section title={words.track.title} testId="track">
          <TrackForm where={where} run={run} isTracking={isTracking} onTracking={onTracking} />
        </Section>
      </div>
    </>
  );
}
