import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { skipReason, skipReasonsAllowedInCi } from './skip-reasons.ts';

interface Skip {
  readonly module: string;
  readonly test: string;
  readonly reason: string | undefined;
}

/**
 * Counts tests for the last line of `script/test` and lists every skipped test by its reason, so that nobody takes a
 * run for complete that was not. A test file that cannot be loaded and an error outside a test each count as failed.
 */
export class SummaryReporter implements Reporter {
  readonly #root: string;
  readonly #ci: boolean;
  readonly #byName: boolean;
  readonly #skips: Skip[] = [];
  readonly #failures: string[] = [];
  #passed = 0;

  /**
   * @param options `ci`: skips that CI could avoid are failures; `byName`: tests are chosen by name, so those that are
   *   left out without a reason are not skipped, only not asked for
   */
  constructor(options: { readonly root: string; readonly ci: boolean; readonly byName: boolean }) {
    this.#root = options.root;
    this.#ci = options.ci;
    this.#byName = options.byName;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly { message?: string }[]): void {
    for (const module of modules) this.#countModule(module);
    for (const error of errors) this.#failures.push(`outside any test: ${error.message ?? 'unknown error'}`);
  }

  #countModule(module: TestModule): void {
    const file = relative(this.#root, module.moduleId);
    if (module.errors().length > 0) this.#failures.push(`${file}: cannot be loaded`);
    for (const suite of module.children.allSuites()) {
      if (suite.errors().length > 0)
        this.#failures.push(`${file}: ${suite.fullName}: fails before its tests`);
    }
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') this.#passed += 1;
      else if (result.state === 'failed') this.#failures.push(`${file}: ${test.fullName}`);
      else if (result.state === 'pending') this.#failures.push(`${file}: ${test.fullName}: did not run`);
      else this.#addSkip(file, test.fullName, result.note);
    }
  }

  #addSkip(module: string, test: string, note: string | undefined): void {
    const reason = skipReason(test, note);
    if (reason !== undefined || !this.#byName) this.#skips.push({ module, test, reason });
  }

  #isFailure(skip: Skip): boolean {
    const { reason } = skip;
    if (reason === undefined) return true;
    return this.#ci && !skipReasonsAllowedInCi.some(({ pattern }) => pattern.test(reason));
  }

  /**
   * Writes the skips, the failures and, as the last line, the counts.
   *
   * @returns whether the run passed; a run without a single test did not
   */
  print(output: { write(text: string): unknown }): boolean {
    const byReason = Map.groupBy(this.#skips, (skip) => skip.reason ?? 'no reason given (a failure)');
    for (const [reason, skips] of byReason) {
      output.write(`\nSKIPPED ${skips.length}: ${reason}\n`);
      for (const file of new Set(skips.map((skip) => skip.module))) output.write(`  ${file}\n`);
    }
    const refused = this.#skips.filter((skip) => this.#isFailure(skip));
    const failures = [
      ...this.#failures,
      ...refused.map(
        (skip) => `${skip.module}: ${skip.test}: skipped where it must run (${skip.reason ?? 'no reason'})`,
      ),
    ];
    if (failures.length > 0) output.write(`\nFAILED\n${failures.map((line) => `  ${line}\n`).join('')}`);
    const skipped = this.#skips.length - refused.length;
    const skippedPart = skipped > 0 ? `, ${skipped} skipped` : '';
    output.write(`\n${this.#passed} passed, ${failures.length} failed${skippedPart}\n`);
    return failures.length === 0 && this.#passed > 0;
  }
}
