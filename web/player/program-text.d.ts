/** A file with all that it imports, as one function that answers its exports and needs nothing from outside (`vite.config.ts`). */
declare module '*?program' {
  const program: () => typeof import('./program.ts');
  export default program;
}
