/** The layers of an Express app, of version 4 and of 5. */
export interface ExpressApp {
  readonly _router?: { readonly stack?: { readonly name?: string }[] };
  readonly router?: ExpressApp['_router'];
}

/**
 * Puts what was used last in front of everything else. Before modules are configured, Nest has put its parsers there, and
 * `main.ts` what it uses: they refuse requests too. Other kinds of apps are left as they are.
 */
export function moveLastToFront(app: ExpressApp): void {
  const { stack } = app._router ?? app.router ?? {};
  const layer = stack?.pop();
  if (stack === undefined || layer === undefined) return;
  // Version 4 begins with two of its own.
  const own = stack.findLastIndex(({ name }) => name === 'query' || name === 'expressInit');
  stack.splice(own + 1, 0, layer);
}
