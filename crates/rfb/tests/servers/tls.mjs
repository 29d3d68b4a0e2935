// TLS for a test that speaks to a real server: descriptor 3 is the server's socket, descriptor 4 is ours.
import { Socket } from 'node:net';
import process from 'node:process';
import { connect } from 'node:tls';

const [, , kind] = process.argv;
const anonymous = { ciphers: 'aNULL:@SECLEVEL=0', maxVersion: 'TLSv1.2' };
const server = connect({
  socket: new Socket({ fd: 3 }),
  rejectUnauthorized: false,
  ...(kind === 'anonymous' ? anonymous : {}),
});
const ours = new Socket({ fd: 4 });
server.pipe(ours);
ours.pipe(server);
for (const end of [server, ours])
  end.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
