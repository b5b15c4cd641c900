import { IMPORT_PROBLEMS_LISTED_MAX, IMPORT_PROBLEMS_SHOWN_MAX } from '../limits.ts';
import { counted, formatCount } from '../terminal/quantity.ts';
import { describeProblem, type ImportProblem, type ImportReport } from './import-report.ts';

/**
 * Takes the problems of an import: all are counted, the first go into the report, and a person is told the first of
 * each code and then how many more there were.
 */
export class ProblemLog {
  readonly #report: ImportReport;
  readonly #say: (text: string) => void;
  readonly #counts = new Map<string, number>();
  #exportConflicts = 0;

  constructor(report: ImportReport, say: (text: string) => void) {
    this.#report = report;
    this.#say = say;
  }

  add(problem: ImportProblem): void {
    this.#list(problem);
    const count = (this.#counts.get(problem.code) ?? 0) + 1;
    this.#counts.set(problem.code, count);
    if (count <= IMPORT_PROBLEMS_SHOWN_MAX) this.#say(describeProblem(problem));
  }

  /** Takes a refusal of the server; `isExported` when an export of Attestry wrote the event. */
  addRefusal(problem: ImportProblem, isExported: boolean): void {
    if (!isExported || problem.code !== 'id_conflict') {
      this.add(problem);
      return;
    }
    this.#list(problem);
    this.#exportConflicts += 1;
  }

  /** Says what was not said one by one. */
  finish(): void {
    for (const [code, count] of this.#counts) {
      const hidden = count - IMPORT_PROBLEMS_SHOWN_MAX;
      if (hidden > 0)
        this.#say(
          `${code}: ${counted(hidden, 'more problem', 'more problems')} of this code (--json lists up to ${formatCount(IMPORT_PROBLEMS_LISTED_MAX)})`,
        );
    }
    if (this.#exportConflicts === 0) return;
    const events = counted(this.#exportConflicts, 'event of this export is', 'events of this export are');
    this.#say(
      `${events} in this log under the same id, as when an export goes back into the tenant it came from (id_conflict): ` +
        'nothing was added and nothing is to be done, unless you meant another tenant: then use --key of that one.',
    );
  }

  #list(problem: ImportProblem): void {
    this.#report.problems_total += 1;
    if (this.#report.problems.length < IMPORT_PROBLEMS_LISTED_MAX) this.#report.problems.push(problem);
  }
}
