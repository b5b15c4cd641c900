import { describe, expect, it } from 'vitest';
import type { TestModule } from 'vitest/node';
import { skipReason } from './skip-reasons.ts';
import { SummaryReporter } from './summary-reporter.ts';

interface Outcome {
  readonly fullName: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
  readonly note?: string;
}

/** As much of a test file's outcome as the reporter reads. */
function moduleOf(tests: readonly Outcome[], loadErrors: readonly unknown[] = []): TestModule {
  const children = {
    allSuites: () => [],
    allTests: () => tests.map(({ fullName, state, note }) => ({ fullName, result: () => ({ state, note }) })),
  };
  return { moduleId: '/r/a.test.ts', errors: () => loadErrors, children } as unknown as TestModule;
}

function summaryOf(
  modules: readonly TestModule[],
  options: { ci?: boolean; byName?: boolean; errors?: readonly { message: string }[] } = {},
): { passed: boolean; text: string; lastLine: string | undefined } {
  const reporter = new SummaryReporter({
    root: '/r',
    ci: options.ci ?? false,
    byName: options.byName ?? false,
  });
  reporter.onTestRunEnd(modules, options.errors ?? []);
  let text = '';
  const passed = reporter.print({ write: (part) => (text += part) });
  return { passed, text, lastLine: text.trimEnd().split('\n').at(-1) };
}

const passing: Outcome = { fullName: 'a > passes', state: 'passed' };

describe('the summary of script/test', () => {
  it('ends with the counts', () => {
    const failing: Outcome = { fullName: 'a > fails', state: 'failed' };
    expect(summaryOf([moduleOf([passing])])).toMatchObject({ passed: true, lastLine: '1 passed, 0 failed' });
    const both = summaryOf([moduleOf([passing, failing])]);
    expect(both).toMatchObject({ passed: false, lastLine: '1 passed, 1 failed' });
    expect(both.text).toContain('a.test.ts: a > fails');
  });

  it('fails without a single test', () => {
    expect(summaryOf([])).toMatchObject({ passed: false, lastLine: '0 passed, 0 failed' });
  });

  it('counts a file that cannot be loaded, an error outside a test and a test that never ran as failed', () => {
    const pending: Outcome = { fullName: 'a > hangs', state: 'pending' };
    const summary = summaryOf(
      [moduleOf([passing]), moduleOf([], [new Error('syntax')]), moduleOf([pending])],
      {
        errors: [{ message: 'unhandled rejection' }],
      },
    );
    expect(summary).toMatchObject({ passed: false, lastLine: '1 passed, 3 failed' });
  });

  it('lists a skip by its reason', () => {
    const skipped: Outcome = { fullName: 'vectors (skipped: no ../shared)', state: 'skipped' };
    const summary = summaryOf([moduleOf([passing, skipped])]);
    expect(summary).toMatchObject({ passed: true, lastLine: '1 passed, 0 failed, 1 skipped' });
    expect(summary.text).toContain('SKIPPED 1: no ../shared');
  });

  it('counts a skip without a reason as failed, unless tests were chosen by name', () => {
    const skipped: Outcome = { fullName: 'a > silent', state: 'skipped' };
    expect(summaryOf([moduleOf([passing, skipped])]).lastLine).toBe('1 passed, 1 failed');
    expect(summaryOf([moduleOf([passing, skipped])], { byName: true }).lastLine).toBe('1 passed, 0 failed');
  });

  it('counts a skip that CI could have avoided as failed there', () => {
    const noTool: Outcome = {
      fullName: 'a',
      state: 'skipped',
      note: 'no tessera-fsck; script/setup --services',
    };
    const noRoot: Outcome = {
      fullName: 'b',
      state: 'skipped',
      note: 'needs root to mount a small file system',
    };
    const summary = summaryOf([moduleOf([passing, noTool, noRoot])], { ci: true });
    expect(summary).toMatchObject({ passed: false, lastLine: '1 passed, 1 failed, 1 skipped' });
  });
});

describe('skipReason', () => {
  it('takes the note, then the name', () => {
    expect(skipReason('x', 'skipped: no Go')).toBe('no Go');
    expect(skipReason('group (skipped: no ../shared) > x', undefined)).toBe('no ../shared');
    expect(skipReason('skipped: no ../shared', undefined)).toBe('no ../shared');
    expect(skipReason('x', undefined)).toBeUndefined();
  });
});
