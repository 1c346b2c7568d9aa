// The server, for programs that embed it
export { FtpServer } from './server.ts';
export type { FtpServerOptions, ServerSettings } from './settings.ts';
export type { PortRange } from './data-connection.ts';
export type { Endpoint } from './peer.ts';

// Users
export { SingleUser, UsersFile } from './users.ts';
export type { Access, Account, Users } from './users.ts';
export { hashPassword, verifyPassword } from './password.ts';
export type { ScryptCost } from './password.ts';

// The client
export * from './client/index.ts';
