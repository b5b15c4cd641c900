import { describe, expect, it } from 'vitest';
import { toStoreError } from './postgres-error.ts';

describe('toStoreError', () => {
  it.each(['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
    'says what to do about a certificate that is not trusted: %s',
    (code) => {
      const error = toStoreError(Object.assign(new Error('no'), { code }), 'opening the store');
      expect(error).toMatchObject({
        code: 'store_unreachable',
        message: expect.stringMatching(/^opening the store: its certificate .*sslrootcert=FILE/),
      });
    },
  );
});
