import packageJson from '../package.json' with { type: 'json' };

/** Version of the command line, as `attestry --version` prints it. */
export const version: string = packageJson.version;
