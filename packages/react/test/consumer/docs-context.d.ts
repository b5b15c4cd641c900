// What the snippets of the documents take as given: an app around them.
interface SignedIn {
  readonly user: { readonly customer: string };
}
interface Answer {
  status(code: number): this;
  set(name: string, value: string): this;
  json(body: unknown): void;
}
declare const app: {
  post(path: string, handle: (request: SignedIn, response: Answer) => Promise<void>): void;
};
declare const process: { readonly env: Readonly<Record<string, string>> };
declare module '*.css';
