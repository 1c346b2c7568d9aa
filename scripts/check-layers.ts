/**
 * Proves that imports point one way: each workspace imports only the packages of its row, declares what it imports,
 * and never reaches into another package's files. Prints every offence and fails if there is one.
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { root as repository } from './root.ts';

/** The tree to check: this one, or the argument. */
const root = process.argv[2] ?? repository;

const published = ['errors', 'socket', 'threading', 'multiprocessing', 'socketserver'];
const everything = [...published, 'syscall', 'pickle'];

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface Rule {
  readonly may: readonly string[];
  readonly libraries: readonly string[] | 'any';
}

/** Workspace folder → the packages it may import, and whether libraries are allowed. */
const layers: Record<string, Rule> = {
  'packages/errors': { may: [], libraries: [] },
  'packages/syscall': { may: [], libraries: ['node-gyp-build'] },
  'packages/pickle': { may: ['errors'], libraries: [] },
  'packages/socket': { may: ['errors', 'syscall', 'pickle'], libraries: [] },
  'packages/threading': { may: ['errors', 'pickle'], libraries: [] },
  'packages/multiprocessing': { may: ['errors', 'pickle', 'threading', 'socket', 'syscall'], libraries: [] },
  'packages/socketserver': { may: ['errors', 'socket', 'threading', 'multiprocessing'], libraries: [] },
  'apps/echo': { may: published, libraries: 'any' },
  'apps/ftp': { may: published, libraries: 'any' },
  examples: { may: [...everything, 'ftp', 'echo'], libraries: 'any' },
  bench: { may: [...everything, 'ftp', 'echo'], libraries: 'any' },
  conformance: { may: [...everything, 'ftp', 'echo'], libraries: 'any' },
};
const testLibraries = ['vitest', 'fast-check', 'rolldown'];
const importPattern =
  /^\s*(?:import|export)\b[^'"]*?\bfrom\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;

const offences: string[] = [];
for (const [workspace, rule] of Object.entries(layers)) {
  for (const file of globSync('**/*.{ts,mjs}', {
    cwd: join(root, workspace),
    exclude: ['**/node_modules/**', '**/dist/**', '**/build/**'],
  })) {
    checkFile(workspace, rule, join(root, workspace, file));
  }
}
for (const offence of offences) console.error(offence);
console.log(`layers: ${offences.length} offences in ${Object.keys(layers).length} workspaces`);
process.exitCode = offences.length > 0 ? 1 : 0;

function checkFile(workspace: string, rule: Rule, path: string): void {
  const isTest = /\.test(-d)?\.ts$|\/test\//.test(path);
  for (const match of readFileSync(path, 'utf8').matchAll(importPattern)) {
    const offence = offenceOf(workspace, rule, path, match[1] ?? match[2] ?? match[3] ?? '', isTest);
    if (offence !== undefined) offences.push(`${relative(root, path)}: ${offence}`);
  }
}

function offenceOf(
  workspace: string,
  rule: Rule,
  path: string,
  specifier: string,
  isTest: boolean,
): string | undefined {
  // `#name` is a choice between two files of the same package
  if (specifier.startsWith('node:') || specifier.startsWith('#')) return undefined;
  if (specifier.startsWith('.')) {
    const target = relative(root, resolve(dirname(path), specifier));
    if (target.startsWith(`${workspace}/`) || (isTest && target.startsWith('scripts/'))) return undefined;
    return `'${specifier}' leaves ${workspace}; import the package by its name`;
  }
  const ours = /^@p8\/([a-z]+)(\/.*)?$/.exec(specifier);
  if (ours === null) {
    if (rule.libraries === 'any' || rule.libraries.includes(specifier) || (isTest && testLibraries.includes(specifier)))
      return undefined;
    return `'${specifier}': a published package depends on nothing but our own packages`;
  }
  const [, name = ''] = ours;
  if (isTest && name === basename(workspace)) return undefined;
  if (ours[2]?.startsWith('/src') || ours[2]?.startsWith('/dist'))
    return `'${specifier}' is a file of another package; import what it exports`;
  if (!rule.may.includes(name))
    return `'${specifier}' is above or beside ${workspace}; it may import ${rule.may.join(', ') || 'nothing'}`;
  const manifest = JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8')) as Manifest;
  if ({ ...manifest.dependencies, ...manifest.devDependencies }[`@p8/${name}`] === undefined)
    return `'${specifier}' is missing from ${workspace}/package.json`;
  return undefined;
}
