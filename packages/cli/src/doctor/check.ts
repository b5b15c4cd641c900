/** One line of `attestry doctor`. */
export interface Check {
  readonly name: string;
  readonly result: 'ok' | 'warn' | 'fail';
  /** What was found. */
  readonly detail: string;
  /** What to do about it; only when it is not ok. */
  readonly todo?: string;
}

export function ok(name: string, detail: string): Check {
  return { name, result: 'ok', detail };
}

export function warn(name: string, detail: string, todo: string): Check {
  return { name, result: 'warn', detail, todo };
}

export function fail(name: string, detail: string, todo: string): Check {
  return { name, result: 'fail', detail, todo };
}
