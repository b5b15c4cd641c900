/** Why a filter is refused. */
export type FilterErrorCode = 'unknown_parameter' | 'bad_value' | 'out_of_range' | 'too_many' | 'too_broad';

/**
 * Thrown for a filter that cannot be answered as it was meant. Never swallowed into an empty list: a reader would take
 * that for "nothing happened".
 */
export class FilterError extends Error {
  readonly code: FilterErrorCode;
  /** Name of the query parameter, e.g. `actor_type` or `metadata.order.id`. */
  readonly parameter: string;
  /** What is wrong and what would be right; fits after the parameter's name. */
  readonly detail: string;

  constructor(code: FilterErrorCode, parameter: string, detail: string) {
    super(`${parameter}: ${detail}`);
    this.name = 'FilterError';
    this.code = code;
    this.parameter = parameter;
    this.detail = detail;
  }
}
