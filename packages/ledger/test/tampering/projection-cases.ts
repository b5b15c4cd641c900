import { VICTIM } from './base-folder.ts';
import type { ColumnName } from './tampered-log.ts';
import type { TamperingCase } from './tampering-case.ts';

const WORD_COLUMNS = [
  'type',
  'category',
  'severity',
  'status',
  'verb',
  'project',
  'actorType',
  'targetType',
  'trafficLight',
] as const;

const BLIND_COLUMNS = [
  'actor',
  'actorEmail',
  'ip',
  'ipNet',
  'ipWide',
  'session',
  'target',
  'requestId',
  'correlationId',
  'parentId',
  'executionId',
] as const;

const wordCases: readonly TamperingCase[] = WORD_COLUMNS.map((field) => ({
  name: `another word in the column ${field}`,
  tamper: (log) => log.setColumn(VICTIM, field, 'other'),
  finds: { code: 'PROJECTION', seq: VICTIM, field },
}));

const blindCases: readonly TamperingCase[] = BLIND_COLUMNS.map((field) => ({
  name: `another blind index in the column ${field}`,
  tamper: async (log) => log.setColumn(VICTIM, field, BigInt((await log.column(VICTIM, field)) ?? 0) + 1n),
  finds: { code: 'PROJECTION', seq: VICTIM, field },
}));

/** Columns that only say that a record is an event. */
const EVENT_COLUMNS: readonly ColumnName[] = ['occurredAtMs', 'type', 'category', 'severity'];

/** Columns and ids that differ from the records: queries would answer falsely. */
export const projectionCases: readonly TamperingCase[] = [
  ...wordCases,
  ...blindCases,
  {
    name: 'another time in the column occurred',
    tamper: async (log) =>
      log.setColumn(VICTIM, 'occurredAtMs', Number(await log.column(VICTIM, 'occurredAtMs')) + 1),
    finds: { code: 'PROJECTION', seq: VICTIM, field: 'occurredAtMs' },
  },
  {
    name: 'another number in the column http_status',
    tamper: (log) => log.setColumn(VICTIM, 'httpStatus', 500),
    finds: { code: 'PROJECTION', seq: VICTIM, field: 'httpStatus' },
  },
  {
    name: 'another time in the column at',
    tamper: async (log) => log.setColumn(VICTIM, 'at', Number(await log.column(VICTIM, 'at')) + 1),
    finds: { code: 'PROJECTION', seq: VICTIM },
  },
  {
    name: 'a value in a column that the event leaves empty',
    tamper: (log) => log.setColumn(0, 'httpStatus', 200),
    finds: { code: 'PROJECTION_COUNT', seq: 0 },
  },
  {
    name: 'an event hidden from queries',
    tamper: (log) => log.setColumn(VICTIM, 'occurredAtMs', null),
    finds: { code: 'PROJECTION', seq: VICTIM, field: 'occurredAtMs' },
  },
  {
    name: 'a record that is no event made to look like one',
    tamper: async (log) => {
      for (const name of EVENT_COLUMNS) await log.setColumn(0, name, await log.column(VICTIM, name));
    },
    finds: { code: 'PROJECTION_COUNT', seq: 0 },
  },
  {
    name: 'an event id forgotten, so that the event could be recorded again',
    tamper: (log) => log.forgetEventIds(VICTIM, VICTIM + 1),
    finds: { code: 'EVENT_ID_INDEX', seq: VICTIM },
  },
  {
    name: 'an event id that leads to another event',
    tamper: (log) => log.redirectEventId(VICTIM, VICTIM - 1),
    finds: { code: 'EVENT_ID_INDEX', seq: VICTIM },
  },
  {
    name: 'an event id of no event, so that one can never be recorded',
    tamper: (log) => log.inventEventId(new Uint8Array(16), VICTIM),
    finds: { code: 'EVENT_ID_INDEX' },
  },
];
