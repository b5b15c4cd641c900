export { cachedTool, type ToolLookup } from './launch/cached-tool.ts';
export { type RunningServer, type ServerLaunch, startServerProcess } from './launch/server-process.ts';
