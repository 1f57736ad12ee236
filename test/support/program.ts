/**
 * What runs the command `gbgate` with these arguments: node's own arguments, then the program. `npm test` turns the sources into
 * JavaScript first, and a gateway starts in half the time; a test that runs from its source starts the command from its source.
 */
export function gbgateCommand(...args: string[]): string[] {
  // The file that runs; `import.meta.url` names the source in either case (scripts/compile.mjs).
  const here = import.meta.filename;
  const program = (end: string) => here.replace(/test.support.program\.[jt]s$/, `bin/gbgate.${end}`);
  return here.endsWith('.js') ? [program('js'), ...args] : ['--import', 'tsx', program('ts'), ...args];
}
