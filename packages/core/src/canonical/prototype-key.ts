/**
 * True when member `key` of a JSON object could reach a prototype in code that copies members by assignment:
 * `__proto__` itself, and a `constructor` that carries a `prototype`. A plain `constructor` or `prototype` member is
 * ordinary data (a racing car has one) and stays allowed.
 */
export function isPrototypeKey(key: string, value: unknown): boolean {
  if (key === '__proto__') {
    return true;
  }
  return (
    key === 'constructor' && typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype')
  );
}
