import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import {
  ApiFault,
  type Channel,
  deleteRecording,
  listChannels,
  listDevices,
  listRecordings,
  type Recording,
} from './api.ts';
import { ChannelList, type Directory } from './channel-list.tsx';
import { followEvents } from './events.ts';
import { Icon } from './icons.tsx';
import { words } from './language.ts';
import { RecordingList, RecordingStage } from './recordings.tsx';
import { chosenInAddress, forgetToken, keepToken, streamNumberInAddress, token, writeChoice } from './session.ts';
import { SignIn } from './sign-in.tsx';
import { Stage } from './stage.tsx';

/** Many events come together (a catalogue of a thousand channels): the lists are read once for all of them. */
const GATHER_MS = 250;
/** Sizes and lengths of running recordings grow without events. */
const WHILE_RECORDING_MS = 3_000;

function newestFirst(recordings: Recording[]): Recording[] {
  return recordings.sort((a, b) => Date.parse(b.start) - Date.parse(a.start));
}

/** The page: channels on the left, the chosen one on stage, recordings under it. */
export function App() {
  const [isSignedOut, setSignedOut] = useState(false);
  const [directory, setDirectory] = useState<Directory | null>(null);
  const [recordings, setRecordings] = useState<Recording[] | null>(null);
  const [chosen, setChosen] = useState(chosenInAddress);
  const [streamNumber, setStreamNumber] = useState(streamNumberInAddress);
  const [played, setPlayed] = useState<Recording | null>(null);
  const [isLinked, setLinked] = useState(true);
  const [fault, setFault] = useState<string | null>(null);
  const timers = useRef(new Map<string, number>());

  const failed = useCallback((error: unknown) => {
    if (error instanceof ApiFault && error.status === 401) setSignedOut(true);
    else setFault(error instanceof ApiFault && error.message !== '' ? error.message : words.unreachable);
  }, []);

  const readDirectory = useCallback(async () => {
    try {
      const [devices, channels] = await Promise.all([listDevices(), listChannels()]);
      setDirectory({ devices, channels });
      setFault(null);
    } catch (error) {
      failed(error);
    }
  }, [failed]);

  const readRecordings = useCallback(async () => {
    try {
      setRecordings(newestFirst(await listRecordings()));
    } catch (error) {
      failed(error);
    }
  }, [failed]);

  const gather = useCallback((name: string, read: () => Promise<void>) => {
    if (timers.current.has(name)) return;
    const timer = window.setTimeout(() => {
      timers.current.delete(name);
      void read();
    }, GATHER_MS);
    timers.current.set(name, timer);
  }, []);

  useEffect(() => {
    if (isSignedOut) return;
    const following = new AbortController();
    void readDirectory();
    void readRecordings();
    let hasBeenLinked = false;
    void followEvents(
      following.signal,
      (type) => {
        if (/^(device|channel|catalog)\./.test(type)) gather('directory', readDirectory);
        else if (type.startsWith('recording.')) gather('recordings', readRecordings);
      },
      (isUp) => {
        setLinked(isUp);
        // What happened while the link was down may be gone from the gateway's memory: read everything again.
        if (isUp && hasBeenLinked) {
          gather('directory', readDirectory);
          gather('recordings', readRecordings);
        }
        hasBeenLinked ||= isUp;
      },
    );
    return () => following.abort();
  }, [isSignedOut, readDirectory, readRecordings, gather]);

  const isRecording = recordings?.some((recording) => recording.state === 'recording') ?? false;
  useEffect(() => {
    if (!isRecording || isSignedOut) return;
    const timer = window.setInterval(() => void readRecordings(), WHILE_RECORDING_MS);
    return () => window.clearInterval(timer);
  }, [isRecording, isSignedOut, readRecordings]);

  if (isSignedOut) {
    return (
      <SignIn
        wasRefused={token() !== null}
        onToken={(value) => {
          keepToken(value);
          setSignedOut(false);
        }}
      />
    );
  }

  const channel = directory?.channels.find(
    (candidate) => candidate.deviceId === chosen?.deviceId && candidate.id === chosen.channelId,
  );

  function choose(next: Channel): void {
    const choice = { deviceId: next.deviceId, channelId: next.id };
    setPlayed(null);
    setChosen(choice);
    setStreamNumber(0);
    writeChoice(choice);
  }

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
    <div class="page">
      <header>
        <img src="./icon.svg" alt="" width="26" height="26" />
        <strong>gbgate</strong>
        {!isLinked && (
          <span class="link-lost" role="status">
            {words.linkLost}
          </span>
        )}
        {token() !== null && (
          <button
            type="button"
            class="plain sign-out"
            onClick={() => {
              forgetToken();
              setSignedOut(true);
            }}
          >
            <Icon name="signOut" />
            <span>{words.signOut}</span>
          </button>
        )}
      </header>
      <nav aria-label={words.channels}>
        <ChannelList directory={directory} chosen={chosen} onChoose={choose} />
      </nav>
      <main>
        {fault !== null && isLinked && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
        {played !== null ? (
          <RecordingStage recording={played} onBack={() => setPlayed(null)} />
        ) : channel === undefined ? (
          <section class="stage">
            <div class="screen">
              <div class="message" role="status" data-testid="message">
                <p>{words.choose}</p>
              </div>
            </div>
          </section>
        ) : (
          <Stage
            key={`${channel.deviceId}/${channel.id}`}
            channel={channel}
            isOnline={
              isLinked &&
              (directory?.devices.some((device) => device.id === channel.deviceId && device.online) ?? false)
            }
            streamNumber={streamNumber}
            recordings={recordings ?? []}
            onUnauthorized={() => setSignedOut(true)}
            onRecordingsChanged={() => void readRecordings()}
          />
        )}
        <RecordingList
          recordings={recordings}
          channels={directory?.channels ?? []}
          onPlay={setPlayed}
          onDelete={(recording) => void remove(recording)}
        />
      </main>
    </div>
  );
}
