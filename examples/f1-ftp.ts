/** F1: an FTP server and a client, each on sockets; a file goes there and back, and is the same. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadFile, FTP, FtpServer, hashPassword, PermanentError, SingleUser, uploadFile } from '@p8/ftp';

const folder = await mkdtemp(join(tmpdir(), 'p8-f1-'));
const home = await mkdtemp(join(tmpdir(), 'p8-f1-served-'));
const anna = new SingleUser({ name: 'anna', home, access: 'write' }, await hashPassword(Buffer.from('secret')));

const server = new FtpServer({ users: anna, port: 0 });
const serving = server.serveForever();
try {
  await useServer(server.address.port);
} finally {
  await server.close();
  await serving;
  await rm(home, { recursive: true });
  await rm(folder, { recursive: true });
}
console.log('server closed');

async function useServer(port: number): Promise<void> {
  const content = Buffer.from('The quick brown fox jumps over the lazy dog.\n'.repeat(100_000));
  const sha256 = createHash('sha256').update(content).digest('hex');
  const local = join(folder, 'fox.txt');
  await writeFile(local, content);

  await using ftp = new FTP({ timeout: 10 });
  console.log('greeting:', await ftp.connect('127.0.0.1', port));
  await ftp.login('anna', 'secret');
  console.log('logged in, in', await ftp.pwd());

  const { size } = await uploadFile(ftp, local, 'fox.txt');
  console.log('uploaded', size, 'bytes');
  for (const entry of await ftp.mlsd()) console.log('listed:', entry.type, entry.size, entry.name);

  const copy = await downloadFile(ftp, 'fox.txt', join(folder, 'copy.txt'));
  console.log('downloaded', copy.size, 'bytes, the same:', copy.sha256 === sha256);

  await ftp.mkd('old');
  await ftp.rename('fox.txt', 'old/fox.txt');
  console.log('renamed, now:', await ftp.nlst(), await ftp.nlst('old'));

  await ftp.delete('old/fox.txt');
  await ftp.rmd('old');
  console.log('deleted, now:', await ftp.nlst());

  try {
    await ftp.size('old/fox.txt');
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    console.log('gone:', error.code, error.command);
  }
}
