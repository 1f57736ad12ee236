import { useState } from 'preact/hooks';
import { deleteRecording, type Recording } from '../api.ts';
import { directory, failed, readRecordings, recordings } from '../model.ts';
import { useStore } from '../store.ts';
import { RecordingList, RecordingStage } from './recordings.tsx';

import './recordings.css';

/** Everything recorded, the newest first; one of them can be played. */
export function RecordingsView() {
  const known = useStore(directory);
  const recorded = useStore(recordings);
  const [played, setPlayed] = useState<Recording | null>(null);

  async function remove(recording: Recording): Promise<void> {
    try {
      await deleteRecording(recording.id);
      if (played?.id === recording.id) setPlayed(null);
    } catch (error) {
      failed(error);
    }
    await readRecordings();
  }

  return (
    <main>
      {played !== null && <RecordingStage recording={played} onBack={() => setPlayed(null)} />}
      <RecordingList
        recordings={recorded}
        channels={known?.channels ?? []}
        onPlay={setPlayed}
        onDelete={(recording) => void remove(recording)}
      />
    </main>
  );
}
