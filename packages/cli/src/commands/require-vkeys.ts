import { usageError } from '../cli-error.ts';

/** Refuses what is no verifier key: a mistake of the command line must not read as a finding about the log. */
export async function requireVkeys(texts: readonly string[]): Promise<void> {
  const { parseVkey, portableCrypto } = await import('@attestry/core');
  for (const text of texts) {
    try {
      parseVkey(portableCrypto, text);
    } catch (error) {
      throw usageError(`--vkey ${text}: ${(error as Error).message}`, 'attestry tenants list shows them.');
    }
  }
}
