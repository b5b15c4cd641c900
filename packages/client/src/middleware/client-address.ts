/** How many proxies in front of the app are its own, or a test of an address. */
export type TrustProxy = number | boolean | ((address: string) => boolean);

/**
 * The address of the client. Each proxy adds the address it was called from to the end of X-Forwarded-For, so only
 * as many from the end count as there are proxies one can trust; what comes before them anybody can write.
 *
 * @returns `undefined` when the part that counts is no address
 */
export function clientAddress(
  remote: string | undefined,
  forwardedFor: string | undefined,
  trust: TrustProxy,
): string | undefined {
  // As it mostly is: nobody is believed, or there is nothing to believe.
  if (forwardedFor === undefined || trust === false || trust === 0) return addressIn(remote ?? '');
  const chain = [
    ...forwardedFor.split(',').map((part) => plainAddress(part.trim())),
    plainAddress(remote ?? ''),
  ];
  let at = chain.length - 1;
  if (trust === true) at = 0;
  else if (typeof trust === 'number') at = Math.max(0, at - trust);
  else if (typeof trust === 'function')
    while (at > 0 && chain[at] !== '' && trust(chain[at] as string)) at -= 1;
  return addressIn(chain[at] ?? '');
}

function addressIn(text: string): string | undefined {
  if (IPV4.test(text)) return text;
  const plain = plainAddress(text);
  return isAddress(plain) ? plain : undefined;
}

/** Without the port, brackets, zone, and the prefix of an IPv4 address in IPv6. */
function plainAddress(text: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  const plain = (bracketed ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')).replace(/%.*$/, '');
  return plain.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** Exactly, because the server refuses an event with an address that is none, and the sender wrote this one. */
function isAddress(text: string): boolean {
  if (IPV4.test(text)) return true;
  return /^[0-9a-f:.]{2,45}$/i.test(text) && text.includes(':') && URL.canParse(`http://[${text}]/`);
}
