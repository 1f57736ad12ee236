/**
 * A reporter of node's test runner for scripts/test-files.mjs: one line of JSON for each file that ended, with what it took
 * (`seconds`) and whether anything in it failed.
 */
export default async function* outcome(source) {
  const failed = new Set();
  for await (const { type, data } of source) {
    if (type === 'test:fail' && data.todo === undefined) failed.add(data.file);
    // The end of a whole file goes by the file's own name.
    if (type !== 'test:complete' || data.nesting !== 0 || data.name !== data.file) continue;
    const isFailed = failed.has(data.file) || data.details.error !== undefined || data.details.passed === false;
    yield `${JSON.stringify({ file: data.file, seconds: data.details.duration_ms / 1000, isFailed })}\n`;
  }
}
