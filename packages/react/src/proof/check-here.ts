import { portableCrypto } from '@attestry/core';
import { checkEventProof } from './check-event-proof.ts';
import type { EventProof, ProofMaterial } from './event-proof.ts';

/** Checks a proof with what every browser can compute. */
export function checkHere(material: ProofMaterial): EventProof {
  return checkEventProof(portableCrypto, material, () => performance.now());
}
