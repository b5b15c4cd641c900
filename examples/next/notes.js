// Kept in memory, and by the process, because Next bundles each route apart.
globalThis.notes ??= new Map();
export const notes = globalThis.notes;
