// What the snippets of the documents take as given: an app around them.
import type { Attestry } from '@attestry/client';
import type { Express as App } from 'express';

declare global {
  const audit: Attestry;
  const app: App;
  function save(): Promise<void>;
  namespace Express {
    interface Request {
      user?: { readonly id: string; readonly name: string };
    }
  }
}
