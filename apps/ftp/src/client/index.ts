// The session
export { FTP } from './ftp.ts';
export type { DownloadOptions, FTPOptions, TransferOptions, UploadOptions } from './ftp.ts';
export type { Progress, Sink, Source } from './bytes.ts';
export type { Reply, TextEncoding } from './reply.ts';

// Whole files
export { downloadFile } from './download-file.ts';
export type { DownloadedFile, DownloadFileOptions } from './download-file.ts';
export { uploadFile } from './upload-file.ts';
export type { UploadedFile, UploadFileOptions } from './upload-file.ts';

// Listings and URLs
export type { Entry, EntryType } from './entry.ts';
export { parseListLine } from './list-line.ts';
export { parseMlsxLine } from './mlsx.ts';
export { bareName, printable } from './names.ts';
export { parseFTPURL } from './url.ts';
export type { FTPURL } from './url.ts';

// Errors
export { FTPError, PermanentError, ProtocolError, ReplyError, TemporaryError, TransferError } from './errors.ts';
