import type { Config } from './config.ts';
import { SETTINGS, type Setting } from './settings.ts';

/** One line of `attestry config print`. */
export interface ConfigLine {
  /** As an environment variable. */
  readonly name: string;
  /** `undefined` when nothing is set; secrets are `******`. */
  readonly value: string | undefined;
  readonly source: 'environment' | 'file' | 'default';
  readonly meaning: string;
}

function maskPassword({ mask }: Setting, value: string | undefined): string | undefined {
  if (mask === undefined || value === undefined || !URL.canParse(value)) return value;
  const url = new URL(value);
  if (url.password !== '') url.password = '******';
  if (url.searchParams.has('password')) url.searchParams.set('password', '******');
  return url.href;
}

/** The whole configuration for people, with secrets masked. */
export function describeConfig(config: Config): readonly ConfigLine[] {
  return SETTINGS.map((setting: Setting & { name: (typeof SETTINGS)[number]['name'] }) => {
    const { value, source } = config.sources.get(setting.name) ?? {
      value: undefined,
      source: 'default' as const,
    };
    const shown = value === undefined || setting.secret !== true ? maskPassword(setting, value) : '******';
    return { name: `ATTESTRY_${setting.name}`, value: shown, source, meaning: setting.meaning };
  });
}
