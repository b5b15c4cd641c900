export { type AuditOptions, type AuditReport, auditLog } from './audit/audit-log.ts';
export { verifyFolder } from './audit/verify-folder.ts';
export { type CrashOptions, type CrashReport, runCrashes } from './crash/crash-runner.ts';
export { type NodeCrashOptions, runNodeCrashes } from './crash/node-crash-runner.ts';
export {
  type EventGeneratorOptions,
  generateEvent,
  incomingEvent,
  incomingEvents,
} from './events/event-generator.ts';
export { type Fault, type FaultPlan, faultyStores, type StoreStep } from './faults/faulty-stores.ts';
export { cachedTool, type ToolLookup } from './launch/cached-tool.ts';
export { chromium, chromiumArguments } from './launch/chromium.ts';
export { type BuildOrder, freshBuild } from './launch/fresh-build.ts';
export {
  type IdentityProviderOptions,
  type RunningIdentityProvider,
  startIdentityProvider,
} from './launch/identity-provider.ts';
export {
  type PostgresBinaries,
  type PostgresVersion,
  postgresBinaries,
} from './launch/postgres/postgres-binaries.ts';
export {
  type PostgresLaunch,
  type RunningPostgres,
  startPostgres,
} from './launch/postgres/postgres-server.ts';
export { type SharedPostgres, sharedPostgres } from './launch/postgres/shared-postgres.ts';
export { type RunningRedis, redisServer, startRedis } from './launch/redis-server.ts';
export { type RunningServer, type ServerLaunch, startServerProcess } from './launch/server-process.ts';
export { TcpProxy } from './launch/tcp-proxy.ts';
export {
  changeStoredText,
  copyData,
  dropStore,
  isOnPostgres,
  openSession,
  restoreStore,
  storedBytes,
  storeEnvironment,
  valueIn,
} from './launch/test-store.ts';
export { createSeededRandom, type SeededRandom } from './seeded/seeded-random.ts';
export { createSettableClock, type SettableClock } from './seeded/settable-clock.ts';
export { type SimulationOptions, type SimulationReport, simulate } from './simulator/simulate.ts';
