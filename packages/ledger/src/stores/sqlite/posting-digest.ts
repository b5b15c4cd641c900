/** Sums of a digest: each is compared apart, so that a difference leads to a few records. */
export const DIGEST_BLOCKS = 4_096;

/** Neighbouring records that share a sum, as a rule. */
export const BLOCK_SEQS = 1_024;

const MULTIPLIERS = 8;
/** Bytes of randomness that make the numbers of a digest. */
export const DIGEST_SEED_BYTES = MULTIPLIERS * 4;

/**
 * A sum over the entries of an inverted index, in any order: two sets of entries with the same sum are the same, up to
 * one chance in 2^64. The seed is random and new for each comparison, so nobody can prepare entries that cancel out.
 */
export class PostingDigest {
  readonly #sums = new Uint32Array(2 * DIGEST_BLOCKS);
  readonly #numbers: Uint32Array;
  #term = 0;
  #otherTerm = 0;

  /** @param seed 32 random bytes */
  constructor(seed: Uint8Array) {
    this.#numbers = new Uint32Array(seed.slice(0, DIGEST_SEED_BYTES).buffer).map((number) => number | 1);
  }

  /** Says which term the next entries have: a number below 2^53, of a kind. */
  numberTerm(kind: number, value: number): void {
    const high = Math.floor(value / 2 ** 32);
    this.#term = mix(mix(mix(this.#number(0), kind), value | 0), high);
    this.#otherTerm = mix(mix(mix(this.#number(1), high), value | 0), kind);
  }

  /** Says which term the next entries have, by its bytes. */
  textTerm(bytes: Uint8Array, length: number): void {
    const { 2: factor = 1, 3: otherFactor = 1 } = this.#numbers;
    let term = this.#number(0);
    let otherTerm = this.#number(1);
    for (let i = 0; i < length; i += 1) {
      const byte = bytes[i] as number;
      term = Math.imul(term ^ byte, factor);
      otherTerm = Math.imul(otherTerm + byte, otherFactor) ^ (otherTerm >>> 15);
    }
    this.#term = term;
    this.#otherTerm = otherTerm;
  }

  /** Adds an entry of the current term to a block: two numbers that tell where the term stands. */
  add(block: number, first: number, second: number, sign: 1 | -1): void {
    const at = 2 * block;
    const one = mix(mix(this.#term ^ this.#number(4), first), Math.imul(second, this.#number(5)));
    const other = mix(mix(this.#otherTerm ^ this.#number(6), second), Math.imul(first, this.#number(7)));
    this.#sums[at] = (this.#sums[at] as number) + sign * one;
    this.#sums[at + 1] = (this.#sums[at + 1] as number) + sign * other;
  }

  /** All sums, for `merge`. */
  get sums(): Uint32Array {
    return this.#sums;
  }

  /** Adds the sums of another digest of the same seed. */
  merge(sums: Uint32Array): void {
    for (let at = 0; at < this.#sums.length; at += 1) {
      this.#sums[at] = (this.#sums[at] as number) + (sums[at] ?? 0);
    }
  }

  /** Blocks in which two digests of one seed differ, ascending. */
  differingBlocks(other: PostingDigest): number[] {
    const blocks: number[] = [];
    for (let block = 0; block < DIGEST_BLOCKS; block += 1) {
      const at = 2 * block;
      if (this.#sums[at] !== other.#sums[at] || this.#sums[at + 1] !== other.#sums[at + 1])
        blocks.push(block);
    }
    return blocks;
  }

  #number(at: number): number {
    return this.#numbers[at] as number;
  }
}

/** The block of a record, by its number or the lower half of its row id. */
export function blockOf(low: number): number {
  return Math.floor(low / BLOCK_SEQS) % DIGEST_BLOCKS;
}

/** Runs of sequence numbers below `end` that make up a block: one, or one in 4,194,304 records. */
export function* seqsOfBlock(
  block: number,
  end: number,
): Generator<{ readonly from: number; readonly to: number }> {
  for (let from = block * BLOCK_SEQS; from < end; from += DIGEST_BLOCKS * BLOCK_SEQS) {
    yield { from, to: Math.min(from + BLOCK_SEQS, end) };
  }
}

/** A step of MurmurHash3 (32 bits), signed. */
function mix(hash: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  let h = hash ^ k;
  h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  return h ^ (h >>> 13);
}
