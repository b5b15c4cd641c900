/** What a check is told: the tree to look at, and whether it may repair what it can. */
export interface CheckOptions {
  readonly root: string;
  readonly fix: boolean;
}

/** `output` names every file at fault, one per line where the tool allows; it is printed only when `ok` is false. */
export interface CheckResult {
  readonly ok: boolean;
  readonly output: string;
}

/** One line of `script/check`. */
export interface Check {
  readonly name: string;
  run(options: CheckOptions): Promise<CheckResult>;
}
