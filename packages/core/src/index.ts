export type { AesKey, CryptoProvider } from './crypto/crypto-provider.ts';
