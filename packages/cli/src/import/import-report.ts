/** Something of the input that did not become an event. */
export interface ImportProblem {
  readonly file: string;
  /** Which part of the file, e.g. `Records[12]` or `line 7`; absent when the whole file cannot be read. */
  readonly place?: string;
  readonly code: string;
  /** JSON pointer into the event, when the server named one. */
  readonly path?: string;
  readonly detail: string;
}

/** What an import did; the shape of `--json`. */
export interface ImportReport {
  files: number;
  /** Events found in the files, whatever became of them. */
  records: number;
  new: number;
  /** The same event was in the log before. */
  already_there: number;
  /** Everything in `problems`, also those not listed any more. */
  problems_total: number;
  problems: ImportProblem[];
  duration_ms: number;
}

export function emptyReport(): ImportReport {
  return { files: 0, records: 0, new: 0, already_there: 0, problems_total: 0, problems: [], duration_ms: 0 };
}

/** `data/a.json: Records[12]: schema_violation at /metadata: …` */
export function describeProblem(problem: ImportProblem): string {
  const place = problem.place === undefined ? '' : ` ${problem.place}:`;
  const path = problem.path === undefined || problem.path === '' ? '' : ` at ${problem.path}`;
  return `${problem.file}:${place} ${problem.code}${path}: ${problem.detail}`;
}
