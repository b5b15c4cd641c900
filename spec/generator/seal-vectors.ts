import {
  bytesToHex,
  type JsonValue,
  openEnvelope,
  portableCrypto,
  type SealPlace,
  sealAdditionalData,
  sealCommitment,
  sealEnvelope,
  sealPayload,
  utf8Decode,
} from '../../packages/core/src/index.ts';
import { seededBytes } from './seeded.ts';

const MEMBERS: readonly Readonly<Record<string, JsonValue>>[] = [
  { '/actor/id': 'u-1' },
  {
    '/actor/email': 'ada@example.com',
    '/actor/id': 'u-1',
    '/context/location': { city: 'Łódź', country: 'PL' },
  },
  { '/data/after/a~1b~0c': [1, 2.5, null, 'line\nbreak \u{1f602}'] },
];

/** Seals: members, payload, commitment, additional data and envelope, with everything that was random. */
export function sealVectors(): unknown {
  return {
    sealed: MEMBERS.map((members, index) => {
      const key = seededBytes(`data key ${index}`, 32);
      const nonce = seededBytes(`seal nonce ${index}`, 12);
      const r = seededBytes(`seal random ${index}`, 32);
      const payload = sealPayload(members);
      const cmHex = bytesToHex(sealCommitment(portableCrypto, r, payload));
      const place: SealPlace = {
        origin: 'audit.example.com/t/acme',
        seq: 7 + index,
        index,
        sub: `sub_${index}`,
        kid: `dk_${index}`,
        cmHex,
      };
      const additionalData = sealAdditionalData(place);
      const aesKey = portableCrypto.importAesKey(key);
      const envelope = sealEnvelope(portableCrypto, { key: aesKey, nonce, r, payload, additionalData });
      if (openEnvelope(portableCrypto, { key: aesKey, envelope, additionalData })?.payload !== payload) {
        throw new Error('an envelope does not open');
      }
      return {
        members,
        key: bytesToHex(key),
        nonce: bytesToHex(nonce),
        r: bytesToHex(r),
        ...place,
        payload,
        additionalData: utf8Decode(additionalData),
        envelope: bytesToHex(envelope),
      };
    }),
  };
}
