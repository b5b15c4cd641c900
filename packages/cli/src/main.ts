import { runCli } from './run-cli.ts';
import { endQuietlyOnClosedPipe, processTerminal } from './terminal/terminal.ts';

endQuietlyOnClosedPipe();
// Not process.exit: output on its way to a pipe would be cut.
process.exitCode = await runCli(process.argv.slice(2), processTerminal());
