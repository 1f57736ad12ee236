import type { Command } from 'commander';
import { inspectFile } from '../inspect/inspect-file.ts';
import { reportText } from '../inspect/text.ts';
import { EXIT_USAGE, type Io } from './io.ts';
import { complain } from './serve.ts';

/** `gbgate inspect`: what is in a capture, a program stream or an MP4. A file that cannot be read is one sentence and exit status 2. */
export function addInspect(program: Command, io: Io, exit: (status: number) => void): void {
  program
    .command('inspect')
    .argument('<file>', '.pcap, .pcapng, .rtpdump, .ps or .mp4')
    .description('say what is in a capture: SIP ladder, calls, streams, what the camera bends')
    .option('--extract <DIR>', 'write the elementary streams and an MP4 of each stream into this folder')
    .option('--json', 'the whole report as JSON')
    .action(async (path: string, options: { extract?: string; json?: boolean }) => {
      const { report, fault } = await inspectFile(path, { extract: options.extract ?? null, signal: io.signal });
      if (report !== null) io.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
      if (fault !== null) complain(io, fault);
      exit(fault === null ? 0 : EXIT_USAGE);
    });
}
