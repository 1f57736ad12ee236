/** One edit of a source file that makes the gateway believe the standard again; see removals.ts. */
export interface Removal {
  readonly code: string;
  /** Source file under `src/`. */
  readonly file: string;
  /** Text that occurs exactly once in it. */
  readonly find: string;
  readonly replace: string;
  /** Test file under `test/` whose tests named by the code must fail. */
  readonly test: string;
}
