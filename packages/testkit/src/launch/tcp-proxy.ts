import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

type Mode = 'open' | 'black hole' | 'refuse' | 'cut at answer';

/** A way between clients and a server that can be disturbed: delayed, cut, or silent. */
export class TcpProxy {
  readonly #targetPort: number;
  readonly #doors: Server;
  readonly #pairs = new Set<readonly [client: Socket, server: Socket]>();
  #mode: Mode = 'open';
  #delayMs = 0;
  #bytesLeft = Number.POSITIVE_INFINITY;
  #isCut = false;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#doors = createServer((client) => this.#join(client));
  }

  /** Starts one on a free port, to a server on the loopback interface. */
  static async start(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    proxy.#doors.listen(0, '127.0.0.1');
    await once(proxy.#doors, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#doors.address() as { port: number }).port;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Whether what `cutAfter` or `cutAtAnswer` waits for has happened. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Delays what is passed on from now on, in both directions. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Cuts all connections; new ones are let through. */
  cut(): void {
    this.#isCut = true;
    for (const [client, server] of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }

  /** Cuts all connections as soon as clients have sent this many more bytes, which are still passed on. */
  cutAfter(bytes: number): void {
    this.#isCut = false;
    this.#bytesLeft = bytes;
  }

  /** Cuts all connections at the server's next answer, which is lost: what was asked is done, and nobody knows. */
  cutAtAnswer(): void {
    this.#isCut = false;
    this.#mode = 'cut at answer';
  }

  /** Swallows everything in both directions and says nothing, as a broken route does. */
  blackHole(): void {
    this.#mode = 'black hole';
  }

  /** Cuts all connections and takes no new ones. */
  refuse(): void {
    this.#mode = 'refuse';
    this.cut();
  }

  /** Undoes everything above. What was swallowed is lost, so connections that met a black hole are cut. */
  heal(): void {
    const swallowed = this.#mode === 'black hole';
    this.#mode = 'open';
    this.#delayMs = 0;
    this.#bytesLeft = Number.POSITIVE_INFINITY;
    if (swallowed) this.cut();
  }

  async close(): Promise<void> {
    this.refuse();
    this.#doors.close();
    await once(this.#doors, 'close');
  }

  #join(client: Socket): void {
    if (this.#mode === 'refuse') {
      client.destroy();
      return;
    }
    const server = connect(this.#targetPort, '127.0.0.1');
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        // In a black hole not even the end of a connection is heard.
        if (this.#mode === 'black hole') return;
        this.#pairs.delete(pair);
        client.destroy();
        server.destroy();
      });
    }
    client.on('data', (data: Buffer) => this.#fromClient(data, server));
    server.on('data', (data: Buffer) => {
      if (this.#mode === 'cut at answer') this.cut();
      else this.#pass(data, client);
    });
  }

  #fromClient(data: Buffer, server: Socket): void {
    const passed = data.subarray(0, Math.min(data.length, this.#bytesLeft));
    this.#bytesLeft -= passed.length;
    if (passed.length === data.length) this.#pass(data, server);
    else server.write(passed, () => this.cut());
  }

  #pass(data: Buffer, to: Socket): void {
    if (this.#mode === 'black hole') return;
    if (this.#delayMs === 0) to.write(data);
    else setTimeout(() => to.write(data), this.#delayMs);
  }
}
