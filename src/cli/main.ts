import { Command, CommanderError } from 'commander';
import { addDemo } from './demo.ts';
import { addDoctor } from './doctor.ts';
import { addDownload } from './download.ts';
import { addInspect } from './inspect.ts';
import { EXIT_USAGE, type Io } from './io.ts';
import { addServe, complain } from './serve.ts';
import { addSimulate } from './simulate.ts';
import { addTables } from './tables.ts';

/** Runs one command line (without `node` and script); the answer is the exit status. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let status = 0;
  const exit = (code: number): void => {
    status = code;
  };
  const program = new Command('gbgate')
    .description('Watch, record and download GB/T 28181 cameras.')
    .version(io.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // One clear sentence, said below.
      outputError: () => {},
    });
  addServe(program, io, exit);
  addDemo(program, io, exit);
  addSimulate(program, io, exit);
  addTables(program, io, exit);
  addDownload(program, io, exit);
  addInspect(program, io, exit);
  addDoctor(program, io, exit);
  for (const command of program.commands)
    command.copyInheritedSettings(program).exitOverride().showHelpAfterError(false);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.help') return EXIT_USAGE;
    return complain(io, sentence(error.message));
  }
  return status;
}

/** `error: unknown option '--sip-prot'\n(Did you mean --sip-port?)` as one line. */
function sentence(message: string): string {
  const text = message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  return /[.?!)]$/.test(text) ? text : `${text}.`;
}
