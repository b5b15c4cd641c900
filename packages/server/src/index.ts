export { type Config, ConfigError } from './config/config.ts';
export { type ConfigLine, describeConfig } from './config/describe-config.ts';
export { loadConfig } from './config/load-config.ts';
export {
  type AssembledServer,
  assembleServer,
  type RunningServer,
  runServer,
  type ServerOptions,
  startServer,
} from './main.ts';
