import type { Million } from './million.ts';

/** What a run of the benchmarks was asked for, and what its cases share. */
export interface BenchContext {
  /** Smaller counts, for a run under ten minutes. */
  readonly quick: boolean;
  /** A folder of events ingested over HTTP, made once per run by the first case that asks. */
  million(): Promise<Million>;
  /** Progress for people, on stderr. */
  say(line: string): void;
}

/** One figure: a ratio to a raw baseline of the same run, or an absolute bound of the issue (bytes, MB, seconds, microseconds). */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** `x` for a ratio to the baseline. */
  readonly unit: 'x' | 'bytes' | 'MB' | 's' | 'µs';
  readonly target: number;
  /** Whether more or less than the target is good. */
  readonly better: 'more' | 'less';
  /** The measured numbers behind it. */
  readonly detail: string;
}

export interface BenchCase {
  readonly name: string;
  run(context: BenchContext): Promise<readonly Figure[]>;
}
