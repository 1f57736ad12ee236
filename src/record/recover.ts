import { openRecordFile, type RecordFile } from './file.ts';
import { findLayout, type Recovered, type RecoverFault } from './found.ts';
import { durationMsOf, finalise } from './writer.ts';

/** Finalises what a crash left of a recording. A file that is already complete is only measured. Never throws. */
export async function recoverFile(
  path: string,
  open: (path: string) => Promise<RecordFile> = (at) => openRecordFile(at, false),
): Promise<Recovered | RecoverFault> {
  let file: RecordFile;
  try {
    file = await open(path);
  } catch (error) {
    return faultOfOpening(error);
  }
  try {
    const layout = await findLayout(file, () => {});
    if (!('tracks' in layout)) return layout;
    const bytes = await finalise(file, layout);
    return { durationMs: durationMsOf(layout), bytes };
  } catch (error) {
    return { fault: 'io', detail: (error as Error).message };
  } finally {
    await file.close().catch(() => {});
  }
}

/** Why a file could not be opened. */
export function faultOfOpening(error: unknown): RecoverFault {
  const { code, message } = error as NodeJS.ErrnoException;
  return { fault: code === 'ENOENT' ? 'missing' : 'io', detail: message };
}
