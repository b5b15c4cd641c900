export {
  type ParsedQuery,
  parseQuery,
  QUERY_CHARS_MAX,
  type QueryCondition,
  type QueryProblem,
  type QueryProblemCode,
  type QueryTerm,
  type QueryText,
} from './parse-query.ts';
export {
  QUERY_FIELDS,
  type QueryField,
  type QueryFieldName,
  type QueryOperator,
  queryField,
} from './query-fields.ts';
export { type QueryFilters, queryFilters } from './query-filters.ts';
